//! Host beside :authority (RFC 9113 section 8.3.1).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "authority/same-host",
            role: Role::Server,
            title: "A Host that repeats :authority is no error",
            requires: &["rfc9113/8.3.1/host-agrees"],
            script: |s| {
                s.open();
                s.send(get_from("http", "host.test:8080", "host.test:8080"));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "authority/empty-host",
            role: Role::Server,
            title: "An empty Host contradicts nothing, or is malformed",
            requires: &["rfc9113/8.3.1/host-differs"],
            script: |s| {
                s.open();
                s.send(get_from("http", "host.test", ""));
            },
            // It names no entity. RFC 9110 section 7.2 lets no client send it here.
            expect: one_of([answered(1), malformed(1)]),
            ..Case::DEFAULT
        },
        Case {
            id: "authority/host-of-other-port",
            role: Role::Server,
            title: "A Host with another port than :authority is malformed",
            requires: &["rfc9113/8.3.1/host-differs"],
            script: |s| {
                s.open();
                s.send(get_from("http", "host.test", "host.test:443"));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "authority/host-with-prefix",
            role: Role::Server,
            title: "A Host that begins like :authority is malformed",
            requires: &["rfc9113/8.3.1/host-differs"],
            script: |s| {
                s.open();
                s.send(get_from("http", "host.test", "host.test.elsewhere.test"));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "authority/second-host",
            role: Role::Server,
            title: "A second Host that differs from :authority is malformed",
            requires: &["rfc9113/8.3.1/host-differs"],
            script: |s| {
                s.open();
                let mut fields = GET[..3].to_vec();
                fields.extend([(":authority", "host.test"), ("host", "host.test"), ("host", "elsewhere.test")]);
                s.send(headers(1, &fields).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "authority/host-alone",
            role: Role::Server,
            title: "A request may name its host in Host alone",
            requires: &["rfc9113/8.3.1/authority-optional"],
            script: |s| {
                s.open();
                let mut fields = GET[..3].to_vec();
                fields.push(("host", "example.test"));
                s.send(headers(1, &fields).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "authority/host-of-connect",
            role: Role::Server,
            title: "Host beside the :authority of CONNECT may leave out the port",
            requires: &["rfc9113/8.5/authority"],
            script: |s| {
                s.open();
                let fields = [(":method", "CONNECT"), (":authority", "host.test:443"), ("host", "host.test")];
                s.send(headers(1, &fields).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
    ]
}
