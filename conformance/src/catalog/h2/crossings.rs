//! Frames and calls that come at an inconvenient moment: in each case both sides do what they may.
//! Random connections found these.

use crate::catalog::prelude::*;

/// Client: the peer has no place, and a POST request on stream 1 waits for one.
fn queued_request(s: &mut Script) {
    s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
    s.app(App::Request { method: "POST", end: false });
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "crossings/reset-beside-body-in-transit",
            role: Role::Server,
            title: "A reset while the first part of the body is being written takes effect",
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
            id: "crossings/writer-beside-request-client",
            role: Role::Client,
            title: "A writer on a queued request is not forgotten because the next request waits for that one",
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
            title: "A request in the last place is reset when its handles go, by whichever handle it was made",
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
