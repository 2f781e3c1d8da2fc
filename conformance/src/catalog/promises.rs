//! Promises of a server and what may come between a promise and its response (RFC 9113 section 8.4). Random connections came
//! upon these.

use super::prelude::*;

/// Server: stream 1 is open and carries a promise; the peer has no place for the response on stream 2, which waits.
fn waiting_response(s: &mut Script) {
    s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
    s.send(post(1));
    s.app(App::Promise { stream: 1 });
    s.app(App::Respond { stream: 2, status: 200, end: true });
    s.mark();
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
                // It stands behind the body, for which there is no window.
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
                s.open();
                s.send(post(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.stop_reading();
                s.app(App::SendData { stream: 1, octets: 65_535, end: false });
                s.app(App::Promise { stream: 1 });
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
            id: "promises/given-up-while-waiting",
            role: Role::Server,
            title: "A server that gives up a promise whose response waits for a place says so at once",
            level: Level::Quality,
            needs: Needs::Api,
            script: |s| {
                waiting_response(s);
                s.app(App::Reset { stream: 2, code: CANCEL });
            },
            expect: unprompted(times(kind::RST_STREAM, 2, 1..=1)).and(none_of(kind::HEADERS, 2)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/given-up-unsent",
            role: Role::Server,
            title: "A server that gives up a promise before it is sent says so right behind it, place or not",
            level: Level::Quality,
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0).with(setting::MAX_CONCURRENT_STREAMS, 0));
                s.send(post(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::SendData { stream: 1, octets: 100, end: false });
                s.app(App::Promise { stream: 1 });
                s.app(App::Reset { stream: 2, code: CANCEL });
                s.send(window_update(1, 100));
            },
            expect: unprompted(one_of([times(kind::RST_STREAM, 2, 1..=1), none_of(kind::PUSH_PROMISE, 1)]))
                .and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/shutdown-while-waiting",
            role: Role::Server,
            title: "A server that shuts down still sends a promised response that waits for a place",
            level: Level::Quality,
            needs: Needs::Api,
            script: |s| {
                waiting_response(s);
                s.app(App::ShutDown);
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.send(data(1, 0).end_stream());
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
            },
            expect: message(2).and(ends()),
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
            id: "promises/credit-when-out-of-reach-client",
            role: Role::Client,
            title: "Credit of a push comes back when the application can no longer ask for it",
            level: Level::Quality,
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.send(push_promise(1, 2));
                s.send(response(1, 200));
                s.app(App::AwaitResponse { stream: 1 });
                s.send(response(2, 200));
                s.burst([data(2, DEFAULT_FRAME_SIZE), data(2, DEFAULT_FRAME_SIZE)]);
            },
            expect: window(0, 65_535),
            ..Case::DEFAULT
        },
    ]
}
