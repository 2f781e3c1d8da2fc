//! Pushes that the server resets before the application takes them.

use crate::catalog::prelude::*;

const PUSHES: Config = Config { push: Some(true), ..Config::DEFAULT };

/// Forty promised streams, more than the release's limit of resets.
fn promised() -> impl Iterator<Item = u32> {
    (2..=80).step_by(2)
}

fn promise_and_reset(s: &mut Script, stream: u32, promised: u32) {
    s.burst([push_promise(stream, promised), reset(promised, CANCEL)]);
}

fn wait_for_a_push(s: &mut Script) {
    s.open();
    s.app(App::Request { method: "GET", end: true });
    s.app(App::AwaitPush { stream: 1 });
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "push/wait-ends-with-response-client",
            role: Role::Client,
            title: "A wait for pushes ends with a response that has no content",
            needs: Needs::Api,
            config: PUSHES,
            script: |s| {
                wait_for_a_push(s);
                s.send(response(1, 200).end_stream());
            },
            expect: call_fails(1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "push/wait-ends-with-content-client",
            role: Role::Client,
            title: "A wait for pushes ends with the content of the response",
            needs: Needs::Api,
            config: PUSHES,
            script: |s| {
                wait_for_a_push(s);
                s.send(response(1, 200));
                s.send(data(1, 5).end_stream());
            },
            expect: call_fails(1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "push/wait-ends-with-trailers-client",
            role: Role::Client,
            title: "A wait for pushes ends with the trailers of the response",
            needs: Needs::Api,
            config: PUSHES,
            script: |s| {
                wait_for_a_push(s);
                s.send(response(1, 200));
                s.send(headers(1, &[("x-checksum", "1")]).end_stream());
            },
            expect: call_fails(1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "push/withdrawn-and-taken-client",
            role: Role::Client,
            title: "Forty pushes that were reset before the application took them, and it takes each, are no offence",
            needs: Needs::Api,
            config: PUSHES,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                for promised in promised() {
                    promise_and_reset(s, 1, promised);
                    s.app(App::AwaitPush { stream: 1 });
                }
            },
            expect: alive(),
            ..Case::DEFAULT
        },
        Case {
            id: "push/withdrawn-and-ignored-client",
            role: Role::Client,
            title: "Forty pushes that were reset and never taken, each on a request that is over, are no offence",
            needs: Needs::Api,
            config: PUSHES,
            script: |s| {
                s.open();
                for promised in promised() {
                    let stream = promised - 1;
                    ask(s, stream);
                    promise_and_reset(s, stream, promised);
                    s.send(data(stream, 0).end_stream());
                    s.app(App::Drop { stream, what: Handles::All });
                }
            },
            expect: alive(),
            ..Case::DEFAULT
        },
        Case {
            id: "push/withdrawn-after-error-client",
            role: Role::Client,
            title:
                "Forty pushes that both sides reset before the application took them, and it takes each, are no offence",
            needs: Needs::Api,
            config: PUSHES,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                for promised in promised() {
                    s.burst([push_promise(1, promised), response_of(promised, "5"), data(promised, 6)]);
                    s.send(reset(promised, CANCEL));
                    s.app(App::AwaitPush { stream: 1 });
                }
            },
            expect: alive(),
            ..Case::DEFAULT
        },
        Case {
            id: "push/withdrawn-and-piled-up-client",
            role: Role::Client,
            title: "Forty pushes that were reset, with content, before the application takes any, are no offence",
            needs: Needs::Api,
            config: PUSHES,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                for promised in promised() {
                    s.burst([push_promise(1, promised), response_of(promised, "5"), data(promised, 5)]);
                    s.send(reset(promised, CANCEL));
                }
            },
            expect: alive(),
            ..Case::DEFAULT
        },
    ]
}
