//! HEADERS (RFC 9113 section 6.2).

use crate::catalog::prelude::*;
use crate::wire::code::flag;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "headers/on-stream-zero",
            role: Role::Server,
            title: "HEADERS on stream 0 is a connection error",
            requires: &["rfc9113/6.2/stream-zero"],
            script: |s| {
                s.open();
                s.send(get(1).on(0));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/on-stream-zero-client",
            role: Role::Client,
            title: "HEADERS on stream 0 is a connection error for a client",
            requires: &["rfc9113/6.2/stream-zero"],
            script: |s| {
                s.open();
                s.send(response(0, 200));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/padding-beyond-payload",
            role: Role::Server,
            title: "HEADERS that claims more padding than it carries is an error",
            requires: &["rfc9113/6.2/padding-too-long"],
            script: |s| {
                s.open();
                s.send(headers(1, &[(":method", "GET")]).claiming_padding(255).end_stream());
            },
            expect: any_error(1, PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/padding-beyond-payload-client",
            role: Role::Client,
            title: "HEADERS that claims more padding than it carries is an error for a client",
            requires: &["rfc9113/6.2/padding-too-long"],
            script: |s| {
                s.open();
                s.send(response(1, 200).claiming_padding(255));
            },
            expect: any_error(1, PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/padded-without-pad-length",
            role: Role::Server,
            title: "HEADERS with PADDED and no payload is a connection error",
            requires: &["rfc9113/4.2/frame-too-small", "rfc9113/4.2/altering-frame"],
            script: |s| {
                s.open();
                s.send(headers_block(1, Vec::new()).flag(flag::PADDED).end_stream());
            },
            expect: conn_error([FRAME_SIZE_ERROR, PROTOCOL_ERROR]),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/too-short-for-priority-fields",
            role: Role::Server,
            title: "HEADERS with PRIORITY and less than its five octets is a connection error",
            requires: &["rfc9113/4.2/frame-too-small", "rfc9113/4.2/altering-frame"],
            script: |s| {
                s.open();
                s.send(headers_block(1, vec![0; 4]).flag(flag::PRIORITY).end_stream());
            },
            expect: conn_error([FRAME_SIZE_ERROR, PROTOCOL_ERROR]),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/padded",
            role: Role::Server,
            title: "Padding of HEADERS is no part of the field block",
            requires: &["rfc9113/6.2/padding"],
            script: |s| {
                s.open();
                s.send(get(1).padded(100));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/padded-client",
            role: Role::Client,
            title: "Padding of HEADERS is no part of the response",
            requires: &["rfc9113/6.2/padding"],
            script: |s| {
                s.open();
                s.send(response(1, 200).padded(100).end_stream());
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/with-priority-fields",
            role: Role::Server,
            title: "Priority fields of HEADERS are read over",
            requires: &["rfc9113/6.2/priority-fields"],
            script: |s| {
                s.open();
                s.send(get(1).depending_on(0));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/padded-with-priority-fields",
            role: Role::Server,
            title: "Padding and priority fields can be in one HEADERS",
            requires: &["rfc9113/6.2/priority-fields", "rfc9113/6.2/padding"],
            script: |s| {
                s.open();
                s.send(get(1).depending_on(11).padded(7));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/list-at-limit",
            role: Role::Server,
            title: "A field section of exactly SETTINGS_MAX_HEADER_LIST_SIZE is accepted",
            requires: &["rfc9113/6.5.2/max-header-list-size"],
            config: Config { max_header_list: Some(1_000), ..Config::DEFAULT },
            script: |s| {
                s.open();
                let size =
                    |fields: &[(&str, &str)]| -> usize { fields.iter().map(|(n, v)| n.len() + v.len() + 32).sum() };
                let fills = "v".repeat(1_000 - size(&GET) - size(&[("x-long", "")]));
                s.send(headers(1, &[&GET[..], &[("x-long", fills.as_str())]].concat()).end_stream());
            },
            expect: answered_with(1, 200),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/list-too-large",
            role: Role::Server,
            title: "A field section above SETTINGS_MAX_HEADER_LIST_SIZE is refused without harm to the connection",
            requires: &["rfc9113/6.5.2/max-header-list-size"],
            needs: Needs::Api,
            config: Config { max_header_list: Some(1_000), ..Config::DEFAULT },
            script: |s| {
                s.open();
                let long = "v".repeat(2_000);
                s.send(headers(1, &[&GET[..], &[("x-long", long.as_str())]].concat()).end_stream());
            },
            expect: one_of([
                answered_with(1, 431),
                stream_error_only(1, [PROTOCOL_ERROR, REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM]),
            ]),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/padded-by-nothing",
            role: Role::Server,
            title: "HEADERS with a pad length of 0 are fine",
            requires: &["rfc9113/6.2/padding"],
            script: |s| {
                s.open();
                s.send(get(1).padded(0));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/padded-by-most",
            role: Role::Server,
            title: "HEADERS with the longest padding are fine",
            requires: &["rfc9113/6.2/padding"],
            script: |s| {
                s.open();
                s.send(get(1).padded(255));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "headers/head",
            role: Role::Server,
            title: "The response to HEAD has no content",
            requires: &["rfc9113/8.1.1/without-content"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[(":method", "HEAD"), (":scheme", "http"), (":path", "/"), (":authority", "example.test")],
                    )
                    .end_stream(),
                );
            },
            // Whatever the status.
            expect: times(kind::HEADERS, 1, 1..=9).and(content(1, 0)).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
