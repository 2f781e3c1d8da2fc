//! A receive window for one stream alone, in sections 5.2 and 6.9 of RFC 9113 left to the receiver.
//! The release has no such call.

use crate::catalog::prelude::*;
use crate::wire::code::MAX_WINDOW;

/// Server: a request with a body to come, whose stream gets this window.
fn receiving(s: &mut Script, octets: u32) {
    s.send(post(1));
    s.app(App::SetStreamTarget { stream: 1, octets });
}

/// The application reads and releases all of the window that the peer had.
fn use_up(s: &mut Script, octets: usize) {
    s.upload_in(body(1, octets as u64));
    s.app(App::Read { stream: 1, octets });
    s.app(App::Release { stream: 1, octets });
}

pub(super) fn cases() -> Vec<Case> {
    let server = Case { role: Role::Server, needs: Needs::Api, config: ROOMY, ..Case::DEFAULT };
    vec![
        Case {
            id: "stream-target/growth-announced",
            title: "A larger window for one stream is announced at once, and for that stream only",
            script: |s| {
                s.open();
                receiving(s, 70_000);
                s.send(post(3));
            },
            expect: unprompted(window(1, 70_000)).and(window(3, 65_535)).and(window(0, 1 << 20)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/client-growth-announced",
            role: Role::Client,
            title: "A larger window for one response is announced at once, and for that stream only",
            script: |s| {
                s.open();
                ask(s, 1);
                ask(s, 3);
                s.app(App::SetStreamTarget { stream: 3, octets: 70_000 });
            },
            expect: unprompted(window(3, 70_000)).and(window(1, 65_535)).and(window(0, 1 << 20)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/body-beyond-initial-window",
            title: "A stream with a larger window takes more than the initial window without a reader",
            script: |s| {
                s.open();
                receiving(s, 500_000);
                s.upload_in(body(1, 500_000));
            },
            expect: uploaded(1, 500_000).and(window(1, 0)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/grown-under-data",
            title: "A target that grows while DATA is unread grants the difference and no more",
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 65_535));
                s.app(App::SetStreamTarget { stream: 1, octets: 100_000 });
            },
            expect: unprompted(window(1, 34_465)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/lowered",
            title: "A lowered target holds as soon as the window that was granted is used up",
            script: |s| {
                s.open();
                receiving(s, 20_000);
                use_up(s, 65_535);
            },
            expect: window(1, 20_000).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/nothing-announced-above",
            title: "No update is sent while the peer has more than a lowered target",
            script: |s| {
                s.open();
                receiving(s, 20_000);
                use_up(s, 45_000);
            },
            expect: window_updates(1, 0..=0).and(window(1, 20_535)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/largest",
            title: "A target of 2^31-1 octets is announced in full and never exceeded",
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, 60_000));
                for octets in [MAX_WINDOW, 10, MAX_WINDOW] {
                    s.app(App::SetStreamTarget { stream: 1, octets });
                }
            },
            expect: window(1, i64::from(MAX_WINDOW) - 60_000).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/initial-window-grows",
            title: "A larger initial window does not move the target of a stream",
            script: |s| {
                s.open();
                receiving(s, 100_000);
                s.app(App::SetInitialWindow { octets: 80_000 });
                use_up(s, 114_465);
            },
            expect: window(1, 100_000).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/initial-window-shrinks",
            title: "What a smaller initial window takes from a stream with a target is announced again at once",
            script: |s| {
                s.open();
                receiving(s, 100_000);
                s.send(post(3));
                s.app(App::SetInitialWindow { octets: 1_000 });
            },
            expect: unprompted(window(1, 100_000)).and(window(3, 1_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/set-before-acknowledgement",
            title: "A target that is set while a larger initial window is not acknowledged is announced just so far",
            script: |s| {
                s.open();
                s.withhold_settings_ack();
                s.app(App::SetInitialWindow { octets: 200_000 });
                receiving(s, 300_000);
                s.send(settings().ack());
            },
            expect: window(1, 300_000).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/largest-before-acknowledgement",
            title: "A target of 2^31-1 octets is not exceeded by a larger initial window that is not acknowledged",
            script: |s| {
                s.open();
                s.withhold_settings_ack();
                s.app(App::SetInitialWindow { octets: 200_000 });
                receiving(s, MAX_WINDOW);
                s.send(settings().ack());
            },
            expect: window(1, MAX_WINDOW.into()).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/ended",
            title: "No window is announced on a stream that receives no more",
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::SetStreamTarget { stream: 1, octets: 1 << 20 });
            },
            expect: window_updates(1, 0..=0).and(call_done(0)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/rest-fits",
            title: "No window is announced for DATA that the declared length rules out",
            script: |s| {
                s.open();
                s.send(post_of(1, "1000"));
                s.app(App::SetStreamTarget { stream: 1, octets: 1 << 20 });
            },
            expect: window_updates(1, 0..=0).and(call_done(0)).and(alive()),
            ..server
        },
        Case {
            id: "stream-target/largest-initial-window-lowered",
            title: "What a lowered initial window takes from a stream with a target is owed until the acknowledgement",
            config: Config { stream_window: Some(MAX_WINDOW), ..ROOMY },
            script: |s| {
                s.open();
                receiving(s, 100_000);
                s.app(App::SetInitialWindow { octets: 65_535 });
                s.send(post(3));
            },
            expect: window(1, 100_000).and(window(3, 65_535)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "stream-target/initial-window-beside-the-largest",
            title: "A larger initial window lifts no window of a stream above 2^31-1",
            script: |s| {
                s.open();
                receiving(s, MAX_WINDOW);
                s.app(App::SetInitialWindow { octets: MAX_WINDOW });
            },
            expect: window(1, i64::from(MAX_WINDOW)).and(alive()),
            ..server.clone()
        },
    ]
}
