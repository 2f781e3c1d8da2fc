//! The forms in which a field can be written (RFC 7541 section 6), and the dynamic table that they
//! fill. Each request is sound, so that a server has to answer it.

use crate::catalog::prelude::*;
use crate::wire::hpack;
use crate::wire::Frame;

/// The patterns of the three literal forms, and the length of the prefix of their index.
const INCREMENTAL: (u8, u8) = (0x40, 6);
const WITHOUT_INDEXING: (u8, u8) = (0x00, 4);
const NEVER_INDEXED: (u8, u8) = (0x10, 4);

/// `user-agent` in the static table.
const USER_AGENT: usize = 58;

/// The first entry of the dynamic table.
const NEWEST: usize = 62;

/// `a1` in Huffman coding (RFC 7541 appendix B): 5 bits each, and ones.
fn huffman(block: &mut Vec<u8>) {
    block.extend([0x82, 0b0001_1000, 0b0111_1111]);
}

/// A literal whose name is an index of a table.
fn literal_of(index: usize, (pattern, prefix): (u8, u8), value: fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut block = Vec::new();
    hpack::integer(&mut block, prefix, pattern, index);
    value(&mut block);
    block
}

/// A field that the reader puts in its table.
fn added(name: &str, value: &str) -> Vec<u8> {
    let mut block = Vec::new();
    hpack::indexed_literal(&mut block, name, value);
    block
}

fn plain(block: &mut Vec<u8>) {
    hpack::string(block, b"a1");
}

fn indexed(index: usize) -> Vec<u8> {
    let mut block = Vec::new();
    hpack::integer(&mut block, 7, 0x80, index);
    block
}

/// A request with these fields behind its own.
fn request(stream: u32, fields: &[&[u8]]) -> Frame {
    headers_block(stream, [hpack::encode(&GET), fields.concat()].concat()).end_stream()
}

/// Requests with these fields, one after the other.
fn requests(s: &mut Script, fields: &[&[u8]]) {
    s.open();
    for (stream, fields) in (1..).step_by(2).zip(fields) {
        s.send(request(stream, &[fields]));
    }
}

fn one(id: &'static str, title: &'static str, requires: &'static [&'static str], script: fn(&mut Script)) -> Case {
    Case { id, role: Role::Server, title, requires, script, expect: answered(1), ..Case::DEFAULT }
}

fn two(id: &'static str, title: &'static str, requires: &'static [&'static str], script: fn(&mut Script)) -> Case {
    let expect = answered(1).and(answered(3));
    Case { expect, ..one(id, title, requires, script) }
}

pub(super) fn cases() -> Vec<Case> {
    [literals(), table()].concat()
}

fn literals() -> Vec<Case> {
    const ADDS: &[&str] = &["rfc7541/6.2.1/incremental"];
    const WITHOUT: &[&str] = &["rfc7541/6.2.2/without-indexing"];
    const NEVER: &[&str] = &["rfc7541/6.2.3/never-indexed"];
    vec![
        one(
            "field-forms/added-with-static-name",
            "A field that is added to the table may have a name of the static one",
            ADDS,
            |s| {
                requests(s, &[&literal_of(USER_AGENT, INCREMENTAL, plain)]);
            },
        ),
        one(
            "field-forms/added-in-huffman",
            "A field that is added to the table may have a value in Huffman coding",
            ADDS,
            |s| {
                requests(s, &[&literal_of(USER_AGENT, INCREMENTAL, huffman)]);
            },
        ),
        one(
            "field-forms/not-added-with-static-name",
            "A field that is not added may have a name of the static table",
            WITHOUT,
            |s| {
                requests(s, &[&literal_of(USER_AGENT, WITHOUT_INDEXING, plain)]);
            },
        ),
        one(
            "field-forms/not-added-in-huffman",
            "A field that is not added may have a value in Huffman coding",
            WITHOUT,
            |s| {
                requests(s, &[&literal_of(USER_AGENT, WITHOUT_INDEXING, huffman)]);
            },
        ),
        one(
            "field-forms/never-added-with-static-name",
            "A field that is never added may have a name of the static table",
            NEVER,
            |s| {
                requests(s, &[&literal_of(USER_AGENT, NEVER_INDEXED, plain)]);
            },
        ),
        one(
            "field-forms/never-added-in-huffman",
            "A field that is never added may have a value in Huffman coding",
            NEVER,
            |s| {
                requests(s, &[&literal_of(USER_AGENT, NEVER_INDEXED, huffman)]);
            },
        ),
        two(
            "field-forms/added-with-dynamic-name",
            "A field that is added may have a name of the dynamic table",
            ADDS,
            |s| {
                let first = added("x-kept", "1");
                requests(s, &[&first, &literal_of(NEWEST, INCREMENTAL, plain)]);
            },
        ),
        two(
            "field-forms/not-added-with-dynamic-name",
            "A field that is not added may have a name of the dynamic table",
            WITHOUT,
            |s| {
                let first = added("x-kept", "1");
                requests(s, &[&first, &literal_of(NEWEST, WITHOUT_INDEXING, plain)]);
            },
        ),
        two(
            "field-forms/never-added-with-dynamic-name",
            "A field that is never added may have a name of the dynamic table",
            NEVER,
            |s| {
                let first = added("x-kept", "1");
                requests(s, &[&first, &literal_of(NEWEST, NEVER_INDEXED, huffman)]);
            },
        ),
    ]
}

