//! PING (RFC 9113 section 6.7).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "ping/answered",
            role: Role::Server,
            and_client: true,
            title: "PING is answered with its own opaque data",
            requires: &["rfc9113/6.7/answer"],
            script: |s| {
                s.open();
                s.send(ping([0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff]));
            },
            expect: pong([0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff]).and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "ping/ack-not-answered",
            role: Role::Server,
            and_client: true,
            title: "PING with ACK is not answered",
            requires: &["rfc9113/6.7/no-answer-to-ack"],
            script: |s| {
                s.open();
                s.send(ping(*b"answer! ").ack());
            },
            // An end with INTERNAL_ERROR is poor, and no answer.
            expect: no_pong(*b"answer! ").and(one_of([ignored(), conn_error([PROTOCOL_ERROR, INTERNAL_ERROR])])),
            ..Case::DEFAULT
        },
        Case {
            id: "ping/length-six",
            role: Role::Server,
            and_client: true,
            title: "PING of six octets is a connection error",
            requires: &["rfc9113/6.7/length"],
            script: |s| {
                s.open();
                s.send(ping(*b"too long").resized(6));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "ping/length-nine",
            role: Role::Server,
            title: "PING of nine octets is a connection error",
            requires: &["rfc9113/6.7/length"],
            script: |s| {
                s.open();
                s.send(ping(*b"too tiny").resized(9));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "ping/ack-length-six",
            role: Role::Server,
            title: "PING with ACK of six octets is a connection error",
            requires: &["rfc9113/6.7/length"],
            script: |s| {
                s.open();
                s.send(ping(*b"too long").ack().resized(6));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "ping/on-stream",
            role: Role::Server,
            and_client: true,
            title: "PING on a stream is a connection error",
            requires: &["rfc9113/6.7/stream-zero"],
            script: |s| {
                s.open();
                s.send(ping(*b"misplace").on(1));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "ping/in-middle-of-request",
            role: Role::Server,
            title: "PING is answered while a request is under way",
            requires: &["rfc9113/6.7/answer"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(ping(*b"in haste"));
                s.send(data(1, 2).end_stream());
            },
            expect: pong(*b"in haste").and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "ping/twenty",
            role: Role::Server,
            title: "Each of twenty PINGs is answered",
            requires: &["rfc9113/6.7/answer"],
            script: |s| {
                s.open();
                s.burst((0..20).map(|number| ping([number; 8])));
            },
            expect: (0..20).fold(alive(), |expect, number| expect.and(pong([number; 8]))),
            ..Case::DEFAULT
        },
    ]
}
