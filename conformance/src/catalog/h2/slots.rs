//! A stream that has ended, however it ended, no longer counts against the stream limit, and a
//! connection that shuts down ends with its last stream.

use crate::catalog::prelude::*;
use crate::judge::Check;

const THREE: Config = Config { max_concurrent: Some(3), send_buffer: Some(1 << 20), ..Config::DEFAULT };

/// Server: the response is larger than the peer's window and waits for credit, the application is
/// done with the stream, and then the peer resets it.
fn reset_of_blocked_response(s: &mut Script, stream: u32) {
    s.send(post(stream));
    s.app(App::Respond { stream, status: 200, end: false });
    s.app(App::SendData { stream, octets: 200_000, end: true });
    s.app(App::Drop { stream, what: Handles::All });
    s.send(reset(stream, CANCEL));
}

/// Server: forty streams one after another, each used as `way` says; then one more, answered.
fn forty(s: &mut Script, way: fn(&mut Script, u32)) {
    s.open();
    (1..80).step_by(2).for_each(|stream| way(s, stream));
    s.send(get(81));
    s.app(App::Respond { stream: 81, status: 200, end: true });
}

/// Server: a promise waits behind DATA for the peer's window while the peer resets the stream that
/// carries it.
fn promise_withdrawn(s: &mut Script) {
    s.open();
    s.send(get(1));
    s.app(App::Respond { stream: 1, status: 200, end: false });
    s.stop_reading();
    s.app(App::SendData { stream: 1, octets: 65_535, end: false });
    s.app(App::Promise { stream: 1 });
    s.send(reset(1, CANCEL));
    s.go_on_reading();
}

/// Server: a promise that the application drops while the connection is busy with another stream's
/// DATA.
fn promise_dropped_unsent(s: &mut Script) {
    s.open();
    s.send(get(1));
    s.app(App::Respond { stream: 1, status: 200, end: false });
    s.stop_reading();
    s.app(App::SendData { stream: 1, octets: 16_384, end: false });
    s.app(App::Promise { stream: 1 });
    s.app(App::Drop { stream: 2, what: Handles::All });
    s.go_on_reading();
}

/// Client: the peer admits one stream; the request on stream 1 has it, an upload on stream 3 waits
/// for it.
fn queued_upload(s: &mut Script) {
    s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
    s.app(App::Request { method: "GET", end: true });
    s.app(App::Request { method: "POST", end: false });
    s.app(App::SendData { stream: 3, octets: 300_000, end: true });
}

