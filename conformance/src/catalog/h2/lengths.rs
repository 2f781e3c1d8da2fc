//! What a server may not send beside the lengths of RFC 9113 section 8.1.1: a content-length with
//! 204 and 1xx (RFC 9110 section 8.6), trailers and content with 204 and 304 (sections 15.3.5 and
//! 15.4.5). What a client does about it is its own choice.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "lengths/informational-client",
            role: Role::Client,
            title: "The content-length of an informational response is not that of the final one",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(of_five(1, "103"));
                s.send(response(1, 200));
                s.app(App::ReadToEnd { stream: 1 });
                s.send(data(1, 3).end_stream());
            },
            expect: read(200, 3),
            ..Case::DEFAULT
        },
        Case {
            id: "lengths/not-modified-with-content-client",
            role: Role::Client,
            title: "A 304 response with a content-length and content is malformed",
            needs: Needs::Api,
            script: |s| {
                asked(s, "GET", "304");
                s.send(data(1, 4));
            },
            expect: malformed(1).and(call_fails(2)),
            ..Case::DEFAULT
        },
        Case {
            id: "lengths/no-content-and-empty-data-client",
            role: Role::Client,
            title: "A 204 response may name a content-length and end in an empty DATA frame",
            needs: Needs::Api,
            script: |s| {
                asked(s, "GET", "204");
                s.send(data(1, 0).end_stream());
            },
            expect: read(204, 0),
            ..Case::DEFAULT
        },
        Case {
            id: "lengths/no-content-and-trailers-client",
            role: Role::Client,
            title: "A 204 response may name a content-length and end in trailers",
            needs: Needs::Api,
            script: |s| {
                asked(s, "GET", "204");
                s.send(trailers(1));
            },
            expect: read(204, 0),
            ..Case::DEFAULT
        },
        Case {
            id: "lengths/not-modified-and-trailers-client",
            role: Role::Client,
            title: "A 304 response may name a content-length and end in trailers",
            needs: Needs::Api,
            script: |s| {
                asked(s, "GET", "304");
                s.send(trailers(1));
            },
            expect: read(304, 0),
            ..Case::DEFAULT
        },
    ]
}
