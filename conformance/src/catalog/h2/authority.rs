//! Hosts that differ from the authority in how they are written. An origin server may compare them
//! in any way, and only others have to normalize them (RFC 9113 section 8.3.1).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "authority/host-in-other-case",
            role: Role::Server,
            title: "A Host may differ from :authority in the case of letters",
            script: |s| {
                s.open();
                s.send(get_from("http", "host.test", "Host.TEST"));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "authority/host-with-default-port",
            role: Role::Server,
            title: "A Host may name the default port that :authority leaves out",
            script: |s| {
                s.open();
                s.send(get_from("http", "host.test", "host.test:80"));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "authority/host-with-empty-port",
            role: Role::Server,
            title: "A Host may have an empty port",
            script: |s| {
                s.open();
                s.send(get_from("http", "host.test", "host.test:"));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "authority/address-of-host",
            role: Role::Server,
            title: "A Host may be an address",
            script: |s| {
                s.open();
                s.send(get_from("http", "[::1]:80", "[::1]"));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "authority/default-port-without-host-port",
            role: Role::Server,
            title: "A Host may leave out the default port that :authority names",
            script: |s| {
                s.open();
                s.send(get_from("http", "host.test:80", "host.test"));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
    ]
}
