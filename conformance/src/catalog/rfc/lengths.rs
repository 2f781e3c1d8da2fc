//! Content-Length where a message has no content, or none that has a length (RFC 9113 section
//! 8.1.1, RFC 9110 sections 8.6 and 9.3.6).

use crate::catalog::prelude::*;
use crate::wire::hpack;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "lengths/head-and-empty-data-client",
            role: Role::Client,
            title: "A response to HEAD may name a content-length and end in an empty DATA frame",
            requires: &["rfc9113/8.1.1/without-content"],
            needs: Needs::Api,
            script: |s| {
                asked(s, "HEAD", "200");
                s.send(data(1, 0).end_stream());
            },
            expect: read(200, 0),
            ..Case::DEFAULT
        },
        Case {
            id: "lengths/head-and-trailers-client",
            role: Role::Client,
            title: "A response to HEAD may name a content-length and end in trailers",
            requires: &["rfc9113/8.1.1/without-content"],
            needs: Needs::Api,
            script: |s| {
                asked(s, "HEAD", "200");
                s.send(trailers(1));
            },
            expect: read(200, 0),
            ..Case::DEFAULT
        },
        Case {
            id: "lengths/not-modified-and-empty-data-client",
            role: Role::Client,
            title: "A 304 response may name a content-length and end in an empty DATA frame",
            requires: &["rfc9113/8.1.1/without-content"],
            needs: Needs::Api,
            script: |s| {
                asked(s, "GET", "304");
                s.send(data(1, 0).end_stream());
            },
            expect: read(304, 0),
            ..Case::DEFAULT
        },
        Case {
            id: "lengths/tunnel-client",
            role: Role::Client,
            title: "The content-length of a successful response to CONNECT means nothing",
            requires: &["rfc9113/8.1.1/without-content"],
            needs: Needs::Api,
            script: |s| {
                asked(s, "CONNECT", "200");
                s.send(data(1, 9));
                s.send(data(1, 0).end_stream());
            },
            expect: read(200, 9),
            ..Case::DEFAULT
        },
        Case {
            id: "lengths/no-tunnel-client",
            role: Role::Client,
            title: "The content-length of a failed response to CONNECT is held against its content",
            requires: &["rfc9113/8.1.1/content-length"],
            needs: Needs::Api,
            script: |s| {
                asked(s, "CONNECT", "403");
                s.send(data(1, 9));
            },
            expect: malformed(1).and(call_fails(2)),
            ..Case::DEFAULT
        },
        Case {
            id: "lengths/connect",
            role: Role::Server,
            title: "The content-length of CONNECT means nothing",
            requires: &["rfc9113/8.1.1/without-content"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                let fields = [(":method", "CONNECT"), (":authority", "example.test:443"), ("content-length", "5")];
                s.send(headers(1, &fields));
                s.app(App::ReadToEnd { stream: 1 });
                s.send(data(1, 9).end_stream());
            },
            expect: handed(1).and(call_gives(0, 9)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "lengths/pushed-head-client",
            role: Role::Client,
            title: "A pushed response to HEAD may name a content-length and carry nothing",
            requires: &["rfc9113/8.1.1/without-content"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitPush { stream: 1 });
                let mut promise = GET;
                promise[0].1 = "HEAD";
                let payload = [vec![0, 0, 0, 2], hpack::encode(&promise)].concat();
                s.send(push_promise(1, 2).payload(&payload));
                s.app(App::AwaitResponse { stream: 2 });
                s.send(of_five(2, "200").end_stream());
                s.app(App::ReadToEnd { stream: 2 });
            },
            expect: call_gives(2, 200).and(call_gives(3, 0)).and(none_of(kind::RST_STREAM, 2)).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
