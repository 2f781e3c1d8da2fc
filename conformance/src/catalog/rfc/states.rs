//! The life of a stream (RFC 9113 section 5.1): what may come in which state.

use crate::catalog::prelude::*;
use crate::wire::hpack;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "states/data-on-idle-stream",
            role: Role::Server,
            title: "DATA on an idle stream is an error",
            requires: &["rfc9113/5.1/idle", "rfc9113/6.1/closed-stream"],
            script: |s| {
                s.open();
                s.send(data(1, 2));
            },
            expect: one_of([conn_error([PROTOCOL_ERROR, STREAM_CLOSED]), stream_error(1, STREAM_CLOSED)]),
            ..Case::DEFAULT
        },
        Case {
            id: "states/data-on-idle-stream-client",
            role: Role::Client,
            title: "DATA on a stream that the client never opened is an error",
            requires: &["rfc9113/5.1/idle", "rfc9113/6.1/closed-stream"],
            script: |s| {
                s.open();
                s.send(data(9, 2));
            },
            expect: one_of([conn_error([PROTOCOL_ERROR, STREAM_CLOSED]), stream_error(9, STREAM_CLOSED)]),
            ..Case::DEFAULT
        },
        Case {
            id: "states/headers-on-idle-stream-client",
            role: Role::Client,
            title: "A response on a stream that the client never opened is a connection error",
            requires: &["rfc9113/5.1.1/unexpected"],
            script: |s| {
                s.open();
                s.send(response(9, 200));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "states/headers-on-unpromised-stream-client",
            role: Role::Client,
            title: "A response on a stream that was never promised is a connection error",
            requires: &["rfc9113/5.1/idle-of-server"],
            script: |s| {
                s.open();
                s.send(response(2, 200));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "states/headers-after-end-stream",
            role: Role::Server,
            title: "HEADERS after END_STREAM is a stream error",
            requires: &["rfc9113/5.1/half-closed-remote"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.mark();
                s.send(trailers(1));
            },
            expect: stream_error(1, STREAM_CLOSED),
            ..Case::DEFAULT
        },
        Case {
            id: "states/data-after-end-stream",
            role: Role::Server,
            title: "DATA after END_STREAM is a stream error",
            requires: &["rfc9113/5.1/half-closed-remote", "rfc9113/6.1/closed-stream"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.mark();
                s.send(data(1, 2));
            },
            expect: stream_error(1, STREAM_CLOSED),
            ..Case::DEFAULT
        },
        Case {
            id: "states/headers-after-end-stream-client",
            role: Role::Client,
            title: "HEADERS after END_STREAM of the response is a stream error",
            requires: &["rfc9113/5.1/half-closed-remote"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.send(response(1, 200).end_stream());
                s.mark();
                s.send(trailers(1));
            },
            expect: stream_error(1, STREAM_CLOSED),
            ..Case::DEFAULT
        },
        Case {
            id: "states/data-after-end-stream-client",
            role: Role::Client,
            title: "DATA after END_STREAM of the response is a stream error",
            requires: &["rfc9113/5.1/half-closed-remote", "rfc9113/6.1/closed-stream"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.send(response(1, 200).end_stream());
                s.mark();
                s.send(data(1, 2));
            },
            expect: stream_error(1, STREAM_CLOSED),
            ..Case::DEFAULT
        },
        Case {
            id: "states/request-again-after-end-stream",
            role: Role::Server,
            title: "A second request on a stream whose first is not answered yet is a stream error",
            requires: &["rfc9113/5.1/half-closed-remote"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.mark();
                s.send(get(1));
            },
            expect: stream_error(1, STREAM_CLOSED),
            ..Case::DEFAULT
        },
        Case {
            id: "states/continuation-after-end-stream",
            role: Role::Server,
            title: "CONTINUATION after END_STREAM is an error",
            requires: &["rfc9113/5.1/half-closed-remote", "rfc9113/6.10/without-headers"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.mark();
                s.send(continuation(1, Vec::new()));
            },
            expect: one_of([conn_error(PROTOCOL_ERROR), any_error(1, STREAM_CLOSED)]),
            ..Case::DEFAULT
        },
        Case {
            id: "states/window-update-after-end-stream",
            role: Role::Server,
            title: "WINDOW_UPDATE after END_STREAM is let pass",
            requires: &["rfc9113/5.1/half-closed-remote"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.mark();
                s.send(window_update(1, 100));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "states/priority-after-end-stream",
            role: Role::Server,
            title: "PRIORITY after END_STREAM is let pass",
            requires: &["rfc9113/5.1/half-closed-remote"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.mark();
                s.send(priority(1));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "states/reset-after-end-stream",
            role: Role::Server,
            title: "RST_STREAM after END_STREAM ends the stream without a word",
            requires: &["rfc9113/5.1/half-closed-remote"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.mark();
                s.send(reset(1, CANCEL));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "states/data-on-closed-stream",
            role: Role::Server,
            title: "DATA on a stream that both sides have ended is an error, or is discarded",
            requires: &["rfc9113/6.1/closed-stream", "rfc9113/5.1/closed"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.mark();
                s.send(data(1, 2));
            },
            expect: one_of([any_error(1, [STREAM_CLOSED, PROTOCOL_ERROR]), ignored()]),
            ..Case::DEFAULT
        },
        Case {
            id: "states/data-behind-blocked-end",
            role: Role::Server,
            title: "DATA after END_STREAM is an error, also while the end of the response waits for window",
            requires: &["rfc9113/5.1/half-closed-remote", "rfc9113/6.1/closed-stream"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::SendData { stream: 1, octets: 10, end: true });
                s.mark();
                s.send(data(1, 2));
            },
            expect: any_error(1, [STREAM_CLOSED]),
            ..Case::DEFAULT
        },
        Case {
            id: "states/headers-on-closed-stream",
            role: Role::Server,
            title: "HEADERS on a stream that both sides have ended is no new request",
            requires: &["rfc9113/5.1/closed", "rfc9113/5.1.1/no-reuse"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.mark();
                s.send(get(1));
            },
            expect: one_of([any_error(1, [STREAM_CLOSED, PROTOCOL_ERROR]), ignored()]),
            ..Case::DEFAULT
        },
        Case {
            id: "states/data-on-closed-stream-client",
            role: Role::Client,
            title: "DATA on a stream that both sides have ended is an error for a client, or is discarded",
            requires: &["rfc9113/6.1/closed-stream", "rfc9113/5.1/closed"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(response(1, 200).end_stream());
                s.mark();
                s.send(data(1, 2));
            },
            expect: one_of([any_error(1, [STREAM_CLOSED, PROTOCOL_ERROR]), ignored()]),
            ..Case::DEFAULT
        },
        Case {
            id: "states/headers-on-closed-stream-client",
            role: Role::Client,
            title: "A second response on a stream that is over is no response",
            requires: &["rfc9113/5.1/closed"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(response(1, 200).end_stream());
                s.mark();
                s.send(response(1, 200));
            },
            expect: one_of([any_error(1, [STREAM_CLOSED, PROTOCOL_ERROR]), ignored()]),
            ..Case::DEFAULT
        },
        Case {
            id: "states/data-after-reset",
            role: Role::Server,
            title: "DATA behind the RST_STREAM of the same peer is an error, or is discarded",
            requires: &["rfc9113/6.1/closed-stream", "rfc9113/5.1/closed"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(reset(1, CANCEL));
                s.mark();
                s.send(data(1, 2));
            },
            expect: one_of([any_error(1, [STREAM_CLOSED, PROTOCOL_ERROR]), ignored()]),
            ..Case::DEFAULT
        },
        Case {
            id: "states/headers-after-reset",
            role: Role::Server,
            title: "HEADERS behind the RST_STREAM of the same peer is no new request",
            requires: &["rfc9113/5.1/closed", "rfc9113/5.1.1/no-reuse"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(reset(1, CANCEL));
                s.mark();
                s.send(get(1));
            },
            expect: one_of([any_error(1, [STREAM_CLOSED, PROTOCOL_ERROR]), ignored()]),
            ..Case::DEFAULT
        },
        Case {
            id: "states/window-update-on-closed-stream",
            role: Role::Server,
            title: "WINDOW_UPDATE on a stream that both sides have ended is let pass",
            requires: &["rfc9113/5.1/closing-frames"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.mark();
                s.send(window_update(1, 1));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "states/reset-on-closed-stream",
            role: Role::Server,
            title: "RST_STREAM on a stream that both sides have ended is let pass",
            requires: &["rfc9113/5.1/closing-frames"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.mark();
                s.send(reset(1, NO_ERROR));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "states/data-after-own-reset",
            role: Role::Server,
            title: "DATA that crossed the RST_STREAM of the server is discarded",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Reset { stream: 1, code: CANCEL });
                s.mark();
                s.send(data(1, 10));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "states/trailers-after-own-reset",
            role: Role::Server,
            title: "Trailers that crossed the RST_STREAM of the server is discarded",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Reset { stream: 1, code: CANCEL });
                s.mark();
                s.send(trailers(1));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "states/window-update-after-own-reset",
            role: Role::Server,
            title: "WINDOW_UPDATE that crossed the RST_STREAM of the server is discarded",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Reset { stream: 1, code: CANCEL });
                s.mark();
                s.send(window_update(1, 10));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "states/reset-after-own-reset",
            role: Role::Server,
            title: "RST_STREAM that crossed the RST_STREAM of the server is discarded",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Reset { stream: 1, code: CANCEL });
                s.mark();
                s.send(reset(1, CANCEL));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "states/compression-after-own-reset",
            role: Role::Server,
            title: "Trailers that crossed the RST_STREAM of the server still change the compression state",
            requires: &["rfc9113/5.1/after-own-reset", "rfc9113/4.3/state-always"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Reset { stream: 1, code: CANCEL });
                let mut block = Vec::new();
                hpack::indexed_literal(&mut block, ":authority", "example.test");
                s.mark();
                s.send(headers_block(1, block).end_stream());
                let mut block = hpack::encode(&GET[..3]);
                block.push(0x80 | 62);
                s.send(headers_block(3, block).end_stream());
            },
            expect: handed(3).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "states/response-after-own-reset-client",
            role: Role::Client,
            title: "A response that crossed the RST_STREAM of the client is discarded",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Reset { stream: 1, code: CANCEL });
                s.mark();
                s.burst([response(1, 200), data(1, 10).end_stream()]);
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "states/response-to-withdrawn-request-client",
            role: Role::Client,
            title: "A response to a request that was given up before it was sent is an error",
            requires: &["rfc9113/5.1/idle"],
            needs: Needs::Api,
            script: |s| {
                a_request_waits(s);
                s.app(App::Reset { stream: 1, code: CANCEL });
                s.send(response(1, 200).end_stream());
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "states/response-behind-withdrawn-request-client",
            role: Role::Client,
            title: "A response to a request that was never sent is an error after a later request, too",
            requires: &["rfc9113/5.1/closed"],
            needs: Needs::Api,
            script: |s| {
                a_request_waits(s);
                s.app(App::Reset { stream: 1, code: CANCEL });
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
                s.app(App::Request { method: "GET", end: true });
                s.send(response(1, 200).end_stream());
            },
            // Unless the request was sent.
            expect: one_of([
                times(kind::HEADERS, 1, 1..=1).and(alive()),
                any_error(1, [STREAM_CLOSED, PROTOCOL_ERROR]),
            ]),
            ..Case::DEFAULT
        },
        Case {
            id: "states/window-update-of-withdrawn-request-client",
            role: Role::Client,
            title: "WINDOW_UPDATE for a request that was dropped before it was sent is an error",
            requires: &["rfc9113/5.1/idle"],
            needs: Needs::Api,
            script: |s| {
                a_request_waits(s);
                s.app(App::Drop { stream: 1, what: Handles::All });
                s.send(ping(*b"a moment"));
                s.send(window_update(1, 1));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
    ]
}

/// The server's limit leaves no place for the request.
fn a_request_waits(s: &mut Script) {
    s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
    s.app(App::Request { method: "GET", end: true });
}
