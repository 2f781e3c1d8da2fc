//! DATA goes as far as the windows and no further, and comes to its end whatever portions credit
//! comes in (RFC 9113 section 6.9).
//!
//! That DATA stays within the windows is checked in every case of the catalogue; the cases here
//! make it hard.

use crate::catalog::prelude::*;
use crate::judge::Check;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "capacity/woken-by-settings",
            role: Role::Server,
            title: "A writer that waits for capacity is woken by SETTINGS that grow its stream's window",
            requires: &["rfc9113/6.9.2/streams-follow-settings"],
            needs: Needs::Api,
            script: |s| {
                open_with_window(s, 0);
                responding(s, &[1]);
                s.app(App::Reserve { stream: 1, octets: 100 });
                s.app(App::AwaitCapacity { stream: 1 });
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 40));
            },
            expect: call_gives(2, 40).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/credit-at-once",
            role: Role::Server,
            title: "A response of 200 000 octets is sent to its end when credit comes back for each frame at once",
            requires: &["rfc9113/6.9.1/within-windows"],
            needs: Needs::Api,
            script: |s| {
                s.return_credit(Credit::AtOnce);
                s.open();
                responding(s, &[1]);
                s.app(App::WriteAll { stream: 1, octets: 200_000, end: true });
            },
            expect: content(1, 200_000).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/credit-when-exhausted",
            role: Role::Server,
            title: "A response of 200 000 octets is sent to its end when credit comes back at a used-up window only",
            requires: &["rfc9113/6.9.1/within-windows"],
            needs: Needs::Api,
            script: |s| {
                s.return_credit(Credit::WhenExhausted);
                s.open();
                responding(s, &[1]);
                s.app(App::WriteAll { stream: 1, octets: 200_000, end: true });
            },
            expect: content(1, 200_000).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/credit-in-hundreds",
            role: Role::Server,
            title: "A response of 80 000 octets is sent to its end when credit comes back in portions of 100 octets",
            requires: &["rfc9113/6.9.1/within-windows"],
            needs: Needs::Api,
            script: |s| {
                s.return_credit(Credit::Portions(100));
                s.open();
                responding(s, &[1]);
                s.app(App::WriteAll { stream: 1, octets: 80_000, end: true });
            },
            expect: content(1, 80_000).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/credit-by-the-octet",
            role: Role::Server,
            title: "A response of 67 000 octets is sent to its end when credit comes back octet by octet",
            requires: &["rfc9113/6.9.1/within-windows"],
            needs: Needs::Api,
            script: |s| {
                s.return_credit(Credit::Portions(1));
                s.open();
                responding(s, &[1]);
                s.app(App::WriteAll { stream: 1, octets: 67_000, end: true });
            },
            expect: content(1, 67_000).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/upload-when-exhausted",
            role: Role::Client,
            title: "A request of 200 000 octets is sent to its end when credit comes back at a used-up window only",
            requires: &["rfc9113/6.9.1/within-windows"],
            needs: Needs::Api,
            script: |s| {
                s.return_credit(Credit::WhenExhausted);
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.app(App::WriteAll { stream: 1, octets: 200_000, end: true });
            },
            expect: content(1, 200_000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/three-writers-one-window",
            role: Role::Server,
            title: "Three writers on one connection all come to their end",
            requires: &["rfc9113/6.9.1/within-windows"],
            needs: Needs::Api,
            script: |s| {
                s.return_credit(Credit::WhenExhausted);
                s.open();
                responding(s, &[1, 3, 5]);
                [1, 3, 5].into_iter().for_each(|stream| s.app(App::WriteAll { stream, octets: 150_000, end: true }));
            },
            expect: answered(1).and(answered(3)).and(answered(5)).and(content(5, 150_000)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/stream-window-obeyed",
            role: Role::Server,
            title: "A response stops where its stream's window ends, and goes on with the next octet of it",
            requires: &["rfc9113/6.9.1/within-windows"],
            needs: Needs::Api,
            script: |s| {
                open_with_window(s, 10);
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 100, end: true });
                s.send(window_update(1, 1));
            },
            expect: unprompted(content(1, 11)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/connection-window-obeyed",
            role: Role::Server,
            title: "A response stops where the connection's window ends, though its stream's is open",
            requires: &["rfc9113/6.9.1/within-windows"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::SendData { stream: 1, octets: 65_535, end: true });
                s.app(App::SendData { stream: 3, octets: 100, end: true });
                s.send(window_update(0, 1));
            },
            expect: content(1, 65_535).and(unprompted(content(3, 1))).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/one-octet-windows",
            role: Role::Server,
            title: "A response over a stream window of one octet is sent to its end",
            requires: &["rfc9113/6.9.1/within-windows"],
            script: |s| {
                s.return_credit(Credit::AtOnce);
                open_with_window(s, 1);
                s.send(get(1));
                s.settle();
            },
            expect: answered_with(1, 200),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/window-of-zero-then-opened",
            role: Role::Server,
            title: "A response on a stream without window waits, and goes out when the window opens",
            requires: &["rfc9113/6.9.1/within-windows"],
            script: |s| {
                open_with_window(s, 0);
                s.send(get(1));
                s.settle();
                s.send(window_update(1, 65_535));
                s.settle();
            },
            expect: answered_with(1, 200),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/window-of-zero-then-settings",
            role: Role::Server,
            title: "A response on a stream without window goes out when SETTINGS open it",
            requires: &["rfc9113/6.9.2/streams-follow-settings"],
            script: |s| {
                open_with_window(s, 0);
                s.send(get(1));
                s.settle();
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 65_535));
                s.settle();
            },
            expect: answered_with(1, 200),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/trailers-at-used-up-window",
            role: Role::Server,
            title: "Trailers need no window",
            requires: &["rfc9113/5.2.1/only-data"],
            needs: Needs::Api,
            script: |s| {
                open_with_window(s, 0);
                responding(s, &[1]);
                s.app(App::SendTrailers { stream: 1 });
            },
            expect: unprompted(Check::Message { stream: 1, status: Some(200) }.into()).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/default-frame-size",
            role: Role::Server,
            title: "DATA comes in frames of at most 16 384 octets where the peer says nothing else",
            requires: &["rfc9113/4.2/own-frames"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 65_535, end: true });
            },
            expect: frames_within(16_384).and(content(1, 65_535)).and(answered(1)),
            ..Case::DEFAULT
        },
    ]
}
