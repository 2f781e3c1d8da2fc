//! Windows in the hands of the application, and what happens at their bounds where the RFC leaves a
//! choice.

use crate::catalog::prelude::*;
use crate::wire::code::MAX_WINDOW;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "windows/beyond-stream-window",
            role: Role::Server,
            title: "One octet beyond a stream's window is refused",
            needs: Needs::Api,
            config: ROOMY,
            script: |s| {
                s.open();
                s.send(post(1));
                s.burst([data(1, 16_384), data(1, 16_384), data(1, 16_384), data(1, 16_384)]);
            },
            expect: any_error(1, FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/beyond-connection-window",
            role: Role::Server,
            title: "One octet beyond the connection's window is refused",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.burst([post(1), post(3)]);
                s.burst([data(1, 16_384), data(1, 16_384), data(3, 16_384), data(3, 16_384)]);
            },
            expect: conn_error(FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/padding-beyond-window",
            role: Role::Server,
            title: "Padding beyond a stream's window is refused as content is",
            needs: Needs::Api,
            config: Config { stream_window: Some(10), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(data(1, 1).padded(9));
            },
            expect: any_error(1, FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/padding-credited-at-once",
            role: Role::Server,
            title: "Padding is credited at once, read or not",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(Upload { frame: 200, padding: Some(255), ..body(1, 30_000) });
            },
            expect: uploaded(1, 30_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/window-announced-at-open",
            role: Role::Server,
            title: "A configured connection window is announced in full",
            needs: Needs::Api,
            config: ROOMY,
            script: |s| {
                s.open();
                s.send(post(1));
            },
            expect: window(0, 1 << 20).and(window(1, 65_535)),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/stream-window-announced-at-open",
            role: Role::Client,
            title: "Configured windows are announced in full",
            needs: Needs::Api,
            config: Config { stream_window: Some(2_000_000), connection_window: Some(5_000_000), ..Config::DEFAULT },
            script: |s| {
                s.open();
                ask(s, 1);
            },
            expect: window(0, 5_000_000).and(window(1, 2_000_000)),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/target-growth-announced",
            role: Role::Server,
            title: "A target that grows by less than half of the window is announced on an idle connection",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::SetTargetWindow { octets: 98_000 });
            },
            expect: window(0, 98_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/client-target-growth-announced",
            role: Role::Client,
            title: "A target that grows by less than half of the window is announced on an idle connection",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::SetTargetWindow { octets: 98_000 });
            },
            expect: window(0, 98_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/target-growth-in-steps",
            role: Role::Server,
            title: "A target that grows in small steps is announced in full",
            needs: Needs::Api,
            script: |s| {
                s.open();
                (7..=12).for_each(|tens| s.app(App::SetTargetWindow { octets: tens * 10_000 }));
            },
            expect: window(0, 120_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/target-doubled",
            role: Role::Server,
            title: "A target far above the window is announced in full",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::SetTargetWindow { octets: 1 << 20 });
            },
            expect: unprompted(window(0, 1 << 20)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/largest-target",
            role: Role::Server,
            title: "A target of 2^31-1 octets is announced in full and never exceeded",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 60_000));
                s.app(App::SetTargetWindow { octets: MAX_WINDOW });
                s.app(App::Read { stream: 1, octets: 60_000 });
                s.app(App::SetTargetWindow { octets: 10 });
                s.app(App::SetTargetWindow { octets: MAX_WINDOW });
            },
            expect: window(0, i64::from(MAX_WINDOW) - 60_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/target-grown-under-data",
            role: Role::Server,
            title: "A target that grows while DATA is unread grants the difference and no more",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 65_535));
                s.app(App::SetTargetWindow { octets: 100_000 });
            },
            expect: window(0, 34_465).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/target-lowered",
            role: Role::Server,
            title: "A lowered target holds as soon as the window that was granted is used up",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 65_535));
                s.app(App::SetTargetWindow { octets: 20_000 });
                s.app(App::Read { stream: 1, octets: 65_535 });
                s.app(App::Release { stream: 1, octets: 65_535 });
            },
            expect: window(0, 20_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/target-lowered-and-raised",
            role: Role::Server,
            title: "A target that was lowered and raised again leaves the connection with exactly its window",
            needs: Needs::Api,
            script: |s| {
                s.open();
                for octets in [10, 1000, 65_535] {
                    s.app(App::SetTargetWindow { octets });
                }
                fill(s, 1);
            },
            expect: whole_window(1),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/initial-window-grown",
            role: Role::Server,
            title: "A grown initial window holds for streams that are open and for new ones",
            needs: Needs::Api,
            config: ROOMY,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::SetInitialWindow { octets: 100_000 });
                s.upload_in(body(1, 100_000));
                s.send(post(3));
                s.upload_in(body(3, 100_000));
            },
            expect: uploaded(1, 100_000).and(uploaded(3, 100_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/lowered-initial-window-strands-nothing",
            role: Role::Server,
            title: "Released credit that was not announced yet is, when a lower initial window makes it due",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ReadToEnd { stream: 1 });
                s.burst([data(1, 10_000), data(1, 10_000)]);
                s.app(App::SetInitialWindow { octets: 20_000 });
                s.upload(1, 50_000);
            },
            expect: uploaded(1, 70_000).and(call_gives(0, 70_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/shrunk-window-exact",
            role: Role::Server,
            title: "A window shrunk below zero is exactly at its new size when all was released",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 50_000));
                s.app(App::SetInitialWindow { octets: 10_000 });
                s.app(App::Read { stream: 1, octets: 50_000 });
                s.app(App::Release { stream: 1, octets: 50_000 });
            },
            expect: window(1, 10_000).and(window(0, 65_535)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/shrunk-window-holds",
            role: Role::Server,
            title: "A smaller initial window holds for new streams once it was acknowledged",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::SetInitialWindow { octets: 100 });
                s.send(post(1));
                s.send(data(1, 101));
            },
            expect: any_error(1, FLOW_CONTROL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "windows/second-change-before-ack",
            role: Role::Server,
            title: "The initial window can be changed again before the first change was acknowledged",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.withhold_settings_ack();
                s.app(App::SetInitialWindow { octets: 100_000 });
                s.app(App::SetInitialWindow { octets: 200_000 });
                (0..2).for_each(|_| s.send(settings().ack()));
            },
            expect: window(1, 200_000).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
