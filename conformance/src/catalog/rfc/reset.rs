//! RST_STREAM (RFC 9113 sections 6.4 and 5.4.2).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "reset/length-three",
            role: Role::Server,
            title: "RST_STREAM of three octets is a connection error",
            requires: &["rfc9113/6.4/length"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(reset(1, CANCEL).resized(3));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/length-three-client",
            role: Role::Client,
            title: "RST_STREAM of three octets is a connection error for a client",
            requires: &["rfc9113/6.4/length"],
            script: |s| {
                s.open();
                s.send(reset(1, CANCEL).resized(3));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/length-five",
            role: Role::Server,
            title: "RST_STREAM of five octets is a connection error",
            requires: &["rfc9113/6.4/length"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(reset(1, CANCEL).resized(5));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/on-stream-zero",
            role: Role::Server,
            and_client: true,
            title: "RST_STREAM on stream 0 is a connection error",
            requires: &["rfc9113/6.4/stream-zero"],
            script: |s| {
                s.open();
                s.send(reset(0, CANCEL));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/on-idle-stream",
            role: Role::Server,
            title: "RST_STREAM on an idle stream is a connection error",
            requires: &["rfc9113/6.4/idle", "rfc9113/5.1/idle"],
            script: |s| {
                s.open();
                s.send(reset(1, CANCEL));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/on-idle-stream-client",
            role: Role::Client,
            title: "RST_STREAM on a stream that the client never opened is a connection error",
            requires: &["rfc9113/6.4/idle", "rfc9113/5.1/idle"],
            script: |s| {
                s.open();
                s.send(reset(9, CANCEL));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/on-unpromised-stream-client",
            role: Role::Client,
            title: "RST_STREAM on a stream that was never promised is a connection error",
            requires: &["rfc9113/6.4/idle", "rfc9113/5.1/idle"],
            script: |s| {
                s.open();
                s.send(reset(2, CANCEL));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/unknown-code",
            role: Role::Server,
            title: "An unknown error code ends the stream like any other",
            requires: &["rfc9113/7/unknown-codes"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.mark();
                s.send(reset(1, 0xdead_beef));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/unknown-code-client",
            role: Role::Client,
            title: "A client takes an unknown error code like any other",
            requires: &["rfc9113/7/unknown-codes"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.mark();
                s.send(reset(1, 0xdead_beef));
            },
            expect: ignored().and(call_fails(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/not-answered",
            role: Role::Server,
            title: "RST_STREAM is not answered with RST_STREAM",
            requires: &["rfc9113/5.4.2/no-answer"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 10));
                s.mark();
                s.send(reset(1, CANCEL));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/twice",
            role: Role::Server,
            title: "A second RST_STREAM is not answered with RST_STREAM either",
            requires: &["rfc9113/5.4.2/no-answer"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.mark();
                s.send(reset(1, CANCEL));
                s.send(reset(1, CANCEL));
            },
            expect: one_of([ignored(), conn_error([STREAM_CLOSED, PROTOCOL_ERROR]).and(none_of(kind::RST_STREAM, 1))]),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/leaves-others-alone",
            role: Role::Server,
            title: "RST_STREAM ends its own stream and no other",
            requires: &["rfc9113/6.4/ends-stream"],
            script: |s| {
                s.open();
                s.burst([post(1), post(3)]);
                s.send(reset(1, CANCEL));
                s.send(data(3, 2).end_stream());
            },
            expect: answered(3),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/stops-response",
            role: Role::Server,
            title: "Nothing more is sent on a stream after its RST_STREAM came",
            requires: &["rfc9113/6.4/ends-stream"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 10));
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::SendData { stream: 1, octets: 100, end: true });
                s.send(reset(1, CANCEL));
                s.mark();
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 1_000));
            },
            expect: none_of(kind::DATA, 1).and(none_of(kind::RST_STREAM, 1)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/instead-of-response-client",
            role: Role::Client,
            title: "A request whose stream is reset fails, and the connection goes on",
            requires: &["rfc9113/6.4/ends-stream"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.mark();
                // A request that is refused may be sent again (section 8.7).
                s.send(reset(1, CANCEL));
            },
            expect: ignored().and(call_fails(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/in-middle-of-response-client",
            role: Role::Client,
            title: "A response that is cut off by RST_STREAM is an error for its reader, not an end",
            requires: &["rfc9113/8.1/incomplete"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(response(1, 200));
                s.app(App::ReadToEnd { stream: 1 });
                s.send(data(1, 5));
                s.send(reset(1, CANCEL));
            },
            expect: call_gives(1, 200).and(call_fails(2)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/after-complete-response-client",
            role: Role::Client,
            title: "RST_STREAM NO_ERROR behind a complete response does not take the response away",
            requires: &["rfc9113/8.1/early-response"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.app(App::AwaitResponse { stream: 1 });
                s.burst([response(1, 200), data(1, 5).end_stream(), reset(1, NO_ERROR)]);
                s.app(App::ReadToEnd { stream: 1 });
            },
            expect: call_gives(1, 200).and(call_gives(2, 5)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "reset/beside-own-reset",
            role: Role::Server,
            title: "RST_STREAM takes the place of the subject's own that waits for the transport, and is not answered",
            requires: &["rfc9113/5.4.2/no-answer"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                responding(s, &[3]);
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.stop_reading();
                s.app(App::SendData { stream: 3, octets: 65_535, end: true });
                s.app(App::Drop { stream: 1, what: Handles::All });
                s.send(reset(1, CANCEL));
                s.go_on_reading();
            },
            expect: none_of(kind::RST_STREAM, 1).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
