//! Names and values of fields, and fields that HTTP/2 forbids (RFC 9113 section 8.2).

use crate::catalog::prelude::*;
use crate::wire::{hpack, Frame};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "fields/uppercase-name",
            role: Role::Server,
            title: "A field name with an upper-case letter is malformed",
            requires: &["rfc9113/8.2/lowercase", "rfc9113/8.2.1/names"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"X-Shouting", b"1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/uppercase-name-client",
            role: Role::Client,
            title: "A field name with an upper-case letter makes a response malformed",
            requires: &["rfc9113/8.2/lowercase", "rfc9113/8.2.1/names"],
            script: |s| {
                s.open();
                s.send(response_with(&[(b"X-Shouting", b"1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/space-in-name",
            role: Role::Server,
            title: "A field name with a space is malformed",
            requires: &["rfc9113/8.2.1/names"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x name", b"1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/space-in-name-client",
            role: Role::Client,
            title: "A field name with a space makes a response malformed",
            requires: &["rfc9113/8.2.1/names"],
            script: |s| {
                s.open();
                s.send(response_with(&[(b"x name", b"1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/control-in-name",
            role: Role::Server,
            title: "A field name with a control character is malformed",
            requires: &["rfc9113/8.2.1/names"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x\x00name", b"1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/delete-in-name",
            role: Role::Server,
            title: "A field name with octet 0x7f is malformed",
            requires: &["rfc9113/8.2.1/names"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x\x7fname", b"1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/high-octet-in-name",
            role: Role::Server,
            title: "A field name with an octet above 0x7f is malformed",
            requires: &["rfc9113/8.2.1/names"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x\xe4name", b"1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/colon-in-name",
            role: Role::Server,
            title: "A field name with a colon inside is malformed",
            requires: &["rfc9113/8.2.1/colon"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x:name", b"1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/empty-name",
            role: Role::Server,
            title: "An empty field name is malformed",
            requires: &["rfc9113/8.2.1/empty-name"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"", b"1")]));
            },
            expect: one_of([malformed(1), conn_error(COMPRESSION_ERROR)]),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/nul-in-value",
            role: Role::Server,
            title: "A field value with NUL is malformed",
            requires: &["rfc9113/8.2.1/values"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x-value", b"a\x00b")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/nul-in-value-client",
            role: Role::Client,
            title: "A field value with NUL makes a response malformed",
            requires: &["rfc9113/8.2.1/values"],
            script: |s| {
                s.open();
                s.send(response_with(&[(b"x-value", b"a\x00b")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/line-feed-in-value",
            role: Role::Server,
            title: "A field value with a line feed is malformed",
            requires: &["rfc9113/8.2.1/values"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x-value", b"a\nx-smuggled: 1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/carriage-return-in-value",
            role: Role::Server,
            title: "A field value with a carriage return is malformed",
            requires: &["rfc9113/8.2.1/values"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x-value", b"a\rb")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/line-feed-in-value-client",
            role: Role::Client,
            title: "A field value with a line feed makes a response malformed",
            requires: &["rfc9113/8.2.1/values"],
            script: |s| {
                s.open();
                s.send(response_with(&[(b"x-value", b"a\nx-smuggled: 1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/line-feed-in-path",
            role: Role::Server,
            title: "A :path with a line feed is malformed",
            requires: &["rfc9113/8.2.1/values"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[(":method", "GET"), (":scheme", "http"), (":path", "/a\nb"), (":authority", "example.test")],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/leading-space-in-value",
            role: Role::Server,
            title: "A field value that begins with a space is malformed",
            requires: &["rfc9113/8.2.1/value-ends"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x-value", b" a")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/trailing-tab-in-value",
            role: Role::Server,
            title: "A field value that ends in a tab is malformed",
            requires: &["rfc9113/8.2.1/value-ends"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x-value", b"a\t")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/trailing-space-in-value-client",
            role: Role::Client,
            title: "A field value that ends in a space makes a response malformed",
            requires: &["rfc9113/8.2.1/value-ends"],
            script: |s| {
                s.open();
                s.send(response_with(&[(b"x-value", b"a ")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/inner-whitespace-in-value",
            role: Role::Server,
            title: "Spaces and tabs inside a field value are let pass",
            requires: &["rfc9113/8.2.1/value-ends"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x-value", b"a \t b")]));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/empty-value",
            role: Role::Server,
            title: "A field value may be empty",
            requires: &["rfc9113/8.2.1/values"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x-value", b"")]));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/high-octets-in-value",
            role: Role::Server,
            title: "Octets above 0x7f in a field value are let pass",
            requires: &["rfc9113/8.2.1/values"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"x-value", b"\xe4\xf6\xfc\xff")]));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/connection",
            role: Role::Server,
            title: "A request with Connection is malformed",
            requires: &["rfc9113/8.2.2/connection-specific"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"connection", b"close")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/keep-alive",
            role: Role::Server,
            title: "A request with Keep-Alive is malformed",
            requires: &["rfc9113/8.2.2/connection-specific"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"keep-alive", b"timeout=5")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/proxy-connection",
            role: Role::Server,
            title: "A request with Proxy-Connection is malformed",
            requires: &["rfc9113/8.2.2/connection-specific"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"proxy-connection", b"keep-alive")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/transfer-encoding",
            role: Role::Server,
            title: "A request with Transfer-Encoding is malformed",
            requires: &["rfc9113/8.2.2/connection-specific"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"transfer-encoding", b"chunked")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/upgrade",
            role: Role::Server,
            title: "A request with Upgrade is malformed",
            requires: &["rfc9113/8.2.2/connection-specific"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"upgrade", b"h2c")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/connection-client",
            role: Role::Client,
            title: "A response with Connection is malformed",
            requires: &["rfc9113/8.2.2/connection-specific"],
            script: |s| {
                s.open();
                s.send(response_with(&[(b"connection", b"close")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/transfer-encoding-client",
            role: Role::Client,
            title: "A response with Transfer-Encoding is malformed",
            requires: &["rfc9113/8.2.2/connection-specific"],
            script: |s| {
                s.open();
                s.send(response_with(&[(b"transfer-encoding", b"chunked")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/upgrade-client",
            role: Role::Client,
            title: "A response with Upgrade is malformed",
            requires: &["rfc9113/8.2.2/connection-specific"],
            script: |s| {
                s.open();
                s.send(response_with(&[(b"upgrade", b"websocket")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/te-other-than-trailers",
            role: Role::Server,
            title: "TE with any other value than trailers is malformed",
            requires: &["rfc9113/8.2.2/te"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"te", b"gzip")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/te-trailers-and-more",
            role: Role::Server,
            title: "TE with more than trailers is malformed",
            requires: &["rfc9113/8.2.2/te"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"te", b"trailers, gzip")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/te-trailers",
            role: Role::Server,
            title: "TE with the value trailers is let pass",
            requires: &["rfc9113/8.2.2/te"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"te", b"trailers")]));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/cookie-in-crumbs",
            role: Role::Server,
            title: "Cookie may come in several fields",
            requires: &["rfc9113/8.2.3/crumbs"],
            script: |s| {
                s.open();
                s.send(get_with(&[(b"cookie", b"a=1"), (b"cookie", b"b=2")]));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/connection-in-trailers",
            role: Role::Server,
            title: "Connection-specific fields are malformed in trailers, too",
            requires: &["rfc9113/8.2.2/connection-specific"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 2));
                s.send(headers(1, &[("connection", "close")]).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "fields/uppercase-name-in-trailers",
            role: Role::Server,
            title: "A field name with an upper-case letter is malformed in trailers, too",
            requires: &["rfc9113/8.2/lowercase"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 2));
                s.send(headers(1, &[("X-Sum", "1")]).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
    ]
    .into_iter()
    .chain([
        in_trailers("fields/keep-alive-in-trailers", "Trailers with keep-alive are malformed", |s| {
            send_trailers(s, ("keep-alive", "timeout=5"));
        }),
        in_trailers("fields/proxy-connection-in-trailers", "Trailers with proxy-connection are malformed", |s| {
            send_trailers(s, ("proxy-connection", "close"));
        }),
        in_trailers("fields/transfer-encoding-in-trailers", "Trailers with transfer-encoding are malformed", |s| {
            send_trailers(s, ("transfer-encoding", "chunked"));
        }),
        in_trailers("fields/upgrade-in-trailers", "Trailers with upgrade are malformed", |s| {
            send_trailers(s, ("upgrade", "websocket"));
        }),
    ])
    .collect()
}

/// A request whose trailers have this field.
fn send_trailers(s: &mut Script, field: (&str, &str)) {
    s.open();
    s.burst([post(1), data(1, 2), headers(1, &[field]).end_stream()]);
}

fn in_trailers(id: &'static str, title: &'static str, script: fn(&mut Script)) -> Case {
    let requires = &["rfc9113/8.2.2/connection-specific"];
    Case { id, role: Role::Server, title, requires, script, expect: malformed(1), ..Case::DEFAULT }
}

type Octets<'a> = (&'a [u8], &'a [u8]);

/// A complete GET request on stream 1 with these fields behind its own.
fn get_with(fields: &[Octets<'_>]) -> Frame {
    let mut block = hpack::encode(&GET);
    block.extend(hpack::encode_octets(fields));
    headers_block(1, block).end_stream()
}

/// The head of a response on stream 1 with these fields.
fn response_with(fields: &[Octets<'_>]) -> Frame {
    let mut block = hpack::encode(&[(":status", "200")]);
    block.extend(hpack::encode_octets(fields));
    headers_block(1, block)
}
