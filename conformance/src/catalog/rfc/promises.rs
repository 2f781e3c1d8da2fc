//! Promises of a server and what may come between a promise and its response (RFC 9113 section
//! 8.4). Random connections came upon these.

use crate::catalog::prelude::*;

/// Server: a promise of stream 2 is queued behind the DATA that is being written, of which the peer
/// takes none.
fn unsent_promise(s: &mut Script) {
    s.open();
    s.send(post(1));
    s.app(App::Respond { stream: 1, status: 200, end: false });
    s.stop_reading();
    s.app(App::SendData { stream: 1, octets: 65_535, end: false });
    s.app(App::Promise { stream: 1 });
    s.mark();
}

/// Client: a promise on stream 1 and what follows on the promised stream, before the client's reset
/// arrives. The content is as much as makes an update of the window due.
fn promise_in_transit(s: &mut Script) {
    let body = || data(2, DEFAULT_FRAME_SIZE);
    s.burst([push_promise(1, 2), response(2, 200), body(), body()]);
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "promises/on-reset-stream",
            role: Role::Server,
            title: "Nothing is promised on a stream that the client has reset",
            requires: &["rfc9113/5.1/no-frames-when-closed"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(reset(1, CANCEL));
                s.app(App::Promise { stream: 1 });
            },
            expect: none_of(kind::PUSH_PROMISE, 1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/after-goaway",
            role: Role::Server,
            title: "Nothing is promised after the client's GOAWAY",
            requires: &["rfc9113/6.8/no-new-streams"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(goaway(0, NO_ERROR));
                s.app(App::Promise { stream: 1 });
            },
            expect: none_of(kind::PUSH_PROMISE, 1),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/numbers-grow",
            role: Role::Server,
            title: "A promise is not overtaken by one with a larger number",
            requires: &["rfc9113/5.1.1/growing"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.burst([post(1), post(3)]);
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::SendData { stream: 1, octets: 100, end: false });
                // It is queued behind the body, for which there is no window.
                s.app(App::Promise { stream: 1 });
                s.app(App::Promise { stream: 3 });
            },
            expect: one_of([none_of(kind::PUSH_PROMISE, 3), times(kind::PUSH_PROMISE, 1, 1..=1)]).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/disabled-meanwhile",
            role: Role::Server,
            title: "A promise that waits behind a body is not sent after the client has disabled push",
            requires: &["rfc9113/6.5.2/push-disabled"],
            needs: Needs::Api,
            script: |s| {
                unsent_promise(s);
                s.send(settings().with(setting::ENABLE_PUSH, 0));
                s.go_on_reading();
            },
            expect: none_of(kind::PUSH_PROMISE, 1).and(content(1, 65_535)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/window-update-while-waiting",
            role: Role::Server,
            title: "A client may grant credit on a promised stream whose response waits for a place",
            requires: &["rfc9113/5.1/reserved-local"],
            needs: Needs::Api,
            script: |s| {
                waiting_response(s);
                s.send(window_update(2, 1));
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
            },
            expect: answered(2),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/reset-while-waiting",
            role: Role::Server,
            title: "A client may reset a promised stream whose response waits for a place",
            requires: &["rfc9113/5.1/reserved-local", "rfc9113/8.4.2/declined"],
            needs: Needs::Api,
            script: |s| {
                waiting_response(s);
                s.send(reset(2, CANCEL));
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
            },
            expect: none_of(kind::HEADERS, 2).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/data-while-waiting",
            role: Role::Server,
            title: "DATA on a promised stream is a connection error also when its response waits for a place",
            requires: &["rfc9113/5.1/reserved-local"],
            needs: Needs::Api,
            script: |s| {
                waiting_response(s);
                s.send(data(2, 1));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/window-update-unsent",
            role: Role::Server,
            title: "WINDOW_UPDATE on a stream whose promise is not sent yet is a connection error",
            requires: &["rfc9113/5.1/idle"],
            needs: Needs::Api,
            script: |s| {
                unsent_promise(s);
                s.send(window_update(2, 1));
                s.go_on_reading();
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/reset-unsent",
            role: Role::Server,
            title: "RST_STREAM on a stream whose promise is not sent yet is a connection error",
            requires: &["rfc9113/5.1/idle", "rfc9113/6.4/idle"],
            needs: Needs::Api,
            script: |s| {
                unsent_promise(s);
                s.send(reset(2, CANCEL));
                s.go_on_reading();
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/declined-after-goaway",
            role: Role::Server,
            title: "A client may decline a promise after the server's GOAWAY, which speaks of requests",
            requires: &["rfc9113/8.4.2/declined"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Promise { stream: 1 });
                s.app(App::ShutDown);
                s.send(reset(2, CANCEL));
                s.app(App::Respond { stream: 2, status: 200, end: true });
            },
            expect: none_of(kind::HEADERS, 2),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/after-own-reset-client",
            role: Role::Client,
            title: "A promise that crossed the reset of its request is declined, and what follows on it thrown away",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Reset { stream: 1, code: CANCEL });
                promise_in_transit(s);
            },
            expect: stream_error(2, [CANCEL, REFUSED_STREAM]).and(window(0, 65_535)),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/after-drop-client",
            role: Role::Client,
            title: "A promise that crossed the reset of a request whose handles are gone is declined",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Drop { stream: 1, what: Handles::All });
                promise_in_transit(s);
            },
            expect: stream_error(2, [CANCEL, REFUSED_STREAM]).and(window(0, 65_535)),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/after-forgotten-reset-client",
            role: Role::Client,
            title: "A promise that crossed the reset of a request is declined also when the client has forgotten the request",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            config: NO_RETENTION,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Reset { stream: 1, code: CANCEL });
                promise_in_transit(s);
            },
            expect: times(kind::RST_STREAM, 2, 1..=4).and(alive()).and(window(0, 65_535)),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/window-update-after-informational-client",
            role: Role::Client,
            title: "WINDOW_UPDATE on a promised stream is no error once a 1xx response has come",
            requires: &["rfc9113/5.1/reserved-remote"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(push_promise(1, 2));
                s.send(response(2, 103));
                s.mark();
                s.send(window_update(2, 100));
                s.send(response(2, 200).end_stream());
            },
            expect: alive().and(none_of(kind::RST_STREAM, 2)),
            ..Case::DEFAULT
        },
    ]
}
