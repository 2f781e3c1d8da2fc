//! Octets that end a line elsewhere, in every field of a request. Behind a proxy that speaks
//! HTTP/1.1 they would be further fields, or further requests (RFC 9113 sections 8.2.1 and 10.3).

use crate::catalog::prelude::*;
use crate::wire::hpack;

/// A request with this field in the place of its own, or behind them.
fn request_with(s: &mut Script, name: &str, value: &[u8]) {
    let own = |(own, _): &&(&str, &str)| *own != name;
    let before: Vec<(&str, &str)> = GET.iter().filter(own).copied().collect();
    let field = hpack::encode_octets(&[(name.as_bytes(), value)]);
    let block = match name.starts_with(':') {
        true => [field, hpack::encode(&before)].concat(),
        false => [hpack::encode(&before), field].concat(),
    };
    s.open();
    s.send(headers_block(1, block).end_stream());
}

/// A request whose trailers have this field.
fn trailers_with(s: &mut Script, name: &str, value: &[u8]) {
    s.open();
    let trailers = hpack::encode_octets(&[(name.as_bytes(), value)]);
    s.burst([post(1), data(1, 2), headers_block(1, trailers).end_stream()]);
}

/// A case for each of the three octets in one place.
macro_rules! of_each {
    ($($place:literal, $what:literal, |$script:ident, $octet:ident| $write:expr;)+) => {
        vec![$(
            of_each!(@ $place, $what, "nul", "NUL", b"\0", |$script, $octet| $write),
            of_each!(@ $place, $what, "carriage-return", "a carriage return", b"\r", |$script, $octet| $write),
            of_each!(@ $place, $what, "line-feed", "a line feed", b"\n", |$script, $octet| $write),
        )+]
    };
    (@ $place:literal, $what:literal, $name:literal, $title:literal, $value:literal, |$script:ident, $octet:ident| $write:expr) => {
        Case {
            id: concat!("injection/", $name, "-in-", $place),
            role: Role::Server,
            title: concat!($what, " with ", $title, " is malformed"),
            requires: &["rfc9113/8.2.1/values"],
            script: |$script| {
                let $octet: &[u8] = $value;
                $write
            },
            expect: malformed(1),
            ..Case::DEFAULT
        }
    };
}

pub(super) fn cases() -> Vec<Case> {
    of_each! {
        "method", "A :method", |s, octet| request_with(s, ":method", &[b"GE", octet, b"T"].concat());
        "scheme", "A :scheme", |s, octet| request_with(s, ":scheme", &[b"ht", octet, b"tp"].concat());
        "path", "A :path", |s, octet| request_with(s, ":path", &[b"/?a", octet, b"b"].concat());
        "authority", "An :authority", |s, octet| request_with(s, ":authority", &[b"example.test", octet, b"x"].concat());
        "cookie", "A cookie", |s, octet| request_with(s, "cookie", &[b"a=1", octet, b"b=2"].concat());
        "user-agent", "A user-agent", |s, octet| request_with(s, "user-agent", &[b"a", octet, b"b"].concat());
        "trailers", "A trailer field", |s, octet| trailers_with(s, "x-checksum", &[b"1", octet, b"2"].concat());
    }
}
