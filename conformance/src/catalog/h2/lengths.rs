//! What a server may not send beside the lengths of RFC 9113 section 8.1.1: a content-length (RFC
//! 9110 section 8.6), and content (section 15.4.5). What a client does about it is its own choice.

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
                s.send(headers(1, &[(":status", "103"), ("content-length", "5")]));
                s.send(response(1, 200));
                s.app(App::ReadToEnd { stream: 1 });
                s.send(data(1, 3).end_stream());
            },
            expect: call_gives(1, 200).and(call_gives(2, 3)).and(none_of(kind::RST_STREAM, 1)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "lengths/not-modified-with-content-client",
            role: Role::Client,
            title: "A 304 response with a content-length and content is malformed",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(headers(1, &[(":status", "304"), ("content-length", "5")]));
                s.app(App::ReadToEnd { stream: 1 });
                s.send(data(1, 4));
            },
            expect: malformed(1).and(call_fails(2)),
            ..Case::DEFAULT
        },
    ]
}