fn table() -> Vec<Case> {
    vec![
        two("field-forms/duplicates", "The same field may be in the table twice", &["rfc7541/2.3.2/duplicates"], |s| {
            let kept = added("x-kept", "1");
            requests(s, &[&[&kept[..], &kept].concat(), &[indexed(NEWEST), indexed(NEWEST + 1)].concat()]);
        }),
        two(
            "field-forms/newest-is-first",
            "The newest field of the table has the lowest index",
            &["rfc7541/2.3.3/numbering"],
            |s| {
                // The second request gets its :scheme from the table; the other entry is a :method.
                let rest = hpack::encode(&[(":path", "/"), (":authority", "example.test")]);
                let older = added(":method", "GET");
                let newer = added(":scheme", "http");
                s.open();
                s.send(headers_block(1, [older, newer, rest.clone()].concat()).end_stream());
                let method = hpack::encode(&[(":method", "GET")]);
                s.send(headers_block(3, [method, indexed(NEWEST), rest].concat()).end_stream());
            },
        ),
        two(
            "field-forms/fills-the-table",
            "A field with 32 octets beside its name and value fills the table to the octet",
            &["rfc7541/4.1/entry-size"],
            |s| {
                let value = "v".repeat(4_096 - 32 - "x-kept".len());
                requests(s, &[&added("x-kept", &value), &indexed(NEWEST)]);
            },
        ),
        two(
            "field-forms/name-of-evicted",
            "A field may take the name of the one that it drives out of the table",
            &["rfc7541/4.4/name-of-evicted"],
            |s| {
                let first = added("x-kept", &"v".repeat(2_000));
                let second =
                    literal_of(NEWEST, INCREMENTAL, |block| hpack::string(block, "w".repeat(3_000).as_bytes()));
                requests(s, &[&first, &[second, indexed(NEWEST)].concat()]);
            },
        ),
        one(
            "field-forms/size-update-to-limit",
            "A table size update to exactly the limit is fine",
            &["rfc7541/6.3/limit"],
            |s| {
                s.open();
                s.send(headers_block(1, [size_update(4_096), hpack::encode(&GET)].concat()).end_stream());
            },
        ),
        two(
            "field-forms/size-update-keeps-entries",
            "A table size update that leaves room keeps the entries",
            &["rfc7541/4.3/evict-on-change"],
            |s| {
                s.open();
                s.send(request(1, &[&added("x-kept", "1")]));
                let fields = [size_update(100), hpack::encode(&GET), indexed(NEWEST)].concat();
                s.send(headers_block(3, fields).end_stream());
            },
        ),
        Case {
            id: "field-forms/size-update-evicts",
            role: Role::Server,
            title: "A table size update that leaves no room for an entry drives it out",
            requires: &["rfc7541/4.3/evict-on-change", "rfc7541/2.3.3/index-beyond"],
            script: |s| {
                s.open();
                s.send(request(1, &[&added("x-kept", "1")]));
                s.settle();
                s.mark();
                let fields = [size_update(38), hpack::encode(&GET), indexed(NEWEST)].concat();
                s.send(headers_block(3, fields).end_stream());
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "field-forms/index-beyond-dynamic",
            role: Role::Server,
            title: "An index one beyond the dynamic table is a decoding error",
            requires: &["rfc7541/2.3.3/index-beyond"],
            script: |s| {
                s.open();
                s.send(request(1, &[&added("x-kept", "1")]));
                s.settle();
                s.mark();
                s.send(request(3, &[&indexed(NEWEST + 1)]));
            },
            expect: conn_error(COMPRESSION_ERROR),
            ..Case::DEFAULT
        },
    ]
}
