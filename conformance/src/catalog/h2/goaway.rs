//! An error of the connection that a client may give it up for (RFC 9113 sections 5.4.1 and 7), or
//! wait for what is still to come (section 6.8).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![Case {
        id: "goaway/unknown-code-client",
        role: Role::Client,
        title: "An unknown error code in GOAWAY does not take away a response under way",
        needs: Needs::Api,
        script: |s| {
            s.open();
            s.app(App::Request { method: "GET", end: true });
            s.app(App::AwaitResponse { stream: 1 });
            s.send(goaway(1, 0xdead_beef));
            s.send(response(1, 200).end_stream());
        },
        expect: call_gives(1, 200),
        ..Case::DEFAULT
    }]
}
