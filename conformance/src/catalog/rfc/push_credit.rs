//! The connection's credit of pushed DATA that breaks a rule or is not wanted any more comes back
//! (RFC 9113 section 6.9).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "push-credit/ignored-push-longer-than-declared",
            role: Role::Client,
            title: "Pushes that were not taken and are longer than declared give their credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                rounds(s, |s, stream, promised| {
                    s.app(App::Request { method: "GET", end: true });
                    s.burst([push_promise(stream, promised), response_of(promised, "5000"), data(promised, 8000)]);
                    response_taken_and_dropped(s, stream);
                })
            },
            expect: whole_window(17),
            ..Case::DEFAULT
        },
        Case {
            id: "push-credit/push-reset",
            role: Role::Client,
            title: "Pushes that the application took and dropped while they ran give their credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                rounds(s, |s, stream, promised| {
                    ask_and_be_pushed(s, stream, promised);
                    s.app(App::AwaitPush { stream });
                    s.app(App::Drop { stream: promised, what: Handles::All });
                    s.send(data(promised, 8000).end_stream());
                    response_taken_and_dropped(s, stream);
                })
            },
            expect: whole_window(17),
            ..Case::DEFAULT
        },
    ]
}
