//! What the application learns of errors.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![Case {
        id: "errors/connection-error-fails-handlers",
        role: Role::Server,
        title: "A connection error reaches the application of a request under way",
        needs: Needs::Api,
        script: |s| {
            s.open();
            s.send(post(1));
            s.app(App::ReadToEnd { stream: 1 });
            s.mark();
            s.send(ping(*b"misplace").on(1));
        },
        expect: conn_error(PROTOCOL_ERROR).and(call_fails(0)),
        ..Case::DEFAULT
    }]
}
