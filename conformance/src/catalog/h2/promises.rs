//! Promises that the server gives up, or that have no handle any more.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "promises/given-up-while-waiting",
            role: Role::Server,
            title: "A server that gives up a promise whose response waits for a place says so at once",
            needs: Needs::Api,
            script: |s| {
                waiting_response(s);
                s.app(App::Reset { stream: 2, code: CANCEL });
            },
            expect: unprompted(times(kind::RST_STREAM, 2, 1..=1)).and(none_of(kind::HEADERS, 2)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/given-up-unsent",
            role: Role::Server,
            title: "A server that gives up a promise before it is sent says so right behind it, place or not",
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0).with(setting::MAX_CONCURRENT_STREAMS, 0));
                s.send(post(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::SendData { stream: 1, octets: 100, end: false });
                s.app(App::Promise { stream: 1 });
                s.app(App::Reset { stream: 2, code: CANCEL });
                s.send(window_update(1, 100));
            },
            expect: unprompted(one_of([times(kind::RST_STREAM, 2, 1..=1), none_of(kind::PUSH_PROMISE, 1)]))
                .and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/shutdown-while-waiting",
            role: Role::Server,
            title: "A server that shuts down still sends a promised response that waits for a place",
            needs: Needs::Api,
            script: |s| {
                waiting_response(s);
                s.app(App::ShutDown);
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.send(data(1, 0).end_stream());
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
            },
            expect: message(2).and(ends()),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/shutdown-before-response",
            role: Role::Server,
            title: "A server that shuts down still sends a promised response that the application begins later",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Promise { stream: 1 });
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.app(App::ShutDown);
                s.send(settings());
                s.app(App::Respond { stream: 2, status: 200, end: true });
            },
            expect: message(2).and(ends()),
            ..Case::DEFAULT
        },
        Case {
            id: "promises/credit-when-out-of-reach-client",
            role: Role::Client,
            title: "Credit of a push comes back when the application can no longer ask for it",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.send(push_promise(1, 2));
                s.send(response(1, 200));
                s.app(App::AwaitResponse { stream: 1 });
                s.send(response(2, 200));
                s.burst([data(2, DEFAULT_FRAME_SIZE), data(2, DEFAULT_FRAME_SIZE)]);
            },
            expect: window(0, 65_535),
            ..Case::DEFAULT
        },
    ]
}
