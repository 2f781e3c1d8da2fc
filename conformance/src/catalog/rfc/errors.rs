//! Errors of connections and streams (RFC 9113 section 5.4), and ends without one.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "errors/closes",
            role: Role::Server,
            title: "A server closes the connection after GOAWAY for an error",
            requires: &["rfc9113/5.4.1/close"],
            script: |s| {
                s.open();
                s.send(continuation(1, Vec::new()));
            },
            expect: closes(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "errors/closes-client",
            role: Role::Client,
            title: "A client closes the connection after GOAWAY for an error",
            requires: &["rfc9113/5.4.1/close"],
            script: |s| {
                s.open();
                s.send(continuation(1, Vec::new()));
            },
            expect: closes(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "errors/names-last-request",
            role: Role::Server,
            title: "GOAWAY for an error names the last request that the server took up",
            requires: &["rfc9113/5.4.1/goaway", "rfc9113/6.8/last-stream"],
            script: |s| {
                s.open();
                s.send(get(1));
                s.send(get(3));
                s.settle();
                s.mark();
                s.send(ping(*b"misplace").on(1));
            },
            expect: conn_error(PROTOCOL_ERROR).and(last_processed(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "errors/names-no-request",
            role: Role::Server,
            title: "GOAWAY for an error before any request names stream 0",
            requires: &["rfc9113/5.4.1/goaway", "rfc9113/6.8/last-stream"],
            script: |s| {
                s.open();
                s.send(ping(*b"misplace").on(1));
            },
            expect: conn_error(PROTOCOL_ERROR).and(last_processed(0)),
            ..Case::DEFAULT
        },
        Case {
            id: "errors/names-no-promise-client",
            role: Role::Client,
            title: "GOAWAY of a client names no stream of its own",
            requires: &["rfc9113/5.4.1/goaway", "rfc9113/6.8/last-stream"],
            script: |s| {
                s.open();
                s.send(ping(*b"misplace").on(1));
            },
            expect: conn_error(PROTOCOL_ERROR).and(last_processed(0)),
            ..Case::DEFAULT
        },
        Case {
            id: "errors/stream-error-leaves-others-alone",
            role: Role::Server,
            title: "A malformed request does no harm to the ones beside it",
            requires: &["rfc9113/5.4.2/one-stream"],
            script: |s| {
                s.open();
                s.send(post(3));
                s.send(headers(5, &[(":method", "GET")]).end_stream());
                s.send(data(3, 2).end_stream());
            },
            expect: malformed(5).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "errors/one-reset-per-stream",
            role: Role::Server,
            title: "A stream that was reset for an error is not reset again for what crossed the reset",
            requires: &["rfc9113/5.4.2/after-reset"],
            script: |s| {
                s.open();
                let head = headers(1, &[(":method", "POST")]);
                s.burst([head, data(1, 5), data(1, 5), data(1, 0).end_stream()]);
            },
            expect: malformed(1).and(times(kind::RST_STREAM, 1, 0..=1)),
            ..Case::DEFAULT
        },
        Case {
            id: "errors/peer-ends-idle",
            role: Role::Server,
            title: "A server closes when its client does, without an error",
            requires: &["rfc9113/5.4.1/plain-end"],
            script: |s| {
                s.open();
                s.close();
            },
            expect: ends(),
            ..Case::DEFAULT
        },
        Case {
            id: "errors/peer-ends-in-response-client",
            role: Role::Client,
            title: "A response cut off by the end of the connection is an error for its reader",
            requires: &["rfc9113/8.1/incomplete"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(response(1, 200));
                s.app(App::ReadToEnd { stream: 1 });
                s.send(data(1, 5));
                s.close();
            },
            expect: call_gives(1, 200).and(call_fails(2)),
            ..Case::DEFAULT
        },
        Case {
            id: "errors/peer-ends-before-response-client",
            role: Role::Client,
            title: "A request without an answer fails when the connection ends",
            requires: &["rfc9113/8.1/incomplete"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.close();
            },
            expect: call_fails(1),
            ..Case::DEFAULT
        },
        Case {
            id: "errors/peer-ends-in-request",
            role: Role::Server,
            title: "A request cut off by the end of the connection is an error for its reader",
            requires: &["rfc9113/8.1/incomplete"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ReadToEnd { stream: 1 });
                s.send(data(1, 5));
                s.close();
            },
            expect: call_fails(0),
            ..Case::DEFAULT
        },
    ]
}
