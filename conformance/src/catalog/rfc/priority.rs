//! PRIORITY (RFC 9113 sections 5.3 and 6.3): deprecated, and still a frame.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "priority/length-four",
            role: Role::Server,
            title: "PRIORITY of four octets is a stream error",
            requires: &["rfc9113/6.3/length"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(priority(1).resized(4));
            },
            expect: stream_error(1, FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/length-four-client",
            role: Role::Client,
            title: "PRIORITY of four octets is a stream error for a client",
            requires: &["rfc9113/6.3/length"],
            script: |s| {
                s.open();
                s.send(response(1, 200));
                s.send(priority(1).resized(4));
            },
            expect: stream_error(1, FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/length-six",
            role: Role::Server,
            title: "PRIORITY of six octets is a stream error",
            requires: &["rfc9113/6.3/length"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(priority(1).resized(6));
            },
            expect: stream_error(1, FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/on-stream-zero",
            role: Role::Server,
            and_client: true,
            title: "PRIORITY on stream 0 is a connection error",
            requires: &["rfc9113/6.3/stream-zero"],
            script: |s| {
                s.open();
                s.send(priority(0));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/on-idle-stream",
            role: Role::Server,
            title: "PRIORITY on an idle stream is ignored",
            requires: &["rfc9113/6.3/any-state", "rfc9113/5.1/idle"],
            script: |s| {
                s.open();
                s.send(priority(1));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/keeps-stream-idle",
            role: Role::Server,
            title: "A stream that PRIORITY has named can still be opened",
            requires: &["rfc9113/6.3/any-state"],
            script: |s| {
                s.open();
                s.send(priority(5));
                s.send(get(3));
                s.send(get(5));
            },
            expect: answered(3).and(answered(5)),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/on-open-stream-client",
            role: Role::Client,
            title: "PRIORITY in the middle of a response is ignored",
            requires: &["rfc9113/6.3/any-state"],
            script: |s| {
                s.open();
                s.send(response(1, 200));
                s.send(priority(1));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/on-open-stream",
            role: Role::Server,
            title: "PRIORITY in the middle of a request is ignored",
            requires: &["rfc9113/6.3/any-state"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(priority(1));
                s.send(data(1, 2).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/on-closed-stream",
            role: Role::Server,
            title: "PRIORITY on a stream that is over is ignored",
            requires: &["rfc9113/6.3/any-state", "rfc9113/5.1/closed"],
            script: |s| {
                s.open();
                s.send(get(1));
                s.settle();
                s.send(priority(1));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/lightest",
            role: Role::Server,
            title: "PRIORITY with a weight of 1 is ignored",
            requires: &["rfc9113/5.3/priority-ignored", "rfc9113/6.3/any-state"],
            script: |s| {
                s.open();
                s.send(priority(1).payload(&[0, 0, 0, 0, 0]));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/heaviest",
            role: Role::Server,
            title: "PRIORITY with a weight of 256 is ignored",
            requires: &["rfc9113/5.3/priority-ignored", "rfc9113/6.3/any-state"],
            script: |s| {
                s.open();
                s.send(priority(1).payload(&[0, 0, 0, 0, 255]));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/exclusive",
            role: Role::Server,
            title: "PRIORITY with an exclusive dependency is ignored",
            requires: &["rfc9113/5.3/priority-ignored", "rfc9113/6.3/any-state"],
            script: |s| {
                s.open();
                s.send(priority(1).payload(&[0x80, 0, 0, 0, 15]));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/on-idle-parent",
            role: Role::Server,
            title: "PRIORITY that depends on an idle stream is ignored",
            requires: &["rfc9113/5.3/priority-ignored", "rfc9113/6.3/any-state"],
            script: |s| {
                s.open();
                s.send(priority(1).payload(&[0, 0, 0, 99, 15]));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
    ]
}
