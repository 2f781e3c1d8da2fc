//! What a server promises, and what it does with a promise that it receives.

use crate::catalog::prelude::*;

/// The `call`-th call, the promise, failed and left nothing behind.
fn nothing_promised(call: usize) -> Expect {
    call_fails(call).and(none_of(kind::PUSH_PROMISE, 1)).and(none_of(kind::RST_STREAM, 2)).and(alive())
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "push/sent-to-server",
            role: Role::Server,
            title: "A client that promises a stream is a connection error",
            requires: &["rfc9113/8.4/client-must-not-push"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(push_promise(1, 2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/not-when-disabled",
            role: Role::Server,
            title: "A server sends no PUSH_PROMISE to a client that disabled it",
            requires: &["rfc9113/6.5.2/push-disabled", "rfc9113/6.6/disabled"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::ENABLE_PUSH, 0));
                s.send(get(1));
                s.app(App::Promise { stream: 1 });
                s.app(App::Respond { stream: 1, status: 200, end: true });
            },
            expect: call_fails(0).and(none_of(kind::PUSH_PROMISE, 1)).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "push/promise-and-response",
            role: Role::Server,
            title: "A promise comes on the stream of its request, its response on the promised stream",
            requires: &["rfc9113/8.4.1/promise-on-request", "rfc9113/8.4.2/response-on-promised"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Promise { stream: 1 });
                s.app(App::Respond { stream: 2, status: 200, end: true });
                s.app(App::Respond { stream: 1, status: 200, end: true });
            },
            expect: times(kind::PUSH_PROMISE, 1, 1..=1).and(answered(2)).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "push/data-on-own-promise",
            role: Role::Server,
            title: "DATA on a stream that the server promised is a connection error",
            requires: &["rfc9113/5.1/reserved-local"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Promise { stream: 1 });
                s.mark();
                s.send(data(2, 1));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/headers-on-own-promise",
            role: Role::Server,
            title: "HEADERS on a stream that the server promised is a connection error",
            requires: &["rfc9113/5.1/reserved-local"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Promise { stream: 1 });
                s.mark();
                s.send(get(2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/window-update-on-own-promise",
            role: Role::Server,
            title: "WINDOW_UPDATE and PRIORITY on a promised stream are let pass",
            requires: &["rfc9113/5.1/reserved-local"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Promise { stream: 1 });
                s.mark();
                s.send(window_update(2, 100));
                s.send(priority(2));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "push/declined",
            role: Role::Server,
            title: "Nothing is sent on a promised stream that the client reset",
            requires: &["rfc9113/8.4.2/declined"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Promise { stream: 1 });
                s.send(reset(2, CANCEL));
                s.mark();
                s.app(App::Respond { stream: 2, status: 200, end: true });
            },
            expect: none_of(kind::HEADERS, 2).and(none_of(kind::RST_STREAM, 2)).and(alive()),
            ..Case::DEFAULT
        },
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
