//! What the pseudo-header fields of a request may say.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "requests/empty-path",
            role: Role::Server,
            title: "A request with an empty :path is malformed",
            requires: &["rfc9113/8.3.1/path-not-empty"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[(":method", "GET"), (":scheme", "http"), (":path", ""), (":authority", "example.test")],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/path-without-slash",
            role: Role::Server,
            title: "A request whose :path does not begin with a slash is malformed",
            requires: &["rfc9113/8.3.1/path-form"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[
                            (":method", "GET"),
                            (":scheme", "http"),
                            (":path", "index.html"),
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
            id: "requests/empty-method",
            role: Role::Server,
            title: "A request with an empty :method is malformed",
            requires: &["rfc9113/8.3/malformed"],
            script: |s| {
                s.open();
                s.send(
                    headers(1, &[(":method", ""), (":scheme", "http"), (":path", "/"), (":authority", "example.test")])
                        .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/method-with-space",
            role: Role::Server,
            title: "A request whose :method is no token is malformed",
            requires: &["rfc9113/8.3/malformed"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[(":method", "GET /"), (":scheme", "http"), (":path", "/"), (":authority", "example.test")],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/user-in-authority",
            role: Role::Server,
            title: "A request whose :authority carries user information is malformed",
            requires: &["rfc9113/8.3.1/no-userinfo"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "user@example.test")],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/host-differs",
            role: Role::Server,
            title: "A request whose Host names another host than its :authority is malformed",
            requires: &["rfc9113/8.3.1/host-differs"],
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
                            ("host", "elsewhere.test"),
                        ],
                    )
                    .end_stream(),
                );
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/host-instead-of-authority",
            role: Role::Server,
            title: "A request may carry Host instead of :authority",
            requires: &["rfc9113/8.3.1/authority-optional"],
            script: |s| {
                s.open();
                s.send(
                    headers(1, &[(":method", "GET"), (":scheme", "http"), (":path", "/"), ("host", "example.test")])
                        .end_stream(),
                );
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/host-agrees",
            role: Role::Server,
            title: "A request may carry a Host that agrees with :authority",
            requires: &["rfc9113/8.3.1/host-agrees"],
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
                            ("host", "example.test"),
                        ],
                    )
                    .end_stream(),
                );
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/options-asterisk",
            role: Role::Server,
            title: "OPTIONS may carry * as its :path",
            requires: &["rfc9113/8.3.1/asterisk"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[(":method", "OPTIONS"), (":scheme", "http"), (":path", "*"), (":authority", "example.test")],
                    )
                    .end_stream(),
                );
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "requests/path-with-query",
            role: Role::Server,
            title: "A :path may carry a query",
            requires: &["rfc9113/8.3.1/path-form"],
            script: |s| {
                s.open();
                s.send(
                    headers(
                        1,
                        &[
                            (":method", "GET"),
                            (":scheme", "http"),
                            (":path", "/a/b?c=d&e=%20"),
                            (":authority", "example.test"),
                        ],
                    )
                    .end_stream(),
                );
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
    ]
}
