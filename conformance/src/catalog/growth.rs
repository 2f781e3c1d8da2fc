//! Windows that grow where they limit throughput, and only there: RFC 9113 leaves their sizes to the receiver (section 6.9), who
//! can learn how long a round trip takes from when its SETTINGS are acknowledged (section 6.5.3).

use std::time::Duration;

use super::flow::*;
use super::prelude::*;

const OWN: Config = Config { receive_budget: None, time_passes: true, ..Config::DEFAULT };
const WINDOW: i64 = 65_535;
const MEBIBYTE: i64 = 1 << 20;
const ANY: i64 = i64::MAX;

const ROUND_TRIP: Duration = Duration::from_millis(100);

/// Opens a connection over which a round trip takes about 100 ms, by what the subject can know.
fn far_away(s: &mut Script) {
    s.preface();
    s.send(settings());
    s.elapse(ROUND_TRIP);
    s.send(settings().ack());
    s.mark();
}

/// Server: a body for a reader that reads and releases all at once.
fn keeps_up(s: &mut Script, stream: u32, octets: u64) {
    s.send(post(stream));
    s.app(App::ReadToEnd { stream });
    in_bursts(s, stream, octets);
}

/// The body as it comes from afar: in each round trip no more than was granted before, which is twice as much in every other one.
fn in_bursts(s: &mut Script, stream: u32, octets: u64) {
    let mut left = octets;
    for round in 0.. {
        let burst = left.min((WINDOW as u64 / 2) << (round / 2));
        s.upload_in(body(stream, burst));
        s.elapse(ROUND_TRIP);
        left -= burst;
        if left == 0 {
            return;
        }
    }
}

/// So many frames at a pace at which half of a window lasts longer than a round trip.
fn at_leisure(s: &mut Script, stream: u32, frames: usize) {
    for _ in 0..frames {
        s.elapse(Duration::from_millis(200));
        s.upload_in(body(stream, 16_384));
    }
}

/// The windows of the connection and of stream 1.
fn both(octets: std::ops::RangeInclusive<i64>) -> Expect {
    window_within(0, octets.clone()).and(window_within(1, octets))
}

pub(super) fn cases() -> Vec<Case> {
    let server = Case { role: Role::Server, level: Level::Quality, needs: Needs::Api, config: OWN, ..Case::DEFAULT };
    vec![
        Case {
            id: "growth/reader-keeps-up",
            title: "Where half of a window is read in less than a round trip the windows of connection and stream grow",
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 8 << 20);
            },
            expect: uploaded(1, 8 << 20).and(both(MEBIBYTE..=ANY)).and(window_updates(0, 1..=32)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/reader-keeps-up-client",
            role: Role::Client,
            title: "The windows of a client grow where half of one is read in less than a round trip",
            script: |s| {
                far_away(s);
                ask(s, 1);
                s.app(App::ReadToEnd { stream: 1 });
                in_bursts(s, 1, 8 << 20);
            },
            expect: uploaded(1, 8 << 20).and(both(MEBIBYTE..=ANY)).and(window_updates(0, 1..=32)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/by-updates-alone",
            title: "Windows grow by WINDOW_UPDATE frames alone: no PING and no SETTINGS",
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 8 << 20);
            },
            expect: both(MEBIBYTE..=ANY).and(none_of(kind::PING, 0)).and(none_of(kind::SETTINGS, 0)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/later-streams",
            title: "A later stream of a connection that has grown gets as much once it has shown that it is read",
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 8 << 20);
                keeps_up(s, 3, 200_000);
            },
            expect: window_within(3, MEBIBYTE..=ANY).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/nobody-reads",
            title: "Windows do not grow for what nobody reads",
            script: |s| {
                far_away(s);
                s.send(post(1));
                s.upload_in(body(1, 1 << 20));
                s.send(post(3));
            },
            expect: uploaded(1, WINDOW as u64).and(both(0..=WINDOW)).and(window(3, WINDOW)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/read-and-kept",
            title: "Windows do not grow for what was read and is kept",
            script: |s| {
                far_away(s);
                s.send(post(1));
                s.app(App::Read { stream: 1, octets: 1 << 20 });
                s.upload_in(body(1, 1 << 20));
            },
            expect: uploaded(1, WINDOW as u64).and(both(0..=WINDOW)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/round-trip-suffices",
            title: "Windows do not grow where half of one lasts longer than a round trip",
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 0);
                at_leisure(s, 1, 100);
            },
            expect: uploaded(1, 100 * 16_384).and(both(0..=WINDOW)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/half-of-the-budget",
            title: "Windows grow to half of the budget and no further",
            config: Config { receive_budget: Some(1 << 20), ..OWN },
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 16 << 20);
            },
            expect: uploaded(1, 16 << 20).and(both(MEBIBYTE / 4 + 1..=MEBIBYTE / 2)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/idle",
            title: "After a second without DATA windows stand back to what was set, once what was granted is used up",
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 2 << 20);
                s.elapse(Duration::from_secs(2));
                at_leisure(s, 1, 400);
            },
            expect: both(0..=WINDOW).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/slow-but-not-idle",
            title: "Windows that grew stay while there is DATA, however little",
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 2 << 20);
                at_leisure(s, 1, 400);
            },
            expect: both(MEBIBYTE / 4..=ANY).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/stream-with-its-own-window",
            title: "A stream whose window was set by the application does not grow",
            script: |s| {
                far_away(s);
                s.send(post(1));
                s.app(App::SetStreamTarget { stream: 1, octets: 70_000 });
                s.app(App::ReadToEnd { stream: 1 });
                s.upload_in(body(1, 8 << 20));
            },
            expect: uploaded(1, 8 << 20).and(window_within(1, 0..=70_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/target-set-later",
            title: "A window that the application sets later ends what the stream has grown by",
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 4 << 20);
                s.app(App::SetStreamTarget { stream: 1, octets: 70_000 });
                s.upload_in(body(1, 16 << 20));
            },
            expect: uploaded(1, 20 << 20).and(window_within(1, 0..=70_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/small-streams-stay-small",
            title: "A stream does not grow for its connection's larger window while a round trip does not limit it",
            config: Config { connection_window: Some(1 << 20), ..OWN },
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 0);
                at_leisure(s, 1, 100);
            },
            expect: window_within(1, 0..=WINDOW).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/off",
            title: "Windows stand where they were set where growth is turned off",
            config: Config { window_growth: Some(false), ..OWN },
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 8 << 20);
            },
            expect: uploaded(1, 8 << 20).and(both(0..=WINDOW)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/off-lends",
            title: "Where growth is turned off a body that nobody reads leaves room for others all the same",
            config: Config { window_growth: Some(false), ..OWN },
            script: |s| {
                far_away(s);
                s.send(post(1));
                s.upload_in(body(1, WINDOW as u64));
                keeps_up(s, 3, 200_000);
            },
            expect: uploaded(3, 200_000).and(window_within(3, 0..=WINDOW)).and(alive()),
            ..server
        },
    ]
}
