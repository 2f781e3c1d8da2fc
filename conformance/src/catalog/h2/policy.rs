//! Policies for WINDOW_UPDATE frames, which section 6.9 of RFC 9113 leaves to the receiver. The
//! release has one rule.

use std::time::Duration;

use crate::catalog::prelude::*;
use crate::script::UpdatePolicy;

/// Windows of 100 000 octets, so that a percentage is easy to tell.
const ROUND: Config =
    Config { stream_window: Some(100_000), connection_window: Some(100_000), time_passes: true, ..Config::DEFAULT };
const TENTH: UpdatePolicy = UpdatePolicy { percent: 10, ..UpdatePolicy::DEFAULT };

const WHOLE: UpdatePolicy = UpdatePolicy { percent: 100, ..UpdatePolicy::DEFAULT };
/// Ten times a second at most.
const CALM: UpdatePolicy = UpdatePolicy { min_interval: 100, ..TENTH };

const fn with(update_policy: UpdatePolicy) -> Config {
    Config { update_policy: Some(update_policy), ..ROUND }
}

/// Server: a body of so many octets that was read and is held.
fn held(s: &mut Script, stream: u32, octets: u64) {
    s.send(post(stream));
    take(s, stream, octets);
}

/// The application reads so many octets, and no more.
fn take(s: &mut Script, stream: u32, octets: u64) {
    s.upload_in(body(stream, octets));
    s.app(App::Read { stream, octets: octets as usize });
}

/// The opening raised the connection's window, which is an update too.
fn rest(s: &mut Script) {
    s.elapse(Duration::from_millis(CALM.min_interval.into()));
}

fn release(s: &mut Script, stream: u32, portions: &[usize]) {
    portions.iter().for_each(|octets| s.app(App::Release { stream, octets: *octets }));
}

