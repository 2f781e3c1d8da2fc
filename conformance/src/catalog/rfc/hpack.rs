//! Field compression (RFC 7541, and RFC 9113 section 4.3).

use crate::catalog::prelude::*;
use crate::wire::{hpack, Frame};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "hpack/undecodable-block",
            role: Role::Server,
            title: "A field block that does not decode is a connection error",
            requires: &["rfc9113/4.3/decoding-error", "rfc7541/2.3.3/index-beyond"],
            script: |s| {
                s.open();
                s.send(headers_block(1, vec![0x80 | 62]).end_stream());
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/undecodable-block-client",
            role: Role::Client,
            title: "A field block that does not decode is a connection error for a client",
            requires: &["rfc9113/4.3/decoding-error", "rfc7541/2.3.3/index-beyond"],
            script: |s| {
                s.open();
                s.send(headers_block(1, vec![0x80 | 62]));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/undecodable-trailers",
            role: Role::Server,
            title: "Trailers that do not decode are a connection error",
            requires: &["rfc9113/4.3/decoding-error"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(headers_block(1, vec![0x80 | 62]).end_stream());
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/undecodable-over-continuation",
            role: Role::Server,
            title: "A field block whose fault is in CONTINUATION is a connection error",
            requires: &["rfc9113/4.3/decoding-error"],
            script: |s| {
                s.open();
                s.send(get(1).continues());
                s.send(continuation(1, vec![0x80 | 62]));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/index-zero",
            role: Role::Server,
            title: "The index 0 is a decoding error",
            requires: &["rfc7541/6.1/index-zero"],
            script: |s| {
                s.open();
                s.send(get_and(&[0x80]));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/index-far-beyond",
            role: Role::Server,
            title: "An index far beyond both tables is a decoding error",
            requires: &["rfc7541/2.3.3/index-beyond"],
            script: |s| {
                s.open();
                s.send(get_and(&[0xff, 0xff, 0xff, 0x03]));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/name-index-beyond",
            role: Role::Server,
            title: "A literal whose name index is beyond both tables is a decoding error",
            requires: &["rfc7541/2.3.3/index-beyond"],
            script: |s| {
                s.open();
                s.send(get_and(&[0x40 | 62, 1, b'v']));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/integer-overflow",
            role: Role::Server,
            title: "An integer beyond any use is a decoding error",
            requires: &["rfc7541/5.1/overflow"],
            script: |s| {
                s.open();
                s.send(get_and(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/integer-cut-off",
            role: Role::Server,
            title: "An integer that the block cuts off is a decoding error",
            requires: &["rfc7541/5.1/overflow"],
            script: |s| {
                s.open();
                s.send(get_and(&[0xff, 0xff]));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/string-beyond-block",
            role: Role::Server,
            title: "A string that claims more octets than the block has is a decoding error",
            requires: &["rfc7541/5.2/beyond-block"],
            script: |s| {
                s.open();
                s.send(get_and(&[0x00, 1, b'x', 10, b'v']));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/literal-without-value",
            role: Role::Server,
            title: "A literal that ends after its name is a decoding error",
            requires: &["rfc7541/5.2/beyond-block"],
            script: |s| {
                s.open();
                s.send(get_and(&[0x00, 1, b'x']));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/huffman-end-of-string",
            role: Role::Server,
            title: "A Huffman-coded string that contains the end-of-string symbol is a decoding error",
            requires: &["rfc7541/5.2/end-of-string"],
            script: |s| {
                s.open();
                s.send(get_and(&[0x00, 1, b'x', 0x84, 0xff, 0xff, 0xff, 0xff]));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/huffman-padding-too-long",
            role: Role::Server,
            title: "A Huffman-coded string with more than seven bits of padding is a decoding error",
            requires: &["rfc7541/5.2/padding-length"],
            script: |s| {
                s.open();
                s.send(get_and(&[0x00, 1, b'x', 0x82, 0x1f, 0xff]));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/huffman-padding-of-zeros",
            role: Role::Server,
            title: "A Huffman-coded string whose padding is not all ones is a decoding error",
            requires: &["rfc7541/5.2/padding-ones"],
            script: |s| {
                s.open();
                s.send(get_and(&[0x00, 1, b'x', 0x81, 0x18]));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/huffman",
            role: Role::Server,
            title: "Huffman-coded names and values are read",
            requires: &["rfc7541/5.2/huffman"],
            script: |s| {
                s.open();
                s.send(get_and(&[0x00, 0x81, 0x1f, 0x81, 0x1f]));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/never-indexed",
            role: Role::Server,
            title: "A literal that must never be indexed is read",
            requires: &["rfc7541/6.2.3/never-indexed"],
            script: |s| {
                s.open();
                s.send(get_and(&[0x10, 1, b'x', 1, b'v']));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/static-table",
            role: Role::Server,
            title: "A request may consist of references to the static table",
            requires: &["rfc7541/6.1/indexed"],
            script: |s| {
                s.open();
                s.send(headers_block(1, [&[0x82, 0x86, 0x84, 0x41, 7][..], b"example"].concat()).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/size-update-too-large",
            role: Role::Server,
            title: "A table size above the one allowed is a decoding error",
            requires: &["rfc7541/6.3/limit", "rfc9113/4.3/decoding-error"],
            script: |s| {
                s.open();
                s.send(headers_block(1, [&size_update(4_097)[..], &hpack::encode(&GET)].concat()).end_stream());
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/size-update-too-large-client",
            role: Role::Client,
            title: "A table size above the one allowed is a decoding error for a client",
            requires: &["rfc7541/6.3/limit", "rfc9113/4.3/decoding-error"],
            script: |s| {
                s.open();
                s.send(headers_block(1, [&size_update(4_097)[..], &hpack::encode(&[(":status", "200")])].concat()));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/size-update-at-end",
            role: Role::Server,
            title: "A table size update at the end of a block is a decoding error",
            requires: &["rfc7541/4.2/update-at-start"],
            script: |s| {
                s.open();
                s.send(get_and(&size_update(0)));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/size-update-after-field",
            role: Role::Server,
            title: "A table size update behind the first field is a decoding error",
            requires: &["rfc7541/4.2/update-at-start"],
            script: |s| {
                s.open();
                let fields = hpack::encode(&GET);
                let first = hpack::encode(&GET[..1]).len();
                s.send(headers_block(1, [&fields[..first], &size_update(0), &fields[first..]].concat()).end_stream());
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/two-size-updates",
            role: Role::Server,
            title: "A block may begin with two table size updates",
            requires: &["rfc7541/4.2/two-updates"],
            script: |s| {
                s.open();
                s.send(
                    headers_block(1, [&size_update(0)[..], &size_update(4_096), &hpack::encode(&GET)].concat())
                        .end_stream(),
                );
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/dynamic-table",
            role: Role::Server,
            title: "A later request may refer to a field of an earlier one",
            requires: &["rfc7541/2.3.2/dynamic-table", "rfc9113/4.3/state-always"],
            script: |s| {
                s.open();
                s.send(get_remembering(1, 10));
                s.send(get_and(&[0x80 | 62]).on(3));
            },
            expect: answered(1).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/dynamic-table-client",
            role: Role::Client,
            title: "A later response may refer to a field of an earlier one",
            requires: &["rfc7541/2.3.2/dynamic-table", "rfc9113/4.3/state-always"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.app(App::AwaitResponse { stream: 3 });
                let mut block = Vec::new();
                hpack::indexed_literal(&mut block, ":status", "207");
                s.send(headers_block(1, block).end_stream());
                s.send(headers_block(3, vec![0x80 | 62]).end_stream());
            },
            expect: call_gives(2, 207).and(call_gives(3, 207)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/entry-larger-than-table",
            role: Role::Server,
            title: "A field larger than the table empties it, and is no error",
            requires: &["rfc7541/4.4/too-large"],
            script: |s| {
                s.open();
                s.send(get_remembering(1, 10));
                s.send(get_remembering(3, 5_000));
                s.send(get_and(&[]).on(5));
            },
            expect: answered(3).and(answered(5)),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/emptied-by-large-entry",
            role: Role::Server,
            title: "After a field larger than the table nothing of it can be referred to",
            requires: &["rfc7541/4.4/too-large", "rfc7541/2.3.3/index-beyond"],
            script: |s| {
                s.open();
                s.send(get_remembering(1, 10));
                s.send(get_remembering(3, 5_000));
                s.settle();
                s.mark();
                s.send(get_and(&[0x80 | 62]).on(5));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/emptied-by-size-update",
            role: Role::Server,
            title: "After a table size of 0 nothing of the table can be referred to",
            requires: &["rfc7541/4.3/evict-on-change", "rfc7541/2.3.3/index-beyond"],
            script: |s| {
                s.open();
                s.send(get_remembering(1, 10));
                s.settle();
                s.mark();
                s.send(headers_block(3, [&size_update(0)[..], &[0x80 | 62]].concat()).end_stream());
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/oldest-entry-evicted",
            role: Role::Server,
            title: "Of two fields that do not fit the table together the older one goes",
            requires: &["rfc7541/4.4/evict-on-add", "rfc7541/2.3.3/index-beyond"],
            script: |s| {
                s.open();
                s.send(get_remembering(1, 2_500));
                s.send(get_remembering(3, 2_500));
                s.send(get_and(&[0x80 | 62]).on(5));
                s.settle();
                s.mark();
                s.send(get_and(&[0x80 | 63]).on(7));
            },
            expect: conn_error(COMPRESSION_ERROR).and(message(5)),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/state-after-malformed-request",
            role: Role::Server,
            title: "The field block of a malformed request changes the compression state all the same",
            requires: &["rfc9113/4.3/state-always"],
            script: |s| {
                s.open();
                let mut block = Vec::new();
                hpack::indexed_literal(&mut block, ":authority", "example.test");
                s.send(headers_block(1, block).end_stream());
                let mut block = hpack::encode(&GET[..3]);
                block.push(0x80 | 62);
                s.send(headers_block(3, block).end_stream());
            },
            expect: malformed(1).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/encoder-shrinks-table",
            role: Role::Server,
            title:
                "A server begins the field block after SETTINGS_HEADER_TABLE_SIZE of 0 with a table size update to 0",
            requires: &["rfc9113/4.3.1/shrink", "rfc7541/4.2/update-at-start"],
            script: |s| {
                s.open();
                // The first response may leave fields in the table.
                s.send(get(1));
                s.send(settings().with(setting::HEADER_TABLE_SIZE, 0));
                s.send(get(3));
            },
            expect: block_begins(3, &[0x20]).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "hpack/encoder-shrinks-table-client",
            role: Role::Client,
            title:
                "A client begins the field block after SETTINGS_HEADER_TABLE_SIZE of 0 with a table size update to 0",
            requires: &["rfc9113/4.3.1/shrink", "rfc7541/4.2/update-at-start"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(settings().with(setting::HEADER_TABLE_SIZE, 0));
                s.app(App::Request { method: "GET", end: true });
            },
            expect: block_begins(1, &[0x20]).and(answered(1)),
            ..Case::DEFAULT
        },
    ]
}

/// A complete GET request on stream 1 whose field block goes on with these octets.
fn get_and(octets: &[u8]) -> Frame {
    let mut block = hpack::encode(&GET);
    block.extend_from_slice(octets);
    headers_block(1, block).end_stream()
}

/// A complete GET request with a field that the reader has to put in its dynamic table, its value
/// of `length` octets.
fn get_remembering(stream: u32, length: usize) -> Frame {
    let mut block = hpack::encode(&GET);
    hpack::indexed_literal(&mut block, "x-kept", &"v".repeat(length));
    headers_block(stream, block).end_stream()
}
