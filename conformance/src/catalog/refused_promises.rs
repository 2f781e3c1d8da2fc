//! A server promises nothing on a stream on which it may send nothing more: the call fails, and nothing is sent.

use super::prelude::*;

/// The `call`-th call, the promise, failed and left nothing behind.
fn nothing_promised(call: usize) -> Expect {
    call_fails(call).and(none_of(kind::PUSH_PROMISE, 1)).and(none_of(kind::RST_STREAM, 2)).and(alive())
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "push/no-promise-after-response",
            role: Role::Server,
            title: "No PUSH_PROMISE follows the end of the response",
            requires: &["rfc9113/6.6/associated-state"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.app(App::Promise { stream: 1 });
            },
            expect: nothing_promised(1),
            ..Case::DEFAULT
        },
        Case {
            id: "push/no-promise-after-early-response",
            role: Role::Server,
            title: "No PUSH_PROMISE follows the end of a response that is ahead of its request",
            requires: &["rfc9113/6.6/associated-state"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.app(App::Promise { stream: 1 });
            },
            expect: nothing_promised(1),
            ..Case::DEFAULT
        },
        Case {
            id: "push/no-promise-behind-blocked-end",
            role: Role::Server,
            title: "No PUSH_PROMISE is queued behind END_STREAM that waits for credit",
            requires: &["rfc9113/6.6/associated-state"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::SendData { stream: 1, octets: 10, end: true });
                s.app(App::Promise { stream: 1 });
                s.send(window_update(1, 10));
            },
            expect: nothing_promised(2).and(content(1, 10)),
            ..Case::DEFAULT
        },
        Case {
            id: "push/no-promise-after-reset",
            role: Role::Server,
            title: "No PUSH_PROMISE is sent on a stream that the client reset",
            requires: &["rfc9113/6.6/associated-state"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(reset(1, CANCEL));
                s.app(App::Promise { stream: 1 });
            },
            expect: nothing_promised(0),
            ..Case::DEFAULT
        },
        Case {
            id: "push/no-promise-after-own-reset",
            role: Role::Server,
            title: "No PUSH_PROMISE follows the server's own RST_STREAM",
            requires: &["rfc9113/6.6/associated-state"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Reset { stream: 1, code: CANCEL });
                s.app(App::Promise { stream: 1 });
            },
            expect: nothing_promised(1),
            ..Case::DEFAULT
        },
    ]
}
