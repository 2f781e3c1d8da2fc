//! Frames of extensions, and of types without a definition (RFC 9113 sections 4.1 and 5.5). An
//! endpoint that does not know them discards them, wherever they come.

use crate::catalog::prelude::*;
use crate::wire::Frame;

/// ALTSVC (RFC 7838) and ORIGIN (RFC 8336) are a server's frames, and are ignored from a client.
const ALTSVC: u8 = 0x0a;
const ORIGIN: u8 = 0x0c;
const PRIORITY_UPDATE: u8 = 0x10;

fn on_connection(s: &mut Script, kind: u8, payload: &[u8]) {
    s.open();
    s.send(Frame::new(kind, 0, 0, payload.to_vec()));
}

/// Between the parts of a request.
fn within_request(s: &mut Script, kind: u8, payload: &[u8]) {
    s.open();
    s.burst([post(1), Frame::new(kind, 0, 1, payload.to_vec()), data(1, 2).end_stream()]);
}

fn case(id: &'static str, title: &'static str, script: fn(&mut Script), expect: Expect) -> Case {
    let requires = &["rfc9113/5.5/unknown-frames", "rfc9113/4.1/unknown-type"];
    Case { id, role: Role::Server, title, requires, script, expect, ..Case::DEFAULT }
}

/// A type on the connection and on a stream.
macro_rules! of_both {
    ($($name:literal, $title:literal, $kind:expr, $payload:expr;)+) => {
        vec![$(
            case(
                concat!("extensions/", $name),
                concat!($title, " on the connection is discarded"),
                |s| on_connection(s, $kind, $payload),
                ignored(),
            ),
            case(
                concat!("extensions/", $name, "-on-stream"),
                concat!($title, " within a request is discarded"),
                |s| within_request(s, $kind, $payload),
                answered(1),
            ),
        )+]
    };
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = of_both! {
        "altsvc", "ALTSVC", ALTSVC, b"\0\0h2=\":443\"";
        "origin", "ORIGIN", ORIGIN, b"\0\x14https://example.test";
        "type-0b", "A frame of type 0x0b", 0x0b, b"\x01\x02";
        "type-0d", "A frame of type 0x0d", 0x0d, b"";
        "type-21", "A frame of type 0x21", 0x21, b"\x01";
        "type-40", "A frame of type 0x40", 0x40, &[0xa5; 100];
        "type-ff", "A frame of type 0xff", 0xff, b"\xff\xff\xff\xff";
    };
    // On a stream it is an error for those who know it (RFC 9218 section 7.1).
    cases.push(case(
        "extensions/priority-update",
        "PRIORITY_UPDATE for a stream that is not open yet is taken, or discarded",
        |s| on_connection(s, PRIORITY_UPDATE, b"\0\0\0\x01u=3"),
        ignored(),
    ));
    cases
}
