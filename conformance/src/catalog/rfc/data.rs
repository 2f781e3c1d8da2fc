//! DATA (RFC 9113 section 6.1).

use crate::catalog::prelude::*;
use crate::wire::code::flag;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "data/on-stream-zero",
            role: Role::Server,
            and_client: true,
            title: "DATA on stream 0 is a connection error",
            requires: &["rfc9113/6.1/stream-zero"],
            script: |s| {
                s.open();
                s.send(data(0, 2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "data/padding-as-long-as-payload",
            role: Role::Server,
            title: "DATA whose padding fills the whole payload, pad length included, is a connection error",
            requires: &["rfc9113/6.1/padding-too-long"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 4).claiming_padding(5));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "data/padding-beyond-payload",
            role: Role::Server,
            title: "DATA that claims more padding than it carries is a connection error",
            requires: &["rfc9113/6.1/padding-too-long"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 4).claiming_padding(255));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "data/padding-beyond-payload-client",
            role: Role::Client,
            title: "DATA that claims more padding than it carries is a connection error for a client",
            requires: &["rfc9113/6.1/padding-too-long"],
            script: |s| {
                s.open();
                s.send(response(1, 200));
                s.send(data(1, 4).claiming_padding(5));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "data/padded-without-pad-length",
            role: Role::Server,
            title: "DATA with PADDED and no payload is an error",
            requires: &["rfc9113/4.2/frame-too-small", "rfc9113/6.1/padding-too-long"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 0).flag(flag::PADDED));
            },
            expect: any_error(1, [FRAME_SIZE_ERROR, PROTOCOL_ERROR]),
            ..Case::DEFAULT
        },
        Case {
            id: "data/padded",
            role: Role::Server,
            title: "DATA with padding is content less its padding",
            requires: &["rfc9113/6.1/padding"],
            script: |s| {
                s.open();
                s.send(headers(1, &[&POST[..], &[("content-length", "5")]].concat()));
                s.send(data(1, 5).padded(200).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "data/padding-only",
            role: Role::Server,
            title: "DATA that is all padding carries no content",
            requires: &["rfc9113/6.1/padding"],
            script: |s| {
                s.open();
                let head = headers(1, &[&POST[..], &[("content-length", "0")]].concat());
                s.burst([head, data(1, 0).padded(255).end_stream()]);
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "data/padding-not-zero",
            role: Role::Server,
            title: "Padding other than zeros is let pass or is a connection error",
            requires: &["rfc9113/6.1/padding-zero"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 0).payload(b"\x04dpads").flag(flag::PADDED).end_stream());
            },
            expect: one_of([answered(1), conn_error(PROTOCOL_ERROR)]),
            ..Case::DEFAULT
        },
        Case {
            id: "data/empty-with-end",
            role: Role::Server,
            title: "Empty DATA with END_STREAM ends a request",
            requires: &["rfc9113/6.1/end-stream"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 0).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "data/empty-in-between",
            role: Role::Server,
            title: "A few empty DATA frames in a body change nothing",
            requires: &["rfc9113/6.1/end-stream"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.burst([data(1, 0), data(1, 1), data(1, 0), data(1, 1).end_stream()]);
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
    ]
}
