//! The size of windows: what counts, what SETTINGS change, where the bounds are (RFC 9113 sections
//! 5.2 and 6.9).

use crate::catalog::prelude::*;
use crate::wire::code::MAX_WINDOW;

/// What takes a window of 65 535 octets to its largest size.
const TO_THE_TOP: u32 = MAX_WINDOW - 65_535;

/// Server: a request whose response has used up both of its windows and has 100 000 octets waiting.
fn blocked_response(s: &mut Script) {
    s.open();
    s.send(get(1));
    s.app(App::Respond { stream: 1, status: 200, end: false });
    s.app(App::SendData { stream: 1, octets: 165_535, end: false });
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "windows/stream-window-overflow-in-steps",
            role: Role::Server,
            title: "A stream window beyond 2^31-1 octets is an error of that stream, however small the last step",
            requires: &["rfc9113/6.9.1/overflow"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.burst([window_update(1, TO_THE_TOP), window_update(1, 1)]);
            },
            expect: stream_error(1, FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/connection-window-overflow",
            role: Role::Server,
            title: "A connection window beyond 2^31-1 octets is a connection error",
            requires: &["rfc9113/6.9.1/overflow"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.burst([window_update(0, TO_THE_TOP), window_update(0, 1)]);
            },
            expect: conn_error(FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/largest-initial-window",
            role: Role::Server,
            title: "An initial window of 2^31-1 octets is accepted",
            requires: &["rfc9113/6.9.2/streams-follow-settings"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, MAX_WINDOW));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/settings-overflow",
            role: Role::Server,
            title: "SETTINGS that take a stream's window beyond 2^31-1 octets are a connection error",
            requires: &["rfc9113/6.9.2/overflow-by-settings"],
            script: |s| {
                s.open();
                s.send(post(1));
                s.burst([window_update(1, TO_THE_TOP), settings().with(setting::INITIAL_WINDOW_SIZE, 65_536)]);
            },
            expect: conn_error(FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/shrunk-below-zero",
            role: Role::Server,
            title: "A window that SETTINGS took below zero is filled up to zero before a single octet is sent",
            requires: &["rfc9113/6.9.2/negative"],
            needs: Needs::Api,
            script: |s| {
                blocked_response(s);
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.burst([window_update(0, 100_000), window_update(1, 65_535)]);
            },
            expect: content(1, 65_535).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/shrunk-below-zero-and-on",
            role: Role::Server,
            title: "A window that SETTINGS took below zero allows just what exceeds zero again",
            requires: &["rfc9113/6.9.2/negative"],
            needs: Needs::Api,
            script: |s| {
                blocked_response(s);
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.burst([window_update(0, 100_000), window_update(1, 65_545)]);
            },
            expect: unprompted(content(1, 65_545)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/shrunk-and-grown-by-settings",
            role: Role::Server,
            title: "A window below zero comes back by SETTINGS too",
            requires: &["rfc9113/6.9.2/negative", "rfc9113/6.9.2/streams-follow-settings"],
            needs: Needs::Api,
            script: |s| {
                blocked_response(s);
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.send(window_update(0, 100_000));
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 65_635));
            },
            expect: unprompted(content(1, 65_635)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/settings-grow-open-streams",
            role: Role::Server,
            title: "A larger initial window lets streams go on that are open already",
            requires: &["rfc9113/6.9.2/streams-follow-settings"],
            needs: Needs::Api,
            script: |s| {
                blocked_response(s);
                s.send(window_update(0, 100_000));
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 66_535));
            },
            expect: unprompted(content(1, 66_535)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/settings-leave-connection",
            role: Role::Server,
            title: "A larger initial window does not move the connection's window",
            requires: &["rfc9113/6.9.2/settings-leave-connection"],
            needs: Needs::Api,
            script: |s| {
                blocked_response(s);
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 1_000_000));
            },
            expect: content(1, 65_535).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/shrunk-with-capacity-assigned",
            role: Role::Server,
            title: "Capacity that was promised before SETTINGS shrank the window is not used",
            requires: &["rfc9113/6.9.2/streams-follow-settings"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::Reserve { stream: 1, octets: 60_000 });
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 1000));
                s.app(App::SendData { stream: 1, octets: 60_000, end: true });
            },
            expect: unprompted(content(1, 1000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/client-initial-window-of-zero",
            role: Role::Client,
            title: "A request on a stream without window sends its head and waits with its body",
            requires: &["rfc9113/6.9.1/within-windows", "rfc9113/5.2.1/only-data"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.app(App::Request { method: "POST", end: false });
                s.app(App::SendData { stream: 1, octets: 10, end: true });
            },
            expect: times(kind::HEADERS, 1, 1..=1).and(content(1, 0)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/exactly-the-window",
            role: Role::Server,
            title: "DATA that uses up both windows to the last octet is accepted",
            requires: &["rfc9113/5.2.1/initial-size"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Read { stream: 1, octets: 65_535 });
                s.burst([data(1, 16_384), data(1, 16_384), data(1, 16_384), data(1, 16_383).end_stream()]);
            },
            expect: call_gives(0, 65_535).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/empty-data-at-used-up-window",
            role: Role::Server,
            title: "Empty DATA with END_STREAM is accepted at a used-up window",
            requires: &["rfc9113/6.9.1/empty-data"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 65_535));
                s.send(data(1, 0).end_stream());
                s.app(App::Read { stream: 1, octets: 65_536 });
            },
            expect: call_gives(0, 65_535).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/headers-at-used-up-window",
            role: Role::Server,
            title: "Trailers and requests are accepted at a used-up window",
            requires: &["rfc9113/5.2.1/only-data"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 65_535));
                s.burst([trailers(1), get(3)]);
                s.app(App::Respond { stream: 3, status: 200, end: true });
                s.app(App::ReadToEnd { stream: 1 });
            },
            expect: answered_with(3, 200).and(call_gives(1, 65_535)),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/frames-read-while-body-waits",
            role: Role::Server,
            title: "A body without a reader does not keep the subject from reading frames",
            requires: &["rfc9113/5.2.2/frames-are-read"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 65_535));
                s.send(settings().with(setting::MAX_FRAME_SIZE, 20_000));
            },
            expect: acknowledged(1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/data-before-ack-of-shrunk-window",
            role: Role::Server,
            title: "DATA within the old window is accepted until the smaller one is acknowledged",
            requires: &["rfc9113/6.9.3/data-before-acknowledgement"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.withhold_settings_ack();
                s.app(App::SetInitialWindow { octets: 100 });
                s.burst([data(1, 16_384), data(1, 16_384)]);
                s.send(settings().ack());
                s.app(App::Read { stream: 1, octets: 32_768 });
            },
            expect: call_gives(1, 32_768).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/shrunk-under-unread-body",
            role: Role::Server,
            title: "A body goes on to its end though its window was shrunk below zero under unread content",
            requires: &["rfc9113/6.9.3/streams-go-on"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 50_000));
                s.app(App::SetInitialWindow { octets: 10_000 });
                s.app(App::ReadToEnd { stream: 1 });
                s.upload(1, 100_000);
            },
            expect: uploaded(1, 150_000).and(call_gives(1, 150_000)).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
