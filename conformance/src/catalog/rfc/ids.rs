//! Stream identifiers (RFC 9113 section 5.1.1).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "ids/even-from-client",
            role: Role::Server,
            title: "A request on an even stream is a connection error",
            requires: &["rfc9113/5.1.1/parity", "rfc9113/5.1.1/unexpected"],
            script: |s| {
                s.open();
                s.send(get(2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "ids/decreasing",
            role: Role::Server,
            title: "A request below one that was already made is a connection error",
            requires: &["rfc9113/5.1.1/growing", "rfc9113/5.1.1/unexpected"],
            script: |s| {
                s.open();
                s.send(get(5));
                s.settle();
                s.mark();
                s.send(get(3));
            },
            expect: conn_error([PROTOCOL_ERROR, STREAM_CLOSED]),
            ..Case::DEFAULT
        },
        Case {
            id: "ids/with-gaps",
            role: Role::Server,
            title: "Streams may be skipped",
            requires: &["rfc9113/5.1.1/growing"],
            script: |s| {
                s.open();
                s.send(get(1));
                s.send(get(9));
            },
            expect: answered(1).and(answered(9)),
            ..Case::DEFAULT
        },
        Case {
            id: "ids/largest",
            role: Role::Server,
            title: "The largest stream identifier can be used",
            requires: &["rfc9113/5.1.1/largest"],
            script: |s| {
                s.open();
                s.send(get((1 << 31) - 1));
            },
            expect: answered((1 << 31) - 1),
            ..Case::DEFAULT
        },
        Case {
            id: "ids/data-on-skipped-stream",
            role: Role::Server,
            title: "A stream that was skipped is closed: DATA on it is an error, or is discarded",
            requires: &["rfc9113/5.1.1/skipped-are-closed", "rfc9113/6.1/closed-stream"],
            script: |s| {
                s.open();
                s.send(post(5));
                s.mark();
                s.send(data(3, 2));
            },
            expect: one_of([any_error(3, [STREAM_CLOSED, PROTOCOL_ERROR]), ignored()]),
            ..Case::DEFAULT
        },
        Case {
            id: "ids/window-update-on-skipped-stream",
            role: Role::Server,
            title:
                "A stream that was skipped is closed: WINDOW_UPDATE on it is let pass, or an error of a closed stream",
            requires: &["rfc9113/5.1.1/skipped-are-closed"],
            script: |s| {
                s.open();
                s.send(post(5));
                s.mark();
                s.send(window_update(3, 2));
            },
            expect: one_of([ignored(), conn_error([STREAM_CLOSED, PROTOCOL_ERROR])]),
            ..Case::DEFAULT
        },
        Case {
            id: "ids/odd-and-growing-client",
            role: Role::Client,
            title: "A client opens odd streams, each above the one before",
            requires: &["rfc9113/5.1.1/parity", "rfc9113/5.1.1/growing"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
            },
            expect: call_gives(0, 1)
                .and(call_gives(1, 3))
                .and(call_gives(2, 5))
                .and(times(kind::HEADERS, 3, 1..=1))
                .and(times(kind::HEADERS, 5, 1..=1)),
            ..Case::DEFAULT
        },
        Case {
            id: "ids/promises-even",
            role: Role::Server,
            title: "A server promises even streams, each above the one before",
            requires: &["rfc9113/5.1.1/parity", "rfc9113/5.1.1/growing"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Promise { stream: 1 });
                s.app(App::Promise { stream: 1 });
                s.app(App::Respond { stream: 2, status: 200, end: true });
                s.app(App::Respond { stream: 4, status: 200, end: true });
            },
            expect: answered(2).and(answered(4)),
            ..Case::DEFAULT
        },
    ]
}
