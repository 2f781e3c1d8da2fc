//! Windows that grow where they limit throughput, and only there: RFC 9113 leaves their sizes to
//! the receiver (section 6.9), which can learn how long a round trip takes from when its SETTINGS
//! are acknowledged (section 6.5.3).

use std::time::Duration;

use crate::catalog::prelude::*;
use crate::script::UpdatePolicy;
use crate::wire::code::MAX_WINDOW;

/// What was released is announced as soon as it is a hundredth of the target.
const EAGER: UpdatePolicy = UpdatePolicy { percent: 1, ..UpdatePolicy::DEFAULT };

const OWN: Config = Config { receive_budget: None, time_passes: true, ..Config::DEFAULT };
const WINDOW: i64 = 65_535;
const MEBIBYTE: i64 = 1 << 20;
/// Windows with a budget of one mebibyte: the largest that there is, and that of a stream beside
/// one which has it.
const LARGEST: i64 = MEBIBYTE / 2;

const SECOND: i64 = WINDOW + (MEBIBYTE - (LARGEST - WINDOW)) / 2;
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
    s.upload_from_afar(body(stream, octets), ROUND_TRIP);
}

/// A whole window, and half of one a little more than a round trip later. By then the receiver can
/// know the rate only if it knew from the start how long a round trip takes.
fn window_and_a_half(s: &mut Script, stream: u32) {
    s.upload_in(body(stream, WINDOW as u64));
    s.elapse(ROUND_TRIP * 6 / 5);
    s.upload_in(body(stream, WINDOW as u64 / 2));
}

/// Sends this many frames at a pace at which half of a window lasts longer than a round trip.
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
    let server = Case { role: Role::Server, needs: Needs::Api, config: OWN, ..Case::DEFAULT };
    vec![
        Case {
            id: "growth/reader-keeps-up",
            title: "Where a window is used up in a round trip the windows of connection and stream grow",
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
            title: "The windows of a client grow where one is used up in a round trip",
            script: |s| {
                far_away(s);
                ask(s, 1);
                s.app(App::ReadToEnd { stream: 1 });
                s.upload_from_afar(body(1, 8 << 20), ROUND_TRIP);
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
            title: "Windows do not grow for unread content",
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
            // All is announced at once, but for a hundredth.
            config: Config { receive_budget: Some(1 << 20), update_policy: Some(EAGER), ..OWN },
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 16 << 20);
            },
            expect: uploaded(1, 16 << 20).and(both(LARGEST * 99 / 100..=LARGEST)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/leaves-as-much-for-others",
            title: "A second stream grows by half of what the first one left of the budget",
            config: Config { receive_budget: Some(1 << 20), update_policy: Some(EAGER), ..OWN },
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 16 << 20);
                keeps_up(s, 3, 16 << 20);
            },
            expect: window_within(1, LARGEST * 99 / 100..=LARGEST)
                .and(window_within(3, SECOND * 99 / 100..=SECOND))
                .and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/ended-streams-leave-all",
            title: "What a stream has grown by is there for others when its content has ended and was read",
            config: Config { receive_budget: Some(1 << 20), update_policy: Some(EAGER), ..OWN },
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 16 << 20);
                s.send(data(1, 0).end_stream());
                keeps_up(s, 3, 16 << 20);
            },
            expect: window_within(3, LARGEST * 99 / 100..=LARGEST).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/no-room-to-grow",
            title: "Windows that limit throughput and cannot grow are updated sooner than at half",
            config: Config {
                stream_window: Some(100_000),
                connection_window: Some(100_000),
                receive_budget: Some(210_000),
                ..OWN
            },
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 0);
                for _ in 0..20 {
                    s.upload_in(body(1, 100_000));
                    s.elapse(ROUND_TRIP);
                }
                s.upload_in(body(1, 20_000));
            },
            expect: uploaded(1, 20 * 100_000 + 20_000).and(both(105_000 - 16_383..=105_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/known-from-the-start",
            title: "Where the preface of a client comes late a round trip is as long as SETTINGS take: a window that is used up in one grows",
            script: |s| {
                s.settle();
                s.elapse(ROUND_TRIP);
                s.preface();
                s.burst([settings(), settings().ack()]);
                s.mark();
                keeps_up(s, 1, 0);
                window_and_a_half(s, 1);
            },
            expect: uploaded(1, WINDOW as u64 * 3 / 2).and(window_within(0, WINDOW + 1..=2 * WINDOW)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/known-from-the-start-client",
            role: Role::Client,
            title: "A client knows when its SETTINGS are acknowledged how long a round trip takes: a window that is used up in one grows",
            script: |s| {
                far_away(s);
                ask(s, 1);
                s.app(App::ReadToEnd { stream: 1 });
                window_and_a_half(s, 1);
            },
            expect: uploaded(1, WINDOW as u64 * 3 / 2).and(window_within(0, WINDOW + 1..=2 * WINDOW)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/late-acknowledgement",
            title: "A late acknowledgement of SETTINGS makes no window grow: a shorter round trip is learnt from updates",
            script: |s| {
                s.preface();
                s.send(settings());
                s.elapse(100 * ROUND_TRIP);
                s.send(settings().ack());
                s.mark();
                s.send(post(1));
                s.upload_in(body(1, 60_000));
                s.app(App::ReadToEnd { stream: 1 });
                s.elapse(ROUND_TRIP);
                // More than there was before what was read was announced.
                s.upload_in(body(1, 10_000));
                at_leisure(s, 1, 200);
            },
            expect: uploaded(1, 70_000 + 200 * 16_384).and(both(0..=WINDOW)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/kept-through-a-pause",
            title: "Windows that grew are as large after a minute without DATA as before, while the process has memory for them",
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 4 << 20);
                s.elapse(Duration::from_secs(60));
                at_leisure(s, 1, 400);
            },
            expect: uploaded(1, (4 << 20) + 400 * 16_384).and(both(MEBIBYTE / 2..=ANY)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/slow-but-not-idle",
            title: "Windows that grew stay while there is DATA, however little",
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 2 << 20);
                s.elapse(Duration::from_millis(600));
                at_leisure(s, 1, 400);
            },
            expect: both(MEBIBYTE / 4..=ANY).and(alive()),
            ..server.clone()
        },
        Case {
            id: "growth/long-round-trips",
            title: "Where a round trip takes half a second windows that grew stay over one second and a half without DATA",
            script: |s| {
                let round_trip = Duration::from_millis(500);
                s.preface();
                s.send(settings());
                s.elapse(round_trip);
                s.send(settings().ack());
                s.mark();
                keeps_up(s, 1, 0);
                s.upload_from_afar(body(1, 2 << 20), round_trip);
                s.elapse(2 * round_trip);
                at_leisure(s, 1, 100);
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
            title: "Windows stay as they were set when growth is turned off",
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
            title: "Where growth is turned off a body without a reader leaves room for others all the same",
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
        Case {
            id: "growth/largest-initial-window",
            title: "An initial window of 2^31-1 that is set after windows grew ends no connection",
            script: |s| {
                far_away(s);
                keeps_up(s, 1, 2_000_000);
                s.app(App::SetInitialWindow { octets: MAX_WINDOW });
            },
            expect: window_within(1, i64::from(MAX_WINDOW) / 2..=i64::from(MAX_WINDOW)).and(alive()),
            ..server.clone()
        },
    ]
}
