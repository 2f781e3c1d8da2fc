//! Which pseudo-header fields a request has, each once and before all others.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "requests/without-method",
            role: Role::Server,
            title: "A request without :method is malformed",
            requires: &["rfc9113/8.3.1/mandatory"],
            script: |s| {
                s.open();
                s.send(headers(1, &[(":scheme", "http"), (":path", "/"), (":authority", "example.test")]).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/without-scheme",
            role: Role::Server,
            title: "A request without :scheme is malformed",
            requires: &["rfc9113/8.3.1/mandatory"],
            script: |s| {
                s.open();
                s.send(headers(1, &[(":method", "GET"), (":path", "/"), (":authority", "example.test")]).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/without-path",
            role: Role::Server,
            title: "A request without :path is malformed",
            requires: &["rfc9113/8.3.1/mandatory"],
            script: |s| {
                s.open();
                s.send(
                    headers(1, &[(":method", "GET"), (":scheme", "http"), (":authority", "example.test")]).end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/without-any-pseudo-field",
            role: Role::Server,
            title: "A request without any pseudo-header field is malformed",
            requires: &["rfc9113/8.3.1/mandatory"],
            script: |s| {
                s.open();
                s.send(headers(1, &[("x-only", "regular")]).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/two-methods",
            role: Role::Server,
            title: "A request with two :method is malformed",
            requires: &["rfc9113/8.3/once"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[
                            (":method", "GET"),
                            (":method", "GET"),
                            (":scheme", "http"),
                            (":path", "/"),
                            (":authority", "example.test"),
                        ],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/two-schemes",
            role: Role::Server,
            title: "A request with two :scheme is malformed",
            requires: &["rfc9113/8.3/once"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[
                            (":method", "GET"),
                            (":scheme", "http"),
                            (":scheme", "http"),
                            (":path", "/"),
                            (":authority", "example.test"),
                        ],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/two-paths",
            role: Role::Server,
            title: "A request with two :path is malformed",
            requires: &["rfc9113/8.3/once"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[
                            (":method", "GET"),
                            (":scheme", "http"),
                            (":path", "/"),
                            (":path", "/"),
                            (":authority", "example.test"),
                        ],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/two-authorities",
            role: Role::Server,
            title: "A request with two :authority is malformed",
            requires: &["rfc9113/8.3/once"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[
                            (":method", "GET"),
                            (":scheme", "http"),
                            (":path", "/"),
                            (":authority", "example.test"),
                            (":authority", "example.test"),
                        ],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/unknown-pseudo-field",
            role: Role::Server,
            title: "A request with an unknown pseudo-header field is malformed",
            requires: &["rfc9113/8.3/malformed"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[
                            (":method", "GET"),
                            (":scheme", "http"),
                            (":path", "/"),
                            (":authority", "example.test"),
                            (":unknown", "1"),
                        ],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/status-in-request",
            role: Role::Server,
            title: "A request with :status is malformed",
            requires: &["rfc9113/8.3/malformed", "rfc9113/8.3/right-direction"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[
                            (":method", "GET"),
                            (":scheme", "http"),
                            (":path", "/"),
                            (":authority", "example.test"),
                            (":status", "200"),
                        ],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/pseudo-after-regular",
            role: Role::Server,
            title: "A pseudo-header field after a regular one is malformed",
            requires: &["rfc9113/8.3/before-regular"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[
                            (":method", "GET"),
                            (":scheme", "http"),
                            ("x-early", "1"),
                            (":path", "/"),
                            (":authority", "example.test"),
                        ],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/protocol-not-offered",
            role: Role::Server,
            title: "A request with :protocol is malformed where the server has not announced it",
            requires: &["rfc9113/8.3/malformed"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[
                            (":method", "CONNECT"),
                            (":protocol", "websocket"),
                            (":scheme", "http"),
                            (":path", "/"),
                            (":authority", "example.test"),
                        ],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/pseudo-fields-in-any-order",
            role: Role::Server,
            title: "The order of pseudo-header fields among themselves is free",
            requires: &["rfc9113/8.3/before-regular"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[(":authority", "example.test"), (":path", "/"), (":scheme", "http"), (":method", "GET")],
                    )
                    .end_stream(),
                );
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/connect-with-path",
            role: Role::Server,
            title: "CONNECT with :scheme and :path is malformed",
            requires: &["rfc9113/8.5/omitted-fields"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[(":method", "CONNECT"), (":scheme", "http"), (":path", "/"), (":authority", "example.test")],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/connect-with-scheme",
            role: Role::Server,
            title: "CONNECT with :scheme is malformed",
            requires: &["rfc9113/8.5/omitted-fields"],
            script: |s| {
                s.open();
                s.send(
                    headers(1, &[(":method", "CONNECT"), (":scheme", "http"), (":authority", "example.test")])
                        .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/connect-without-authority",
            role: Role::Server,
            title: "CONNECT without :authority is malformed",
            requires: &["rfc9113/8.5/authority"],
            script: |s| {
                s.open();
                s.send(headers(1, &[(":method", "CONNECT")]).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/connect",
            role: Role::Server,
            title: "CONNECT with :method and :authority alone is a request",
            requires: &["rfc9113/8.5/omitted-fields"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(headers(1, &[(":method", "CONNECT"), (":authority", "example.test:443")]));
            },
            expect: handed(1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/pseudo-fields-client",
            role: Role::Client,
            title: "A client sends its request in one HEADERS that it ends with END_STREAM",
            requires: &["rfc9113/8.1/one-message"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
            },
            expect: times(kind::HEADERS, 1, 1..=1).and(none_of(kind::DATA, 1)).and(answered(1)),
            ..Case::DEFAULT
        },
    ]
}
