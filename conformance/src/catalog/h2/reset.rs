//! What the application learns of RST_STREAM.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![Case {
        id: "reset/reaches-application",
        role: Role::Server,
        title: "The application of a server learns the error code of RST_STREAM",
        needs: Needs::Api,
        script: |s| {
            s.open();
            s.send(get(1));
            s.app(App::Respond { stream: 1, status: 200, end: false });
            s.app(App::AwaitReset { stream: 1 });
            s.send(reset(1, ENHANCE_YOUR_CALM));
        },
        expect: call_gives(1, ENHANCE_YOUR_CALM.into()).and(alive()),
        ..Case::DEFAULT
    }]
}
