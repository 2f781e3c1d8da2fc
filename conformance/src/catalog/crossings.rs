//! Frames and calls that come at an inconvenient moment: in each case both sides do what they may. Random connections came upon
//! these.

use super::prelude::*;

const ONE: Config = Config { max_concurrent: Some(1), ..Config::DEFAULT };

/// Client: the peer has no place, and a POST request on stream 1 waits for one.
fn queued_request(s: &mut Script) {
    s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
    s.app(App::Request { method: "POST", end: false });
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "crossings/trailers-of-refused-request",
            role: Role::Server,
            title: "Trailers that cross the refusal of their request are thrown away",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                s.open();
                s.send(post(1));
                s.burst([post(3), trailers(3)]);
            },
            expect: refused(3),
            ..Case::DEFAULT
        },
        Case {
            id: "crossings/reset-behind-sent-end",
            role: Role::Server,
            title: "A scheduled reset is not sent when the client has ended its request in the meantime",
            requires: &["rfc9113/5.1/no-frames-when-closed"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.send(post(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::SendData { stream: 1, octets: 1, end: true });
                s.app(App::Drop { stream: 1, what: Handles::All });
                s.send(data(1, 0).end_stream());
                s.send(window_update(1, 1));
            },
            expect: answered(1).and(none_of(kind::RST_STREAM, 1)),
            ..Case::DEFAULT
        },
        Case {
            id: "crossings/reset-beside-body-in-transit",
            role: Role::Server,
            title: "A reset while the first part of the body is being written takes effect",
            level: Level::Quality,
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.stop_reading();
                s.app(App::SendData { stream: 1, octets: 65_536, end: true });
                s.app(App::Reset { stream: 1, code: CANCEL });
                s.go_on_reading();
            },
            expect: times(kind::RST_STREAM, 1, 1..=1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "crossings/goaway-before-unsent-request-client",
            role: Role::Client,
            title: "A request that GOAWAY keeps from being sent is not reset either",
            requires: &["rfc9113/6.4/idle"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.stop_reading();
                s.app(App::SendData { stream: 1, octets: DEFAULT_FRAME_SIZE, end: false });
                // For this there is no room any more, and nothing is read before it is written.
                s.app(App::SetInitialWindow { octets: 0 });
                s.send(goaway(1, NO_ERROR));
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Drop { stream: 3, what: Handles::All });
                s.go_on_reading();
            },
            expect: none_of(kind::RST_STREAM, 3),
            ..Case::DEFAULT
        },
        Case {
            id: "crossings/writer-beside-request-client",
            role: Role::Client,
            title: "A writer on a queued request is not forgotten because the next request waits for that one",
            level: Level::Quality,
            needs: Needs::Api,
            script: |s| {
                queued_request(s);
                s.app(App::WriteAll { stream: 1, octets: 100, end: true });
                s.app(App::Request { method: "GET", end: true });
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 10));
            },
            expect: unprompted(content(1, 100)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "crossings/request-beside-writer-client",
            role: Role::Client,
            title: "A request that waits for a queued one is not forgotten because a writer waits there too",
            level: Level::Quality,
            needs: Needs::Api,
            script: |s| {
                queued_request(s);
                s.app(App::Request { method: "GET", end: true });
                s.app(App::WriteAll { stream: 1, octets: 100, end: true });
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 10));
            },
            expect: call_gives(1, 3).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "crossings/last-place-given-up-client",
            role: Role::Client,
            title: "A request in the last place is reset when its handles go, whoever made it",
            level: Level::Quality,
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Drop { stream: 1, what: Handles::All });
            },
            expect: unprompted(times(kind::RST_STREAM, 1, 1..=1)).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
