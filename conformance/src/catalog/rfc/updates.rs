//! Padding counts against the windows, and its credit comes back with that of the content (RFC 9113
//! section 6.9.1).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "updates/padded-upload",
            role: Role::Server,
            title: "A body whose frames are mostly padding is read and answered",
            requires: &["rfc9113/6.9.1/whole-payload-counts"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(Upload { frame: 300, padding: Some(255), end: true, ..body(1, 60_000) });
                s.settle();
            },
            expect: uploaded(1, 60_000).and(answered_with(1, 200)),
            ..Case::DEFAULT
        },
        Case {
            id: "updates/padded-download",
            role: Role::Client,
            title: "A response whose frames are mostly padding is read",
            requires: &["rfc9113/6.9.1/whole-payload-counts"],
            script: |s| {
                s.open();
                s.send(response(1, 200));
                s.upload_in(Upload { frame: 300, padding: Some(255), end: true, ..body(1, 60_000) });
                s.settle();
            },
            expect: uploaded(1, 60_000).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