/// Nothing at all is sent on this stream.
fn never_opened(stream: u32) -> Expect {
    none_of(kind::HEADERS, stream).and(none_of(kind::DATA, stream)).and(none_of(kind::RST_STREAM, stream))
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "slots/burst-before-settings",
            role: Role::Client,
            title: "A burst of requests before the server's SETTINGS is held to what servers should allow",
            needs: Needs::Api,
            script: |s| {
                s.mark();
                (0..101).for_each(|_| s.app(App::RequestBeside { method: "GET", end: true }));
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 100));
            },
            expect: times(kind::HEADERS, 199, 1..=1).and(none_of(kind::HEADERS, 201)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/burst-goes-on-after-settings",
            role: Role::Client,
            title: "Requests that were held before the server's SETTINGS are sent as soon as they allow it",
            needs: Needs::Api,
            script: |s| {
                s.mark();
                (0..101).for_each(|_| s.app(App::RequestBeside { method: "GET", end: true }));
                s.send(settings());
            },
            expect: times(kind::HEADERS, 201, 1..=1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/reset-of-blocked-response",
            role: Role::Server,
            title: "A finished response that is reset while it waits for credit no longer counts against the stream limit",
            needs: Needs::Api,
            config: THREE,
            script: |s| {
                s.open();
                [1, 3, 5].into_iter().for_each(|stream| reset_of_blocked_response(s, stream));
                s.send(get(7));
                s.app(App::Respond { stream: 7, status: 200, end: true });
            },
            expect: answered_with(7, 200),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/shutdown-after-blocked-reset",
            role: Role::Server,
            title: "A shutdown comes to its end after a reset of a finished response that waited for credit",
            needs: Needs::Api,
            config: THREE,
            script: |s| {
                s.open();
                reset_of_blocked_response(s, 1);
                s.app(App::ShutDown);
            },
            expect: ends(),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/answered",
            role: Role::Server,
            title: "A request that was answered no longer counts against the stream limit",
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                forty(s, |s, stream| {
                    s.send(get(stream));
                    s.app(App::Respond { stream, status: 200, end: true });
                })
            },
            expect: answered_with(81, 200),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/reset-by-peer",
            role: Role::Server,
            title: "A stream that the peer resets no longer counts against the stream limit",
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                forty(s, |s, stream| {
                    s.send(post(stream));
                    s.send(reset(stream, CANCEL));
                })
            },
            expect: answered_with(81, 200),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/reset-by-application",
            role: Role::Server,
            title: "A stream that the application resets no longer counts against the stream limit",
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                forty(s, |s, stream| {
                    s.send(post(stream));
                    s.app(App::Reset { stream, code: CANCEL });
                })
            },
            expect: answered_with(81, 200),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/handles-dropped",
            role: Role::Server,
            title: "A stream whose handles were all dropped no longer counts against the stream limit",
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                forty(s, |s, stream| {
                    s.send(post(stream));
                    s.app(App::Drop { stream, what: Handles::All });
                })
            },
            expect: answered_with(81, 200),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/answered-early",
            role: Role::Server,
            title: "A stream that was answered before its request ended no longer counts once its handles go",
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                forty(s, |s, stream| {
                    s.send(post(stream));
                    s.app(App::Respond { stream, status: 200, end: true });
                    s.app(App::Drop { stream, what: Handles::All });
                })
            },
            expect: answered_with(81, 200),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/malformed-request",
            role: Role::Server,
            title: "A request that is refused as malformed no longer counts against the stream limit",
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                forty(s, |s, stream| {
                    s.send(headers(stream, &[(":method", "GET")]).end_stream());
                })
            },
            expect: answered_with(81, 200),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/refused-beyond-limit",
            role: Role::Server,
            title: "A request beyond the limit is refused, and one after the first has ended is not",
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                s.open();
                s.burst([post(1), get(3)]);
                s.send(data(1, 0).end_stream());
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.send(get(5));
                s.app(App::Respond { stream: 5, status: 200, end: true });
            },
            expect: refused(3).and(answered_with(1, 200)).and(answered_with(5, 200)),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/shutdown-waits-for-streams",
            role: Role::Server,
            title: "A shutdown lets the stream that is open be answered, and then ends",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ShutDown);
                s.send(data(1, 10).end_stream());
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.app(App::Drop { stream: 1, what: Handles::All });
            },
            expect: ends().and(Check::Message { stream: 1, status: Some(200) }),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/shutdown-of-idle-connection",
            role: Role::Server,
            title: "A shutdown of a connection without streams ends at once",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::ShutDown);
            },
            expect: ends(),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/promise-dropped-unsent",
            role: Role::Server,
            title: "A promise dropped before it was sent goes out and is reset",
            needs: Needs::Api,
            script: promise_dropped_unsent,
            expect: times(kind::PUSH_PROMISE, 1, 1..=1).and(times(kind::RST_STREAM, 2, 1..=1)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/promise-dropped-unsent-without-grace",
            role: Role::Server,
            title: "A promise dropped before it was sent goes out and is reset where no reset stream is remembered",
            needs: Needs::Api,
            config: NO_RETENTION,
            script: promise_dropped_unsent,
            expect: times(kind::PUSH_PROMISE, 1, 1..=1).and(times(kind::RST_STREAM, 2, 1..=1)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/promise-withdrawn",
            role: Role::Server,
            title: "A promise whose stream is reset before it was sent is never heard of, and its stream cannot be answered",
            needs: Needs::Api,
            script: |s| {
                promise_withdrawn(s);
                s.app(App::Respond { stream: 2, status: 200, end: true });
            },
            expect: never_opened(2).and(none_of(kind::PUSH_PROMISE, 1)).and(call_fails(3)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/promise-withdrawn-and-dropped",
            role: Role::Server,
            title: "A promise that was withdrawn and dropped does not keep a shutdown from ending",
            needs: Needs::Api,
            config: NO_RETENTION,
            script: |s| {
                promise_withdrawn(s);
                s.app(App::Drop { stream: 2, what: Handles::All });
                s.app(App::Drop { stream: 1, what: Handles::All });
                s.app(App::ShutDown);
            },
            expect: never_opened(2).and(none_of(kind::PUSH_PROMISE, 1)).and(ends()),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/request-waits",
            role: Role::Client,
            title: "A request beyond the peer's limit waits",
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
            },
            expect: times(kind::HEADERS, 1, 1..=1).and(never_opened(3)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/request-follows",
            role: Role::Client,
            title: "A request that waited goes out when the one before it has ended",
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
                s.send(response(1, 200).end_stream());
            },
            expect: unprompted(times(kind::HEADERS, 3, 1..=1)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/limit-raised",
            role: Role::Client,
            title: "A request that waited goes out when the peer raises its limit",
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 2));
            },
            expect: unprompted(times(kind::HEADERS, 3, 1..=1)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/queued-stream-reset",
            role: Role::Client,
            title: "An upload that is reset while it waits for the stream limit is never opened",
            needs: Needs::Api,
            script: |s| {
                queued_upload(s);
                s.app(App::Reset { stream: 3, code: CANCEL });
                s.send(response(1, 200).end_stream());
                s.app(App::Request { method: "GET", end: true });
            },
            expect: never_opened(3).and(times(kind::HEADERS, 5, 1..=1)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "slots/queued-stream-dropped",
            role: Role::Client,
            title: "A request that is dropped while it waits for the stream limit is never opened",
            needs: Needs::Api,
            script: |s| {
                queued_upload(s);
                s.app(App::Drop { stream: 3, what: Handles::All });
                s.send(response(1, 200).end_stream());
                s.app(App::Request { method: "GET", end: true });
            },
            expect: never_opened(3).and(times(kind::HEADERS, 5, 1..=1)).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
