//! Responses, as a client reads them (RFC 9113 sections 8.1, 8.3.2 and 8.6).

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "responses/without-status-client",
            role: Role::Client,
            title: "A response without :status is malformed",
            requires: &["rfc9113/8.3.2/status"],
            script: |s| {
                s.open();
                s.send(headers(1, &[("x-only", "regular")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/two-statuses-client",
            role: Role::Client,
            title: "A response with two :status is malformed",
            requires: &["rfc9113/8.3/once"],
            script: |s| {
                s.open();
                s.send(headers(1, &[(":status", "200"), (":status", "200")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/status-not-a-number-client",
            role: Role::Client,
            title: "A response whose :status is no number is malformed",
            requires: &["rfc9113/8.3/malformed"],
            script: |s| {
                s.open();
                s.send(headers(1, &[(":status", "abc")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/empty-status-client",
            role: Role::Client,
            title: "A response with an empty :status is malformed",
            requires: &["rfc9113/8.3/malformed"],
            script: |s| {
                s.open();
                s.send(headers(1, &[(":status", "")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/path-in-response-client",
            role: Role::Client,
            title: "A response with :path is malformed",
            requires: &["rfc9113/8.3/right-direction"],
            script: |s| {
                s.open();
                s.send(headers(1, &[(":status", "200"), (":path", "/")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/unknown-pseudo-field-client",
            role: Role::Client,
            title: "A response with an unknown pseudo-header field is malformed",
            requires: &["rfc9113/8.3/malformed"],
            script: |s| {
                s.open();
                s.send(headers(1, &[(":status", "200"), (":unknown", "1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/status-after-regular-client",
            role: Role::Client,
            title: "A response whose :status comes after a regular field is malformed",
            requires: &["rfc9113/8.3/before-regular"],
            script: |s| {
                s.open();
                s.send(headers(1, &[("x-early", "1"), (":status", "200")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/data-before-head-client",
            role: Role::Client,
            title: "DATA before the head of a response is malformed",
            requires: &["rfc9113/8.1/one-message"],
            script: |s| {
                s.open();
                s.send(data(1, 2));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/data-after-informational-client",
            role: Role::Client,
            title: "DATA behind an informational response is malformed",
            requires: &["rfc9113/8.1/one-message"],
            script: |s| {
                s.open();
                s.send(response(1, 103));
                s.send(data(1, 2));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/informational-first-client",
            role: Role::Client,
            title: "An informational response before the final one is let pass",
            requires: &["rfc9113/8.1/informational"],
            script: |s| {
                s.open();
                s.send(response(1, 103));
                s.send(response(1, 200).end_stream());
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/several-informational-client",
            role: Role::Client,
            title: "Several informational responses may come",
            requires: &["rfc9113/8.1/informational"],
            script: |s| {
                s.open();
                s.burst([response(1, 100), response(1, 103), response(1, 103), response(1, 200).end_stream()]);
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/informational-with-end-client",
            role: Role::Client,
            title: "An informational response with END_STREAM is malformed",
            requires: &["rfc9113/8.1/informational-end"],
            script: |s| {
                s.open();
                s.send(response(1, 103).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/second-head-client",
            role: Role::Client,
            title: "A second head without END_STREAM behind the final one is malformed",
            requires: &["rfc9113/8.1/second-headers-end"],
            script: |s| {
                s.open();
                s.send(response(1, 200));
                s.send(headers(1, &[("x-more", "1")]));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/pseudo-field-in-trailers-client",
            role: Role::Client,
            title: "Trailers of a response with :status are malformed",
            requires: &["rfc9113/8.3/not-in-trailers"],
            script: |s| {
                s.open();
                s.send(response(1, 200));
                s.send(response(1, 200).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/longer-than-length-client",
            role: Role::Client,
            title: "A response with more content than its content-length is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            script: |s| {
                s.open();
                s.send(response_of(1, "2"));
                s.send(data(1, 3));
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/shorter-than-length-client",
            role: Role::Client,
            title: "A response with less content than its content-length is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.send(response_of(1, "3"));
                s.send(data(1, 2).end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/length-without-content-client",
            role: Role::Client,
            title: "A response to GET of HEADERS alone with a content-length above 0 is malformed",
            requires: &["rfc9113/8.1.1/content-length"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.send(response_of(1, "3").end_stream());
            },
            expect: malformed(1),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/short-content-reaches-reader-client",
            role: Role::Client,
            title: "The reader of a response learns that its content is shorter than its content-length",
            requires: &["rfc9113/8.1.1/content-length"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(response_of(1, "5"));
                s.app(App::ReadToEnd { stream: 1 });
                s.send(data(1, 2).end_stream());
            },
            expect: call_gives(1, 200).and(call_fails(2)),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/length-of-head-client",
            role: Role::Client,
            title: "A response to HEAD may name a content-length and carry nothing",
            requires: &["rfc9113/8.1.1/without-content"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "HEAD", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(response_of(1, "5").end_stream());
                s.app(App::ReadToEnd { stream: 1 });
            },
            expect: call_gives(1, 200).and(call_gives(2, 0)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/length-of-not-modified-client",
            role: Role::Client,
            title: "A 304 response may name a content-length and carry nothing",
            requires: &["rfc9113/8.1.1/without-content"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(headers(1, &[(":status", "304"), ("content-length", "5")]).end_stream());
                s.app(App::ReadToEnd { stream: 1 });
            },
            expect: call_gives(1, 304).and(call_gives(2, 0)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/trailers-client",
            role: Role::Client,
            title: "A response may end in trailers",
            requires: &["rfc9113/8.1/trailers"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(response(1, 200));
                s.send(data(1, 5));
                s.send(trailers(1));
                s.app(App::ReadToEnd { stream: 1 });
            },
            expect: call_gives(1, 200).and(call_gives(2, 5)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/head-alone-client",
            role: Role::Client,
            title: "A response may be HEADERS with END_STREAM alone",
            requires: &["rfc9113/8.1/one-message"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(response(1, 204).end_stream());
                s.app(App::ReadToEnd { stream: 1 });
            },
            expect: call_gives(1, 204).and(call_gives(2, 0)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/out-of-order-client",
            role: Role::Client,
            title: "Responses may come in another order than their requests",
            requires: &["rfc9113/5/interleaved"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.app(App::AwaitResponse { stream: 3 });
                s.send(response(3, 202).end_stream());
                s.send(response(1, 201).end_stream());
            },
            expect: call_gives(2, 201).and(call_gives(3, 202)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/before-end-of-request-client",
            role: Role::Client,
            title: "A response may come before the request is at its end",
            requires: &["rfc9113/8.1/early-response"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(response(1, 200).end_stream());
                s.mark();
                s.app(App::SendData { stream: 1, octets: 5, end: true });
            },
            expect: call_gives(1, 200).and(content(1, 5)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "responses/before-end-of-request",
            role: Role::Server,
            title: "A server may answer before the request is at its end, and asks for the rest with NO_ERROR at most",
            requires: &["rfc9113/8.1/early-response"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.mark();
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.app(App::Drop { stream: 1, what: Handles::All });
            },
            expect: times(kind::HEADERS, 1, 1..=1)
                .and(one_of([none_of(kind::RST_STREAM, 1).and(alive()), stream_error(1, NO_ERROR)])),
            ..Case::DEFAULT
        },
    ]
}
