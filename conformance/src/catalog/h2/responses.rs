//! Responses that a client may also take for a 5xx (RFC 9110 section 15), or not take notice of
//! (section 15.2).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "responses/status-of-two-digits-client",
            role: Role::Client,
            title: "A response whose :status has two digits is malformed",
            script: |s| {
                s.open();
                s.send(headers(1, &[(":status", "20")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/switching-protocols-client",
            role: Role::Client,
            title: "101 is no status of HTTP/2",
            script: |s| {
                s.open();
                s.send(response(1, 101));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
    ]
}
