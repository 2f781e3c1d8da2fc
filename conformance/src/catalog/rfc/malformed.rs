//! What becomes of the connection, and of the stream, beside a malformed message (RFC 9113 section
//! 8.1.1).

use crate::catalog::prelude::*;
use crate::wire::{hpack, Frame};

/// A field that is malformed, as a literal without indexing.
const BAD: &[u8] = b"\x00\x05x-bad\x02a\0";

/// A block that begins with these fields and goes on with the malformed one.
fn bad(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = hpack::encode(fields);
    block.extend_from_slice(BAD);
    block
}

/// A block that begins with these fields and goes on with one that HTTP/2 forbids.
fn forbidden(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = hpack::encode(fields);
    block.extend(hpack::encode(&[("connection", "close")]));
    block
}

/// A request that puts a malformed field and then a good one into the table: entries 63 and 62.
fn remembering(stream: u32) -> Frame {
    let mut block = hpack::encode(&GET);
    hpack::indexed_literal(&mut block, "x-bad", "a\0");
    hpack::indexed_literal(&mut block, "x-good", "1");
    headers_block(stream, block).end_stream()
}

/// A request with this behind its other fields.
fn get_and(stream: u32, rest: &[u8]) -> Frame {
    let mut block = hpack::encode(&GET);
    block.extend_from_slice(rest);
    headers_block(stream, block).end_stream()
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "malformed/leaves-others-alone",
            role: Role::Server,
            title: "A malformed request does not disturb another one",
            requires: &["rfc9113/5.4.2/one-stream"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(headers_block(3, bad(&POST)));
                s.send(data(1, 2).end_stream());
            },
            expect: malformed(3).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/leaves-others-alone-client",
            role: Role::Client,
            title: "A malformed response does not disturb another one",
            requires: &["rfc9113/5.4.2/one-stream"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.app(App::AwaitResponse { stream: 3 });
                s.send(headers_block(3, bad(&[(":status", "200")])).end_stream());
                s.send(response(1, 200).end_stream());
            },
            expect: stream_error_only(3, PROTOCOL_ERROR).and(call_gives(2, 200)).and(call_fails(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/entry-of-table",
            role: Role::Server,
            title: "A malformed field is in the compression table as any other",
            requires: &["rfc9113/4.3/state-always"],
            script: |s| {
                s.open();
                s.send(remembering(1));
                // The entry behind it, and its name with another value.
                s.send(get_and(3, &[0x80 | 62, 0x0f, 63 - 15, 1, b'2']));
            },
            expect: malformed(1).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/entry-used-again",
            role: Role::Server,
            title: "A request that refers to a malformed entry of the table is malformed",
            requires: &["rfc9113/8.2.1/values"],
            script: |s| {
                s.open();
                s.send(remembering(1));
                s.send(get_and(3, &[0x80 | 63]));
                s.send(get(5));
            },
            expect: malformed(3).and(answered(5)),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/entry-evicted",
            role: Role::Server,
            title: "A malformed field takes as much of the compression table as its length says",
            requires: &["rfc9113/4.3/state-always"],
            script: |s| {
                s.open();
                s.send(remembering(1));
                let mut block = hpack::encode(&GET);
                // 39 + 39 of 4096 octets are taken: this entry is one octet too large beside both.
                hpack::indexed_literal(&mut block, "x-filler", &"f".repeat(4096 - 2 * 39 - 32 - 8 + 1));
                block.extend([0x80 | 63]);
                s.send(headers_block(3, block).end_stream());
                s.send(get_and(5, &[0x80 | 64]));
            },
            expect: rejected(1).and(conn_error([COMPRESSION_ERROR, PROTOCOL_ERROR])),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/over-continuation",
            role: Role::Server,
            title: "A malformed field in front of CONTINUATION is an error of the stream",
            requires: &["rfc9113/8.2.1/values", "rfc9113/4.3/fragments"],
            script: |s| {
                s.open();
                s.send(headers_block(1, bad(&[])).end_stream().continues());
                s.send(continuation(1, hpack::encode(&GET)));
                s.send(get(3));
            },
            expect: malformed(1).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/forbidden-over-continuation",
            role: Role::Server,
            title: "A field that HTTP/2 forbids in front of CONTINUATION is an error of the stream",
            requires: &["rfc9113/8.2.2/connection-specific", "rfc9113/4.3/fragments"],
            script: |s| {
                s.open();
                s.send(headers_block(1, forbidden(&GET)).end_stream().continues());
                s.send(continuation(1, hpack::encode(&[("x-rest", "1")])));
                s.send(get(3));
            },
            expect: malformed(1).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/content-is-credited",
            role: Role::Server,
            title: "Content behind the head of a malformed request does not cost credit",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(headers_block(stream, bad(&POST)));
                    s.send(data(stream, 4096));
                    s.send(data(stream, 4096).end_stream());
                });
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/takes-no-place",
            role: Role::Server,
            title: "A malformed request that was reset no longer counts against the limit of streams",
            requires: &["rfc9113/5.1.2/what-counts"],
            config: ONE,
            script: |s| {
                s.open();
                s.send(headers_block(1, bad(&POST)));
                s.send(get(3));
            },
            expect: malformed(1).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/lower-identifier",
            role: Role::Server,
            title: "A malformed request with the number of an earlier stream is a connection error",
            requires: &["rfc9113/5.1.1/unexpected"],
            script: |s| {
                s.open();
                s.send(get(5));
                s.send(headers_block(3, forbidden(&GET)).end_stream());
            },
            expect: conn_error([PROTOCOL_ERROR, STREAM_CLOSED]),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/uses-identifier",
            role: Role::Server,
            title: "The number of a malformed request is used up",
            requires: &["rfc9113/5.1.1/growing"],
            script: |s| {
                s.open();
                s.send(headers_block(5, bad(&GET)).end_stream());
                s.send(get(3));
            },
            expect: rejected(5).and(conn_error([PROTOCOL_ERROR, STREAM_CLOSED])),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/on-idle-stream-client",
            role: Role::Client,
            title: "A malformed response to no request is a connection error",
            requires: &["rfc9113/5.1/idle"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(headers_block(1, forbidden(&[(":status", "200")])));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/after-end-stream",
            role: Role::Server,
            title: "A malformed field block behind END_STREAM is an error of the stream",
            requires: &["rfc9113/5.1/half-closed-remote"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.send(headers_block(1, forbidden(&[])).end_stream());
            },
            expect: stream_error_only(1, [STREAM_CLOSED, PROTOCOL_ERROR]),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/trailers-client",
            role: Role::Client,
            title: "Malformed trailers end a response as malformed",
            requires: &["rfc9113/8.2.1/values"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(response(1, 200));
                s.app(App::AwaitResponse { stream: 1 });
                s.app(App::ReadToEnd { stream: 1 });
                s.send(data(1, 5));
                s.send(headers_block(1, bad(&[])).end_stream());
            },
            expect: stream_error_only(1, PROTOCOL_ERROR).and(call_fails(2)),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/promise-client",
            role: Role::Client,
            title: "A malformed promise is an error of the promised stream and of no other",
            requires: &["rfc9113/8.4.1/malformed-promise"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                let payload = [vec![0, 0, 0, 2], forbidden(&GET)].concat();
                s.send(push_promise(1, 2).payload(&payload));
                s.send(response(1, 200).end_stream());
            },
            expect: stream_error_only(2, PROTOCOL_ERROR).and(call_gives(1, 200)).and(none_of(kind::RST_STREAM, 1)),
            ..Case::DEFAULT
        },
        Case {
            id: "malformed/promise-uses-identifier-client",
            role: Role::Client,
            title: "The number of a malformed promise is used up",
            requires: &["rfc9113/5.1.1/growing"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                let payload = [vec![0, 0, 0, 4], forbidden(&GET)].concat();
                s.send(push_promise(1, 4).payload(&payload));
                s.send(push_promise(1, 2));
            },
            expect: times(kind::RST_STREAM, 4, 1..=1).and(conn_error(PROTOCOL_ERROR)),
            ..Case::DEFAULT
        },
    ]
}
