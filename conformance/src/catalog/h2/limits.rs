//! What a peer may do again and again, and what it may not (RFC 9113 section 10.5): nothing that a
//! conforming peer does ends the connection, and a flood does.

use crate::catalog::prelude::*;
use crate::wire::Frame;

use std::time::Duration;

/// The next hundred of the peer's streams.
fn hundred(batch: u32) -> impl Iterator<Item = u32> {
    (0..100).map(move |stream| 200 * batch + 2 * stream + 1)
}

/// Windows of twice the default.
const WIDE: Config = Config { stream_window: Some(131_070), connection_window: Some(131_070), ..Config::DEFAULT };

/// Buckets are refilled by virtual time.
const TIMED: Config = Config { time_passes: true, ..Config::DEFAULT };

/// A flood is slowed for five seconds before it ends the connection.
fn wait(s: &mut Script) {
    (0..32).for_each(|_| s.elapse(Duration::from_millis(250)));
}

/// One place, and stream 1 takes it.
fn full(s: &mut Script) {
    s.open();
    s.send(post(1));
}

/// A request whose response is to come.
fn ask_only(s: &mut Script) {
    s.app(App::Request { method: "GET", end: true });
}

/// A request with content and an empty DATA frame before the last.
fn flushed(stream: u32) -> [Frame; 4] {
    [post(stream), data(stream, 10), data(stream, 0), data(stream, 0).end_stream()]
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "limits/late-responses-client",
            role: Role::Client,
            title: "Responses to 1 200 requests that were cancelled in batches do not end the connection",
            needs: Needs::Api,
            config: NO_RETENTION,
            script: |s| {
                s.open();
                for batch in 0..12 {
                    for stream in hundred(batch) {
                        s.app(App::Request { method: "GET", end: true });
                        drop_all(s, stream);
                    }
                    s.burst(hundred(batch).map(|stream| response(stream, 200).end_stream()));
                }
            },
            expect: alive(),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/refused-requests",
            role: Role::Server,
            title: "1 100 requests above the limit of streams are refused, and the connection goes on",
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                full(s);
                (1..12).for_each(|batch| s.burst(hundred(batch).map(get)));
            },
            expect: refused(2_399),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/refused-requests-with-content",
            role: Role::Server,
            title: "3 000 requests with content above the limit of streams are refused, and the connection goes on",
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                full(s);
                (1..31).for_each(|batch| {
                    s.burst(hundred(batch).flat_map(|stream| [post(stream), data(stream, 10).end_stream()]));
                });
            },
            expect: refused(6_199),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/empty-data-per-request",
            role: Role::Server,
            title: "An empty DATA frame in each of 200 requests does not end the connection",
            script: |s| {
                s.open();
                (0..2).for_each(|batch| hundred(batch).for_each(|stream| s.burst(flushed(stream))));
            },
            expect: answered(399),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/empty-data-per-response-client",
            role: Role::Client,
            title: "An empty DATA frame in each of 200 responses does not end the connection",
            needs: Needs::Api,
            script: |s| {
                s.open();
                for stream in (0..2).flat_map(hundred) {
                    s.app(App::Request { method: "GET", end: true });
                    s.burst([response(stream, 200), data(stream, 10), data(stream, 0), data(stream, 0).end_stream()]);
                    s.app(App::AwaitResponse { stream });
                    s.app(App::ReadToEnd { stream });
                }
            },
            expect: alive(),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/empty-data-flood",
            role: Role::Server,
            title: "Empty DATA frames without end and without content between them end the connection",
            config: TIMED,
            script: |s| {
                s.open();
                s.send(post(1));
                (0..100).for_each(|_| s.burst((0..100).map(|_| data(1, 0))));
                wait(s);
            },
            expect: conn_error(ENHANCE_YOUR_CALM),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/small-unread-data",
            role: Role::Server,
            title: "1 000 DATA frames of 100 octets within the windows wait for their reader",
            needs: Needs::Api,
            config: WIDE,
            script: |s| {
                s.open();
                s.send(post(1));
                (0..10).for_each(|_| s.burst((0..100).map(|_| data(1, 100))));
                s.send(data(1, 0).end_stream());
                s.app(App::ReadToEnd { stream: 1 });
            },
            expect: call_gives(0, 100_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/small-unread-data-client",
            role: Role::Client,
            title: "1 000 DATA frames of 100 octets within the windows of a client wait for their reader",
            needs: Needs::Api,
            config: WIDE,
            script: |s| {
                s.open();
                ask(s, 1);
                (0..10).for_each(|_| s.burst((0..100).map(|_| data(1, 100))));
                s.send(data(1, 0).end_stream());
                s.app(App::ReadToEnd { stream: 1 });
            },
            expect: call_gives(2, 100_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/own-budget",
            role: Role::Server,
            title:
                "A budget for small DATA frames that a program sets is refilled by what is read, dropped or discarded",
            needs: Needs::Api,
            config: BUDGETED,
            script: |s| {
                s.open();
                for stream in [1, 3, 5] {
                    s.send(post(stream));
                    s.burst((0..60).map(|_| data(stream, 1)));
                    match stream {
                        1 => s.app(App::Read { stream, octets: 60 }),
                        _ => s.app(App::Drop { stream, what: Handles::Receive }),
                    }
                    s.burst((0..30).map(|_| data(stream, 1)));
                }
            },
            expect: alive(),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/own-budget-exceeded",
            role: Role::Server,
            title: "A budget for small DATA frames that a program sets ends the connection when it is used up",
            needs: Needs::Api,
            config: BUDGETED,
            script: |s| {
                s.open();
                s.send(post(1));
                s.burst((0..110).map(|_| data(1, 1)));
            },
            expect: conn_error(ENHANCE_YOUR_CALM),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/reset-before-accept",
            role: Role::Server,
            title: "Bursts of 100 requests that are reset at once do not end the connection, and the next is served",
            script: |s| {
                s.open();
                (0..5).for_each(|batch| {
                    s.burst(hundred(batch).flat_map(|stream| [get(stream), reset(stream, CANCEL)]));
                });
                s.send(get(1_001));
            },
            expect: answered(1_001),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/reset-before-accept-not-handed",
            role: Role::Server,
            title: "A request that is reset before it is accepted is not handed over, and the one behind it is",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.burst([post(1), data(1, 100), reset(1, CANCEL), get(3)]);
            },
            expect: not_handed(1).and(handed(3)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/reset-flood",
            role: Role::Server,
            title: "A flood of requests that are reset at once ends the connection",
            config: TIMED,
            script: |s| {
                s.open();
                s.burst((0..200).flat_map(hundred).flat_map(|stream| [get(stream), reset(stream, CANCEL)]));
                wait(s);
            },
            expect: conn_error(ENHANCE_YOUR_CALM),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/malformed-requests",
            role: Role::Server,
            title: "2 000 malformed requests in a row end the connection",
            config: TIMED,
            script: |s| {
                s.open();
                let malformed = |stream| headers(stream, &[(":method", "GET")]).end_stream();
                (0..20).for_each(|batch| s.burst(hundred(batch).map(malformed)));
                wait(s);
            },
            expect: conn_error(ENHANCE_YOUR_CALM),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/settings-flood",
            role: Role::Server,
            and_client: true,
            title: "2 000 SETTINGS frames in a row end the connection",
            config: TIMED,
            script: |s| {
                s.open();
                (0..20).for_each(|_| s.burst((0..100).map(|_| settings())));
                wait(s);
            },
            expect: conn_error(ENHANCE_YOUR_CALM),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/goaway-flood-client",
            role: Role::Client,
            title: "300 GOAWAY frames in a row end the connection",
            config: TIMED,
            script: |s| {
                s.open();
                s.burst((0..300).map(|_| goaway(u32::MAX >> 1, NO_ERROR)));
                wait(s);
            },
            expect: conn_error(ENHANCE_YOUR_CALM),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/large-fields-flood",
            role: Role::Server,
            title: "2 000 requests with too large header fields in a row end the connection",
            config: Config { max_header_list: Some(1_000), ..TIMED },
            script: |s| {
                s.open();
                let field = "x".repeat(2_000);
                let large = |stream| headers(stream, &[(":method", "GET"), ("x-large", &field)]).end_stream();
                (0..20).for_each(|batch| s.burst(hundred(batch).map(large)));
                wait(s);
            },
            expect: conn_error(ENHANCE_YOUR_CALM),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/interim-flood-client",
            role: Role::Client,
            title: "2 000 interim responses in a row end the connection",
            needs: Needs::Api,
            config: TIMED,
            script: |s| {
                s.open();
                ask_only(s);
                (0..20).for_each(|_| s.burst((0..100).map(|_| response(1, 103))));
                wait(s);
            },
            expect: conn_error(ENHANCE_YOUR_CALM),
            ..Case::DEFAULT
        },
        Case {
            id: "limits/promises-refused-client",
            role: Role::Client,
            title: "Promises beyond 128 that the application has not taken are refused, and the connection goes on",
            needs: Needs::Api,
            script: |s| {
                s.open();
                ask_only(s);
                s.burst((1..150).map(|promise| push_promise(1, 2 * promise)));
            },
            expect: refused(258).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
