//! Content without a reader is discarded, and its credit given back on the stream too, so that the
//! sender is not held up.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "credit/dropped-body-goes-on",
            role: Role::Server,
            title: "An upload goes on while the application answers it without reading it",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::Drop { stream: 1, what: Handles::Receive });
                s.upload(1, 200_000);
                s.app(App::SendData { stream: 1, octets: 10, end: true });
            },
            expect: uploaded(1, 200_000).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/dropped-full-body-goes-on",
            role: Role::Server,
            title: "An upload that used its window up goes on when the application gives its body up",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.upload_in(body(1, 65_535));
                s.app(App::Drop { stream: 1, what: Handles::Receive });
                s.upload(1, 200_000);
                s.app(App::SendData { stream: 1, octets: 10, end: true });
            },
            expect: uploaded(1, 265_535).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/dropped-body-read-in-part-goes-on",
            role: Role::Server,
            title: "An upload goes on whose application gives the body up with octets that it has not released",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.upload_in(body(1, 65_535));
                s.app(App::Read { stream: 1, octets: 16_384 });
                s.app(App::Drop { stream: 1, what: Handles::Receive });
                s.upload(1, 200_000);
                s.app(App::SendData { stream: 1, octets: 10, end: true });
            },
            expect: uploaded(1, 265_535).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/dropped-padded-body-goes-on",
            role: Role::Server,
            title: "The padding of an upload without a reader is given back on the stream as its content is",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::Drop { stream: 1, what: Handles::Receive });
                s.upload_in(Upload { frame: 100, padding: Some(255), ..body(1, 50_000) });
                s.send(data(1, 0).end_stream());
                s.app(App::SendData { stream: 1, octets: 10, end: true });
            },
            expect: uploaded(1, 50_000).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/dropped-body-overrun",
            role: Role::Server,
            title: "An upload without a reader is held to its stream's window",
            needs: Needs::Api,
            config: Config { connection_window: Some(1 << 20), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Drop { stream: 1, what: Handles::Receive });
                s.burst((0..5).map(|_| data(1, 16_384)));
            },
            expect: one_of([stream_error(1, FLOW_CONTROL_ERROR), conn_error(FLOW_CONTROL_ERROR)]),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/dropped-body-then-reset",
            role: Role::Server,
            title: "An upload that is given up together with its stream is reset and gets no more credit on it",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.upload_in(body(1, 65_535));
                s.app(App::Drop { stream: 1, what: Handles::All });
                fill(s, 3);
            },
            expect: stream_error(1, NO_ERROR).and(window_updates(1, 0..=0)).and(whole_window(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/dropped-response-goes-on",
            role: Role::Client,
            title: "A response that the application gave up is drained while its request goes on",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.send(response(1, 200));
                s.app(App::AwaitResponse { stream: 1 });
                s.app(App::Drop { stream: 1, what: Handles::Receive });
                s.upload(1, 200_000);
                s.app(App::SendData { stream: 1, octets: 10, end: true });
            },
            expect: uploaded(1, 200_000).and(content(1, 10)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/dropped-response-future-goes-on",
            role: Role::Client,
            title: "A response that the application never waited for is drained while its request goes on",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Drop { stream: 1, what: Handles::Response });
                s.send(response(1, 200));
                s.upload(1, 200_000);
                s.app(App::SendData { stream: 1, octets: 10, end: true });
            },
            expect: uploaded(1, 200_000).and(content(1, 10)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/drained-bodies",
            role: Role::Server,
            title: "Bodies that are discarded give the connection exactly what they took",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.app(App::Drop { stream, what: Handles::Receive });
                    s.upload_in(body(stream, 100_000));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/drained-responses",
            role: Role::Client,
            title: "Responses that are discarded give the connection exactly what they took",
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    s.app(App::Request { method: "POST", end: false });
                    s.send(response(stream, 200));
                    s.app(App::AwaitResponse { stream });
                    s.burst(in_paddings(stream, 5000));
                    s.app(App::Drop { stream, what: Handles::Receive });
                    s.upload_in(body(stream, 100_000));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
    ]
}
