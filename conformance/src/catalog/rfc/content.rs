//! Content, content-length and trailers of requests (RFC 9113 sections 8.1 and 8.1.1).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "content/longer-than-length",
            role: Role::Server,
            title: "A request with more content than its content-length is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.send(post_of(1, "2"));
                s.send(data(1, 3).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/shorter-than-length",
            role: Role::Server,
            title: "A request with less content than its content-length is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.send(post_of(1, "3"));
                s.send(data(1, 2).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/sum-of-frames-too-short",
            role: Role::Server,
            title: "Content-length is held against the sum of all DATA",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.send(post_of(1, "5"));
                s.send(data(1, 2));
                s.send(data(1, 2).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/length-without-content",
            role: Role::Server,
            title: "A request of HEADERS alone with a content-length above 0 is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.send(post_of(1, "2").end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/short-before-trailers",
            role: Role::Server,
            title: "Content-length is held against the content before trailers",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.send(post_of(1, "5"));
                s.send(data(1, 2));
                s.send(trailers(1));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/two-different-lengths",
            role: Role::Server,
            title: "A request with two content-lengths that differ is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.send(headers(1, &[&POST[..], &[("content-length", "2"), ("content-length", "3")]].concat()));
                s.send(data(1, 2).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/length-not-a-number",
            role: Role::Server,
            title: "A request whose content-length is no number is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.burst([post_of(1, "two"), data(1, 2).end_stream()]);
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/length-with-sign",
            role: Role::Server,
            title: "A request whose content-length carries a sign is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.burst([post_of(1, "+2"), data(1, 2).end_stream()]);
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/length-beyond-64-bits",
            role: Role::Server,
            title: "A request whose content-length is beyond 64 bits is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.burst([post_of(1, "18446744073709551618"), data(1, 2).end_stream()]);
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/as-long-as-length",
            role: Role::Server,
            title: "A request with the content that its content-length says is fine",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.send(post_of(1, "5"));
                s.send(data(1, 2));
                s.send(data(1, 3).end_stream());
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/not-handed-on",
            role: Role::Server,
            title: "The application learns that content is shorter than its content-length",
            requires: &["rfc9113/8.1.1/content-length"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post_of(1, "5"));
                s.app(App::ReadToEnd { stream: 1 });
                s.send(data(1, 2).end_stream());
            },
            expect: malformed(1).and(call_fails(0)),
            ..Case::DEFAULT
        },
        Case {
            id: "content/trailers",
            role: Role::Server,
            title: "A request may end in trailers",
            requires: &["rfc9113/8.1/trailers"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 2));
                s.send(trailers(1));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/trailers-without-content",
            role: Role::Server,
            title: "Trailers may follow the head of a request at once",
            requires: &["rfc9113/8.1/trailers"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(trailers(1));
            },
            expect: answered(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/trailers-without-end",
            role: Role::Server,
            title: "Trailers without END_STREAM are malformed",
            requires: &["rfc9113/8.1/second-headers-end"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 2));
                s.send(headers(1, &[("x-checksum", "1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/second-head",
            role: Role::Server,
            title: "A second head on the stream of a request is malformed",
            requires: &["rfc9113/8.1/second-headers-end"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(post(1));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/pseudo-field-in-trailers",
            role: Role::Server,
            title: "Trailers with a pseudo-header field are malformed",
            requires: &["rfc9113/8.3/not-in-trailers"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 2));
                s.send(headers(1, &[(":path", "/"), ("x-checksum", "1")]).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/status-in-trailers",
            role: Role::Server,
            title: "Trailers of a request with :status are malformed",
            requires: &["rfc9113/8.3/not-in-trailers"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 2));
                s.send(headers(1, &[(":status", "200")]).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/two-requests-interleaved",
            role: Role::Server,
            title: "Frames of two requests may come in turns",
            requires: &["rfc9113/5/interleaved"],
            script: |s| {
                s.open();
                s.burst([post(1), post(3), data(1, 1), data(3, 1), data(1, 1).end_stream(), data(3, 1).end_stream()]);
            },
            expect: answered(1).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "content/length-in-hexadecimal",
            role: Role::Server,
            title: "A request whose content-length is hexadecimal is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.burst([post_of(1, "0x2"), data(1, 2).end_stream()]);
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/length-with-fraction",
            role: Role::Server,
            title: "A request whose content-length has a fraction is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.burst([post_of(1, "2.0"), data(1, 2).end_stream()]);
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "content/length-empty",
            role: Role::Server,
            title: "A request whose content-length is empty is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.burst([post_of(1, ""), data(1, 2).end_stream()]);
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
    ]
}
