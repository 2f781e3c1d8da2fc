//! WINDOW_UPDATE as a frame (RFC 9113 section 6.9). What windows do is the subject of other topics.

use crate::catalog::prelude::*;
use crate::wire::code::{DEFAULT_WINDOW, MAX_WINDOW};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "window-update/length-three",
            role: Role::Server,
            and_client: true,
            title: "WINDOW_UPDATE of three octets is a connection error",
            requires: &["rfc9113/6.9/length"],
            script: |s| {
                s.open();
                s.send(window_update(0, 1).resized(3));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/length-five-on-stream",
            role: Role::Server,
            title: "WINDOW_UPDATE of five octets is a connection error, on a stream as well",
            requires: &["rfc9113/6.9/length"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(window_update(1, 1).resized(5));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/zero-on-connection",
            role: Role::Server,
            and_client: true,
            title: "WINDOW_UPDATE of 0 on the connection is a connection error",
            requires: &["rfc9113/6.9/zero-increment"],
            script: |s| {
                s.open();
                s.send(window_update(0, 0));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/zero-on-open-stream",
            role: Role::Server,
            title: "WINDOW_UPDATE of 0 on one stream leaves its neighbours alone",
            requires: &["rfc9113/6.9/zero-increment"],
            script: |s| {
                s.open();
                s.burst([post(1), post(3)]);
                s.send(window_update(1, 0));
                s.send(data(3, 2).end_stream());
            },
            expect: stream_error(1, PROTOCOL_ERROR).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/zero-on-open-stream-client",
            role: Role::Client,
            title: "WINDOW_UPDATE of 0 on one stream leaves the other responses alone",
            requires: &["rfc9113/6.9/zero-increment"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 3 });
                s.mark();
                s.send(window_update(1, 0));
                s.send(response(3, 200).end_stream());
            },
            expect: stream_error_only(1, PROTOCOL_ERROR).and(call_gives(2, 200)),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/zero-on-stream-code",
            role: Role::Server,
            title: "WINDOW_UPDATE of 0 on a stream is a stream error",
            requires: &["rfc9113/6.9/zero-increment"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(window_update(1, 0));
            },
            expect: stream_error(1, PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/zero-on-stream-code-client",
            role: Role::Client,
            title: "WINDOW_UPDATE of 0 on a stream is a stream error for a client",
            requires: &["rfc9113/6.9/zero-increment"],
            script: |s| {
                s.open();
                s.send(window_update(1, 0));
            },
            expect: stream_error(1, PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/zero-after-end-stream",
            role: Role::Server,
            title: "WINDOW_UPDATE of 0 is a stream error on a half-closed stream, too",
            requires: &["rfc9113/6.9/zero-increment"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.mark();
                s.send(window_update(1, 0));
            },
            expect: stream_error(1, PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/zero-on-idle-stream",
            role: Role::Server,
            title: "WINDOW_UPDATE of 0 on an idle stream is a connection error",
            requires: &["rfc9113/5.1/idle"],
            script: |s| {
                s.open();
                s.send(window_update(1, 0));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/on-idle-stream",
            role: Role::Server,
            title: "WINDOW_UPDATE on an idle stream is a connection error",
            requires: &["rfc9113/5.1/idle"],
            script: |s| {
                s.open();
                s.send(window_update(1, 100));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/on-idle-stream-client",
            role: Role::Client,
            title: "WINDOW_UPDATE on a stream that the client never opened is a connection error",
            requires: &["rfc9113/5.1/idle"],
            script: |s| {
                s.open();
                s.send(window_update(9, 100));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/connection-overflow",
            role: Role::Server,
            and_client: true,
            title: "WINDOW_UPDATE that takes the connection window above 2^31-1 is a connection error",
            requires: &["rfc9113/6.9.1/overflow"],
            script: |s| {
                s.open();
                s.send(window_update(0, MAX_WINDOW));
            },
            expect: conn_error(FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/stream-overflow",
            role: Role::Server,
            title: "WINDOW_UPDATE that takes the window of a stream above 2^31-1 is a stream error",
            requires: &["rfc9113/6.9.1/overflow"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(window_update(1, MAX_WINDOW));
            },
            expect: stream_error(1, FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/stream-overflow-client",
            role: Role::Client,
            title: "WINDOW_UPDATE that takes the window of a request above 2^31-1 is a stream error",
            requires: &["rfc9113/6.9.1/overflow"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.mark();
                s.send(window_update(1, MAX_WINDOW));
            },
            expect: stream_error(1, FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/up-to-largest-window",
            role: Role::Server,
            title: "Windows of exactly 2^31-1 are accepted",
            requires: &["rfc9113/6.9.1/overflow"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(window_update(0, MAX_WINDOW - DEFAULT_WINDOW));
                s.send(window_update(1, MAX_WINDOW - DEFAULT_WINDOW));
                s.send(data(1, 2).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/reserved-bit",
            role: Role::Server,
            title: "The reserved bit before the increment is ignored",
            requires: &["rfc9113/6.9/reserved-bit"],
            script: |s| {
                s.open();
                s.send(window_update(0, 1 << 31 | 1));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/on-closed-stream",
            role: Role::Server,
            title: "WINDOW_UPDATE on a stream that is over is let pass",
            requires: &["rfc9113/6.9/closed-streams"],
            script: |s| {
                s.open();
                s.send(get(1));
                s.settle();
                s.send(window_update(1, 100));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "window-update/on-half-closed-stream-client",
            role: Role::Client,
            title: "WINDOW_UPDATE on a request that is sent is let pass",
            requires: &["rfc9113/6.9/closed-streams"],
            script: |s| {
                s.open();
                s.send(window_update(1, 100));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
    ]
}
