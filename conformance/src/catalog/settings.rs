//! SETTINGS (RFC 9113 section 6.5).

use super::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "settings/acknowledged",
            role: Role::Server,
            title: "SETTINGS is acknowledged",
            requires: &["rfc9113/6.5.3/acknowledge"],
            script: |s| {
                s.open();
                s.send(settings().with(setting::MAX_FRAME_SIZE, 20_000));
            },
            expect: times(kind::SETTINGS, 0, 1..=1).and(ignored()),
            ..Case::DEFAULT
        },
        Case {
            id: "settings/ack-with-payload",
            role: Role::Server,
            title: "SETTINGS with ACK and a payload is a connection error",
            requires: &["rfc9113/6.5/ack-length"],
            script: |s| {
                s.open();
                s.send(settings().ack().payload(&[0]));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
    ]
}
