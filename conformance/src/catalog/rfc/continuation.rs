//! CONTINUATION, and field blocks in several frames (RFC 9113 sections 4.3 and 6.10).

use crate::catalog::prelude::*;
use crate::wire::Frame;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "continuation/split-request",
            role: Role::Server,
            title: "A request may be split over HEADERS and CONTINUATION at any octet",
            requires: &["rfc9113/4.3/fragments"],
            script: |s| {
                s.open();
                s.burst(in_three(&get(1)));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/split-response-client",
            role: Role::Client,
            title: "A response may be split over HEADERS and CONTINUATION at any octet",
            requires: &["rfc9113/4.3/fragments"],
            script: |s| {
                s.open();
                s.burst(in_three(&response(1, 200).end_stream()));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/empty-fragments",
            role: Role::Server,
            title: "A fragment of a field block may be empty",
            requires: &["rfc9113/4.3/fragments"],
            script: |s| {
                s.open();
                s.send(get(1).continues());
                s.send(continuation(1, Vec::new()));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/empty-promise-fragment",
            role: Role::Client,
            title: "The first fragment of a promised request may be empty",
            requires: &["rfc9113/4.3/fragments"],
            script: |s| {
                s.open();
                let promise = push_promise(1, 2);
                s.burst([promise.clone().resized(4).continues(), continuation(1, promise.payload[4..].to_vec())]);
                s.send(response(2, 200).end_stream());
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/split-trailers",
            role: Role::Server,
            title: "Trailers may be split over HEADERS and CONTINUATION",
            requires: &["rfc9113/4.3/fragments"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.burst(in_three(&trailers(1)));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/out-of-nowhere",
            role: Role::Server,
            and_client: true,
            title: "CONTINUATION that continues nothing is a connection error",
            requires: &["rfc9113/6.10/without-headers"],
            script: |s| {
                s.open();
                s.send(continuation(1, Vec::new()));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/after-end-headers",
            role: Role::Server,
            title: "CONTINUATION after END_HEADERS is a connection error",
            requires: &["rfc9113/6.10/without-headers"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(continuation(1, Vec::new()));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/after-end-headers-client",
            role: Role::Client,
            title: "CONTINUATION after END_HEADERS of a response is a connection error",
            requires: &["rfc9113/6.10/without-headers"],
            script: |s| {
                s.open();
                s.send(response(1, 200));
                s.send(continuation(1, Vec::new()));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/on-stream-zero",
            role: Role::Server,
            title: "CONTINUATION on stream 0 is a connection error",
            requires: &["rfc9113/6.10/stream-zero"],
            script: |s| {
                s.open();
                s.send(post(1).continues());
                s.send(continuation(0, Vec::new()));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/on-other-stream",
            role: Role::Server,
            title: "CONTINUATION on another stream than its HEADERS is a connection error",
            requires: &["rfc9113/6.2/nothing-between", "rfc9113/6.10/nothing-between"],
            script: |s| {
                s.open();
                s.send(post(1).continues());
                s.send(continuation(3, Vec::new()));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-data",
            role: Role::Server,
            title: "DATA between HEADERS and its CONTINUATION is a connection error",
            requires: &["rfc9113/6.2/nothing-between", "rfc9113/4.3/contiguous"],
            script: |s| {
                s.open();
                s.send(post(1).continues());
                s.send(data(1, 2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-headers",
            role: Role::Server,
            title: "HEADERS of another stream between HEADERS and its CONTINUATION is a connection error",
            requires: &["rfc9113/6.2/nothing-between", "rfc9113/4.3/contiguous"],
            script: |s| {
                s.open();
                s.send(post(1).continues());
                s.send(get(3));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-ping",
            role: Role::Server,
            title: "PING between HEADERS and its CONTINUATION is a connection error",
            requires: &["rfc9113/6.2/nothing-between", "rfc9113/4.3/contiguous"],
            script: |s| {
                s.open();
                s.send(post(1).continues());
                s.send(ping(*b"intruder"));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-settings",
            role: Role::Server,
            title: "SETTINGS between HEADERS and its CONTINUATION is a connection error",
            requires: &["rfc9113/6.2/nothing-between", "rfc9113/4.3/contiguous"],
            script: |s| {
                s.open();
                s.send(post(1).continues());
                s.send(settings());
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-window-update",
            role: Role::Server,
            title: "WINDOW_UPDATE between HEADERS and its CONTINUATION is a connection error",
            requires: &["rfc9113/6.2/nothing-between", "rfc9113/4.3/contiguous"],
            script: |s| {
                s.open();
                s.send(post(1).continues());
                s.send(window_update(1, 1));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-reset",
            role: Role::Server,
            title: "RST_STREAM of the same stream between HEADERS and its CONTINUATION is a connection error",
            requires: &["rfc9113/6.2/nothing-between", "rfc9113/4.3/contiguous"],
            script: |s| {
                s.open();
                s.send(post(1).continues());
                s.send(reset(1, CANCEL));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-unknown-type",
            role: Role::Server,
            title: "A frame of unknown type between HEADERS and its CONTINUATION is a connection error",
            requires: &["rfc9113/6.2/nothing-between", "rfc9113/4.3/contiguous"],
            script: |s| {
                s.open();
                s.send(post(1).continues());
                s.send(unknown(0));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-twice",
            role: Role::Server,
            title: "Anything but CONTINUATION after a CONTINUATION without END_HEADERS is a connection error",
            requires: &["rfc9113/6.10/nothing-between"],
            script: |s| {
                s.open();
                s.send(post(1).continues());
                s.send(continuation(1, Vec::new()).continues());
                s.send(data(1, 2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-data-client",
            role: Role::Client,
            title: "DATA between HEADERS of a response and its CONTINUATION is a connection error",
            requires: &["rfc9113/6.2/nothing-between", "rfc9113/4.3/contiguous"],
            script: |s| {
                s.open();
                s.send(response(1, 200).continues());
                s.send(data(1, 2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-ping-client",
            role: Role::Client,
            title: "PING between HEADERS of a response and its CONTINUATION is a connection error",
            requires: &["rfc9113/6.2/nothing-between", "rfc9113/4.3/contiguous"],
            script: |s| {
                s.open();
                s.send(response(1, 200).continues());
                s.send(ping(*b"intruder"));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/end-stream-flag",
            role: Role::Server,
            title: "END_STREAM means nothing on CONTINUATION",
            requires: &["rfc9113/4.1/undefined-flags"],
            script: |s| {
                s.open();
                s.send(post(1).continues());
                s.send(continuation(1, Vec::new()).end_stream());
                s.send(data(1, 2).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-priority",
            role: Role::Server,
            title: "PRIORITY inside a field block is a connection error",
            requires: &["rfc9113/6.10/nothing-between", "rfc9113/6.2/nothing-between"],
            script: |s| {
                s.open();
                let rest = continuation(1, crate::wire::hpack::encode(&[("x-rest", "1")]));
                s.burst([get(1).continues(), priority(1), rest]);
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-goaway",
            role: Role::Server,
            title: "GOAWAY inside a field block is a connection error",
            requires: &["rfc9113/6.10/nothing-between", "rfc9113/6.2/nothing-between"],
            script: |s| {
                s.open();
                let rest = continuation(1, crate::wire::hpack::encode(&[("x-rest", "1")]));
                s.burst([get(1).continues(), goaway(0, NO_ERROR), rest]);
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/interrupted-by-push-promise",
            role: Role::Server,
            title: "PUSH_PROMISE inside a field block is a connection error",
            requires: &["rfc9113/6.10/nothing-between", "rfc9113/6.2/nothing-between"],
            script: |s| {
                s.open();
                let rest = continuation(1, crate::wire::hpack::encode(&[("x-rest", "1")]));
                s.burst([get(1).continues(), push_promise(1, 2), rest]);
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/after-data",
            role: Role::Server,
            title: "CONTINUATION after DATA is a connection error",
            requires: &["rfc9113/6.10/without-headers"],
            script: |s| {
                s.open();
                s.burst([post(1), data(1, 2), continuation(1, Vec::new())]);
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/after-end-of-block",
            role: Role::Server,
            title: "CONTINUATION after a CONTINUATION with END_HEADERS is a connection error",
            requires: &["rfc9113/6.10/without-headers"],
            script: |s| {
                s.open();
                s.burst([post(1).continues(), continuation(1, Vec::new()), continuation(1, Vec::new())]);
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "continuation/on-idle-stream",
            role: Role::Server,
            title: "CONTINUATION on an idle stream is a connection error",
            requires: &["rfc9113/6.10/without-headers"],
            script: |s| {
                s.open();
                s.send(continuation(5, Vec::new()));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
    ]
}

/// The same field block in three frames: HEADERS with its flags, and two CONTINUATION.
fn in_three(whole: &Frame) -> [Frame; 3] {
    let (head, rest) = whole.payload.split_at(whole.payload.len() / 3);
    let (middle, tail) = rest.split_at(rest.len() / 2);
    [
        whole.clone().continues().payload(head),
        continuation(whole.stream, middle.to_vec()).continues(),
        continuation(whole.stream, tail.to_vec()),
    ]
}