pub(super) fn cases() -> Vec<Case> {
    let server = Case { role: Role::Server, needs: Needs::Api, config: ROUND, ..Case::DEFAULT };
    vec![
        Case {
            id: "policy/threshold",
            title: "With a threshold of 10 % an update is sent when a tenth of the target was released, and not before",
            config: with(TENTH),
            script: |s| {
                s.open();
                held(s, 1, 40_000);
                release(s, 1, &[9_999, 1, 9_999]);
            },
            expect: window_updates(0, 1..=1).and(window(0, 70_000)).and(window(1, 70_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/threshold-client",
            role: Role::Client,
            title: "With a threshold of 10 % a client updates when a tenth of the target was released, and not before",
            config: with(TENTH),
            script: |s| {
                s.open();
                ask(s, 1);
                take(s, 1, 40_000);
                release(s, 1, &[9_999, 1, 9_999]);
            },
            expect: window_updates(0, 1..=1).and(window(0, 70_000)).and(window(1, 70_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/threshold-of-all",
            title: "With a threshold of 100 % nothing is announced until all of the window was released",
            config: with(WHOLE),
            script: |s| {
                s.open();
                held(s, 1, 100_000);
                release(s, 1, &[50_000, 49_999, 1]);
            },
            expect: window_updates(0, 1..=1).and(window(0, 100_000)).and(window(1, 100_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/threshold-of-all-reader-waits",
            title: "With a threshold of 100 % a reader that waits gets what it did not keep",
            config: with(WHOLE),
            script: |s| {
                s.open();
                held(s, 1, 100_000);
                release(s, 1, &[30_000]);
                s.app(App::Read { stream: 1, octets: 30_000 });
                s.upload_in(body(1, 30_000));
            },
            expect: unprompted(uploaded(1, 130_000)).and(call_gives(2, 30_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/threshold-reader-keeps-up",
            title: "With a threshold of 70 % a reader that keeps up has an update for each five frames of a window that takes six",
            config: with(UpdatePolicy { percent: 70, ..UpdatePolicy::DEFAULT }),
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ReadToEnd { stream: 1 });
                (0..50).for_each(|_| s.send(data(1, 16_384)));
            },
            expect: uploaded(1, 50 * 16_384).and(window_updates(0, 10..=10)).and(window_updates(1, 10..=10)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/increment",
            title: "With a minimum increment of 30 000 octets every update is as large",
            config: with(UpdatePolicy { percent: 1, min_increment: 30_000, ..UpdatePolicy::DEFAULT }),
            script: |s| {
                s.open();
                held(s, 1, 100_000);
                release(s, 1, &[10_000; 8]);
            },
            expect: window_updates(0, 2..=2).and(window(0, 60_000)).and(window(1, 60_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/increment-above-the-window",
            title: "With a minimum increment above the window updates are sent when all of it was released",
            config: with(UpdatePolicy { min_increment: (1 << 31) - 1, ..UpdatePolicy::DEFAULT }),
            script: |s| {
                s.open();
                held(s, 1, 100_000);
                release(s, 1, &[99_999, 1]);
            },
            expect: window_updates(0, 1..=1).and(window(0, 100_000)).and(window(1, 100_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/increment-above-the-window-reader-waits",
            title: "With a minimum increment above the window a body of three windows arrives",
            config: with(UpdatePolicy { min_increment: (1 << 31) - 1, ..UpdatePolicy::DEFAULT }),
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ReadToEnd { stream: 1 });
                s.upload(1, 300_000);
            },
            expect: uploaded(1, 300_000).and(call_gives(0, 300_000)).and(window_updates(0, 2..=6)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/interval",
            title: "With a minimum interval of 100 ms a second update comes after as long, with all released since",
            config: with(CALM),
            script: |s| {
                s.open();
                rest(s);
                held(s, 1, 40_000);
                release(s, 1, &[10_000; 2]);
                s.elapse(Duration::from_millis(100));
                release(s, 1, &[10_000]);
            },
            expect: window_updates(0, 2..=2).and(window_updates(1, 2..=2)).and(window(0, 90_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/interval-not-over",
            title: "With a minimum interval of 100 ms no second update comes sooner while the window is comfortable",
            config: with(CALM),
            script: |s| {
                s.open();
                rest(s);
                held(s, 1, 40_000);
                release(s, 1, &[10_000; 2]);
                s.elapse(Duration::from_millis(98));
                release(s, 1, &[10_000]);
            },
            expect: window_updates(0, 1..=1).and(window_updates(1, 1..=1)).and(window(0, 70_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/interval-ends-with-the-window",
            title: "A minimum interval keeps nothing back from a peer with less than a quarter of its window",
            config: with(CALM),
            script: |s| {
                s.open();
                held(s, 1, 90_000);
                release(s, 1, &[10_000; 2]);
            },
            expect: window_updates(0, 2..=2).and(window(0, 30_000)).and(window(1, 30_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/live-change",
            title:
                "A lower threshold for a live connection announces what was kept back, and holds for its open streams",
            script: |s| {
                s.open();
                held(s, 1, 40_000);
                release(s, 1, &[20_000]);
                s.app(App::SetUpdatePolicy { policy: TENTH });
                release(s, 1, &[1]);
            },
            expect: unprompted(window(0, 80_000)).and(window(1, 80_001)).and(window_updates(1, 1..=1)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/live-change-client",
            role: Role::Client,
            title: "A lower threshold for a client's live connection announces what was kept back",
            script: |s| {
                s.open();
                ask(s, 1);
                take(s, 1, 40_000);
                release(s, 1, &[20_000]);
                s.app(App::SetUpdatePolicy { policy: TENTH });
            },
            expect: unprompted(window(0, 80_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/live-change-upwards",
            title: "A higher threshold for a live connection holds from then on",
            config: with(TENTH),
            script: |s| {
                s.open();
                held(s, 1, 60_000);
                release(s, 1, &[10_000]);
                s.app(App::SetUpdatePolicy { policy: WHOLE });
                release(s, 1, &[49_999]);
            },
            expect: window_updates(0, 1..=1).and(window(0, 50_000)).and(window(1, 50_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/one-stream",
            title: "A threshold of 10 % for one stream is for that stream only",
            script: |s| {
                s.open();
                held(s, 1, 30_000);
                held(s, 3, 30_000);
                s.app(App::SetStreamUpdatePolicy { stream: 1, policy: TENTH });
                release(s, 1, &[10_000]);
                release(s, 3, &[10_000]);
            },
            expect: window(1, 80_000).and(window_updates(3, 0..=0)).and(window_updates(0, 0..=0)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/one-stream-announces",
            title: "A lower threshold for one stream announces what was kept back of it",
            script: |s| {
                s.open();
                held(s, 1, 40_000);
                release(s, 1, &[20_000]);
                s.app(App::SetStreamUpdatePolicy { stream: 1, policy: TENTH });
            },
            expect: unprompted(window(1, 80_000)).and(window_updates(0, 0..=0)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/stream-before-connection",
            title: "What is set for a stream goes before what is set for its connection, also later",
            script: |s| {
                s.open();
                held(s, 1, 30_000);
                held(s, 3, 30_000);
                s.app(App::SetStreamUpdatePolicy { stream: 1, policy: WHOLE });
                s.app(App::SetUpdatePolicy { policy: TENTH });
                release(s, 1, &[20_000]);
                release(s, 3, &[20_000]);
            },
            expect: window_updates(1, 0..=0).and(window(3, 90_000)).and(window(0, 80_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/updated-together",
            title: "Updates of connection and stream that become due together leave in one write",
            config: with(TENTH),
            script: |s| {
                s.open();
                held(s, 1, 40_000);
                release(s, 1, &[10_000]);
            },
            expect: updated_together(1).and(window(0, 70_000)).and(window(1, 70_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "policy/dropped-body",
            title: "A body that was dropped unread arrives though a stream that ended has used up the window before",
            config: with(WHOLE),
            script: |s| {
                s.open();
                held(s, 1, 50);
                held(s, 3, 99_850);
                s.send(data(3, 0).end_stream());
                release(s, 3, &[99_850]);
                s.send(post(5));
                s.app(App::Respond { stream: 5, status: 200, end: false });
                s.app(App::Drop { stream: 5, what: Handles::Receive });
                s.upload_in(body(5, 20_000));
            },
            expect: unprompted(uploaded(5, 20_000)).and(alive()),
            ..server
        },
    ]
}
