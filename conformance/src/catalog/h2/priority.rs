//! PRIORITY that is wrong in ways of which the RFC does not speak.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "priority/length-four-on-idle-stream",
            role: Role::Server,
            title: "PRIORITY of four octets on an idle stream, where nothing can be reset, is a connection error",
            script: |s| {
                s.open();
                s.send(priority(0x7fff_ffff).resized(4));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "priority/of-itself",
            role: Role::Server,
            title: "A stream that depends on itself is let pass, or is an error of the former kind",
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(priority(1).payload(&[0, 0, 0, 1, 15]));
                s.send(data(1, 2).end_stream());
            },
            expect: one_of([answered(1), any_error(1, PROTOCOL_ERROR)]),
            ..Case::DEFAULT
        },
    ]
}
