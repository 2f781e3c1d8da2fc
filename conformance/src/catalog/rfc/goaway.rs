//! GOAWAY (RFC 9113 section 6.8).

use std::time::Duration;

use crate::catalog::prelude::*;

/// Server: stream 1 waits for its response, and the last GOAWAY names it.
fn draining(s: &mut Script) {
    s.open();
    s.send(get(1));
    s.app(App::ShutDown);
    s.mark();
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "goaway/on-stream",
            role: Role::Server,
            and_client: true,
            title: "GOAWAY on a stream is a connection error",
            requires: &["rfc9113/6.8/stream-zero"],
            script: |s| {
                s.open();
                s.send(goaway(0, NO_ERROR).on(1));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/too-short",
            role: Role::Server,
            and_client: true,
            title: "GOAWAY of seven octets is a connection error",
            requires: &["rfc9113/4.2/frame-too-small", "rfc9113/4.2/altering-frame"],
            script: |s| {
                s.open();
                s.send(goaway(0, NO_ERROR).resized(7));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/request-under-way",
            role: Role::Server,
            title: "A request that is under way when GOAWAY comes is finished",
            requires: &["rfc9113/6.8/existing-streams"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(goaway(0, NO_ERROR));
                s.send(data(1, 2).end_stream());
            },
            expect: message(1),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/with-debug-data",
            role: Role::Server,
            title: "Debug data of GOAWAY, text or not, means nothing",
            requires: &["rfc9113/6.8/debug-data"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(goaway(0, NO_ERROR).resized(300));
                s.send(data(1, 2).end_stream());
            },
            expect: message(1),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/response-under-way-client",
            role: Role::Client,
            title: "A response under way when GOAWAY comes is read to its end",
            requires: &["rfc9113/6.8/existing-streams"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(response(1, 200));
                s.send(goaway(1, NO_ERROR));
                s.send(data(1, 5).end_stream());
                s.app(App::ReadToEnd { stream: 1 });
            },
            expect: call_gives(1, 200).and(call_gives(2, 5)),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/no-new-streams-client",
            role: Role::Client,
            title: "A client opens no stream after GOAWAY",
            requires: &["rfc9113/6.8/no-new-streams"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(goaway(1, NO_ERROR));
                s.mark();
                s.app(App::Request { method: "GET", end: true });
            },
            expect: none_of(kind::HEADERS, 3).and(call_fails(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/above-last-stream-client",
            role: Role::Client,
            title: "Of two requests GOAWAY spares the one it names and fails the one above",
            requires: &["rfc9113/6.8/above-last-stream"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.app(App::AwaitResponse { stream: 3 });
                s.send(goaway(1, NO_ERROR));
                s.send(response(1, 200).end_stream());
            },
            expect: call_gives(2, 200).and(call_fails(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/shut-down",
            role: Role::Server,
            title: "A server that shuts down says so, finishes what runs, and closes",
            requires: &["rfc9113/6.8/graceful"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::ShutDown);
                s.app(App::Respond { stream: 1, status: 200, end: true });
            },
            expect: ends().and(message(1)).and(times(kind::GOAWAY, 0, 1..=2)).and(last_processed(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/shut-down-takes-no-more",
            role: Role::Server,
            title: "A server that has named its last stream serves none above it",
            requires: &["rfc9113/6.8/sender-discards"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::ShutDown);
                s.mark();
                s.send(get(3));
            },
            expect: not_handed(3).and(none_of(kind::HEADERS, 3)).and(last_processed(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/shut-down-unanswered",
            role: Role::Server,
            title: "A server that shuts down names its last stream and closes although its PING is not acknowledged",
            requires: &["rfc9113/6.8/graceful"],
            needs: Needs::Api,
            config: Config { time_passes: true, ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.withhold_ping_ack();
                s.app(App::ShutDown);
                s.elapse(Duration::from_secs(60));
            },
            expect: ends().and(times(kind::GOAWAY, 0, 1..=2)).and(last_processed(0)),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/shut-down-at-last-stream",
            role: Role::Server,
            title: "A server that shuts down finishes the last of all streams and closes",
            requires: &["rfc9113/6.8/graceful"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(0x7fff_ffff));
                s.app(App::ShutDown);
                s.app(App::Respond { stream: 0x7fff_ffff, status: 200, end: true });
            },
            expect: ends().and(message(0x7fff_ffff)).and(last_processed(0x7fff_ffff)),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/shut-down-beside-ping",
            role: Role::Server,
            title: "A PING of the application is sent while a graceful shutdown waits for its acknowledgement",
            requires: &["rfc9113/6.8/graceful"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.withhold_ping_ack();
                s.app(App::ShutDown);
                s.app(App::Ping);
            },
            expect: times(kind::PING, 0, 2..=2),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/shut-down-twice",
            role: Role::Server,
            title: "A server that is told twice to shut down waits for no acknowledgement",
            requires: &["rfc9113/6.8/graceful"],
            needs: Needs::Api,
            config: Config { time_passes: true, ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.withhold_ping_ack();
                s.app(App::ShutDown);
                s.elapse(Duration::from_secs(1));
                s.app(App::ShutDown);
            },
            expect: ends().and(times(kind::GOAWAY, 0, 1..=2)).and(last_processed(0)),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/waiting-request-client",
            role: Role::Client,
            title: "A request that waits for a place when GOAWAY comes fails and is not sent",
            requires: &["rfc9113/6.8/no-new-streams"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
                s.app(App::Request { method: "GET", end: true });
                s.app(App::RequestBeside { method: "GET", end: true });
                s.app(App::AwaitResponse { stream: 1 });
                s.app(App::AwaitResponse { stream: 3 });
                s.send(goaway(0x7fff_ffff, NO_ERROR));
                s.send(response(1, 200).end_stream());
            },
            expect: none_of(kind::HEADERS, 3).and(call_gives(2, 200)).and(call_fails(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/window-update-above-last-stream",
            role: Role::Server,
            title: "WINDOW_UPDATE behind a request that crossed the last GOAWAY does not disturb what is finished",
            requires: &["rfc9113/6.8/sender-discards", "rfc9113/6.8/existing-streams"],
            needs: Needs::Api,
            script: |s| {
                draining(s);
                s.burst([post(3), window_update(3, 100)]);
                s.app(App::Respond { stream: 1, status: 200, end: true });
            },
            expect: message(1).and(ends()),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/frames-above-last-stream",
            role: Role::Server,
            title: "Frames of requests that crossed the last GOAWAY are discarded, and their content is given back",
            requires: &["rfc9113/6.8/sender-discards", "rfc9113/6.8/existing-streams"],
            needs: Needs::Api,
            script: |s| {
                draining(s);
                s.burst([post(3), priority(3), unknown(3), data(3, 16_384), data(3, 16_384), trailers(3)]);
                s.burst([post(5), data(5, 0), reset(5, CANCEL), reset(5, CANCEL)]);
                s.app(App::Respond { stream: 1, status: 200, end: true });
            },
            expect: message(1).and(ends()).and(window(0, 65_535)),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/unknown-code",
            role: Role::Server,
            title: "GOAWAY with an unknown error code is no more than another GOAWAY",
            requires: &["rfc9113/7/unknown-codes"],
            script: |s| {
                s.open();
                s.burst([post(1), goaway(0, 0xdead_beef), data(1, 2).end_stream()]);
            },
            expect: answered_or_ended(),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/empty",
            role: Role::Server,
            title: "GOAWAY without payload is a connection error",
            requires: &["rfc9113/4.2/frame-too-small", "rfc9113/4.2/altering-frame"],
            script: |s| {
                s.open();
                s.send(goaway(0, NO_ERROR).resized(0));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/twice",
            role: Role::Server,
            title: "A second GOAWAY of the peer changes nothing",
            requires: &["rfc9113/6.8/existing-streams"],
            script: |s| {
                s.open();
                s.burst([post(1), goaway(0, NO_ERROR), goaway(0, NO_ERROR), data(1, 2).end_stream()]);
            },
            expect: answered_or_ended(),
            ..Case::DEFAULT
        },
        Case {
            id: "goaway/last-stream-never-opened",
            role: Role::Server,
            title: "GOAWAY may name a stream that was never opened",
            requires: &["rfc9113/6.8/existing-streams"],
            script: |s| {
                s.open();
                s.burst([post(1), goaway(100, NO_ERROR), data(1, 2).end_stream()]);
            },
            expect: answered_or_ended(),
            ..Case::DEFAULT
        },
    ]
}
