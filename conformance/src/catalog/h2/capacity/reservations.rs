//! Reservations: what one stream gives up or does not use goes to the others.

use crate::catalog::prelude::*;

/// Server: this many streams reserve an octet each and send nothing; then a stream beside them has
/// 100 octets to send.
fn idle_reservations(s: &mut Script, idle: u32) {
    s.return_credit(Credit::WhenExhausted);
    s.open();
    for stream in (1..).step_by(2).take(idle as usize) {
        responding(s, &[stream]);
        s.app(App::Reserve { stream, octets: 1 });
    }
    responding(s, &[1001]);
    s.app(App::WriteAll { stream: 1001, octets: 200_000, end: true });
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "capacity/lowered-reservation-wakes-waiter",
            role: Role::Server,
            title: "Capacity that one stream gives up by a lower reservation sends what waits on another, at once",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::SendData { stream: 3, octets: 100, end: true });
                s.app(App::Reserve { stream: 1, octets: 0 });
            },
            expect: unprompted(content(3, 100)).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/client-lowered-reservation-wakes-waiter",
            role: Role::Client,
            title: "Capacity that one request gives up by a lower reservation sends what waits on another, at once",
            needs: Needs::Api,
            script: |s| {
                s.open();
                (0..2).for_each(|_| s.app(App::Request { method: "POST", end: false }));
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::SendData { stream: 3, octets: 100, end: true });
                s.app(App::Reserve { stream: 1, octets: 0 });
            },
            expect: unprompted(content(3, 100)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/lowered-reservation-wakes-writer",
            role: Role::Server,
            title: "Capacity that one stream gives up wakes the writer that waits for it on another",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::Reserve { stream: 3, octets: 100 });
                s.app(App::AwaitCapacity { stream: 3 });
                s.app(App::Reserve { stream: 1, octets: 0 });
            },
            expect: call_gives(4, 100).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/lowered-reservation-while-blocked",
            role: Role::Server,
            title: "Capacity that one stream gives up goes to another at once, also while nothing can be written",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3, 5]);
                s.stop_reading();
                s.app(App::SendData { stream: 5, octets: 16_384, end: true });
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::Reserve { stream: 3, octets: 100 });
                s.app(App::AwaitCapacity { stream: 3 });
                s.app(App::Reserve { stream: 1, octets: 0 });
            },
            expect: call_gives(6, 100),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/idle-reservations-follow-the-window",
            role: Role::Server,
            title: "Idle reservations beside each other get a window that has become large enough for all they want",
            needs: Needs::Api,
            config: BUFFER,
            script: |s| {
                open_with_window(s, 1 << 20);
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: 100_000 });
                s.app(App::Reserve { stream: 3, octets: 100_000 });
                s.app(App::Reserve { stream: 3, octets: 120_000 });
                s.send(window_update(0, 40_000));
                s.app(App::Capacity { stream: 1 });
                s.app(App::Capacity { stream: 3 });
                s.send(window_update(0, 20_000));
                s.app(App::Capacity { stream: 3 });
            },
            expect: call_gives(5, 100_000).and(call_gives(6, 65_535)).and(call_gives(7, 120_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/smaller-initial-window-gives-up-reservation",
            role: Role::Server,
            title: "Capacity that streams lose to a smaller initial window goes to a stream that has window of its own",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3, 5]);
                s.send(window_update(3, 100));
                s.stop_reading();
                s.app(App::SendData { stream: 5, octets: 16_384, end: true });
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::Reserve { stream: 3, octets: 100 });
                s.app(App::AwaitCapacity { stream: 3 });
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.go_on_reading();
            },
            expect: unprompted(call_gives(6, 100)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/dropped-sender-gives-up-reservation",
            role: Role::Client,
            title: "A request whose sending handle is dropped gives its reservation to others",
            needs: Needs::Api,
            script: |s| {
                s.open();
                (0..2).for_each(|_| s.app(App::Request { method: "POST", end: false }));
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::Drop { stream: 1, what: Handles::Send });
                s.app(App::SendData { stream: 3, octets: 100, end: true });
            },
            expect: unprompted(content(3, 100)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/reset-gives-up-reservation",
            role: Role::Server,
            title: "A stream that the peer resets gives its reservation to others",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::SendData { stream: 3, octets: 100, end: true });
                s.send(reset(1, CANCEL));
            },
            expect: unprompted(content(3, 100)).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/own-reset-gives-up-reservation",
            role: Role::Server,
            title: "A stream that the application resets gives its reservation to others",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::SendData { stream: 3, octets: 100, end: true });
                s.app(App::Reset { stream: 1, code: CANCEL });
            },
            expect: unprompted(content(3, 100)).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/end-gives-up-reservation",
            role: Role::Server,
            title: "A stream that ends gives what it reserved too much to others",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::SendData { stream: 3, octets: 100, end: true });
                s.app(App::SendData { stream: 1, octets: 10, end: true });
            },
            expect: unprompted(content(3, 100)).and(answered(1)).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/trailers-give-up-reservation",
            role: Role::Server,
            title: "A stream that ends with trailers gives its reservation to others",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::SendData { stream: 3, octets: 100, end: true });
                s.app(App::SendTrailers { stream: 1 });
            },
            expect: unprompted(content(3, 100)).and(answered(1)).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/idle-reservation-does-not-starve",
            role: Role::Server,
            title: "Capacity that one stream reserved and does not use does not keep another from sending",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::SendData { stream: 3, octets: 100, end: true });
            },
            expect: unprompted(content(3, 100)).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/idle-reservation-does-not-starve-reservation",
            role: Role::Server,
            title: "A reservation of the whole window that sends nothing does not keep another from getting capacity",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::WriteAll { stream: 3, octets: 65_535, end: true });
            },
            expect: unprompted(content(3, 65_535)).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/one-idle-reservation",
            role: Role::Server,
            title: "One idle reservation of an octet does not stall a writer with a peer that credits used-up windows",
            needs: Needs::Api,
            script: |s| idle_reservations(s, 1),
            expect: content(1001, 200_000).and(answered(1001)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/ten-idle-reservations",
            role: Role::Server,
            title: "Ten idle reservations of an octet do not stall a writer with a peer that credits used-up windows",
            needs: Needs::Api,
            script: |s| idle_reservations(s, 10),
            expect: content(1001, 200_000).and(answered(1001)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/hundred-idle-reservations",
            role: Role::Server,
            title:
                "A hundred idle reservations of an octet do not stall a writer with a peer that credits used-up windows",
            needs: Needs::Api,
            script: |s| idle_reservations(s, 100),
            expect: content(1001, 200_000).and(answered(1001)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/reservation-beyond-buffer",
            role: Role::Server,
            title: "A reservation larger than the send buffer holds no more of the connection's window than the buffer",
            needs: Needs::Api,
            script: |s| {
                open_with_window(s, 1_000_000);
                s.send(window_update(0, 934_465));
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: 1_000_000 });
                s.app(App::WriteAll { stream: 3, octets: 500_000, end: true });
            },
            expect: unprompted(content(3, 500_000)).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/reserve-two-to-the-32",
            role: Role::Server,
            title: "A reservation of 2^32 octets asks for as much as there is",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.app(App::Reserve { stream: 1, octets: 1 << 32 });
                s.app(App::AwaitCapacity { stream: 1 });
            },
            expect: call_gives(2, 65_535).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/reserve-beyond-two-to-the-32",
            role: Role::Server,
            title: "A reservation of 2^32 + 5 octets does not ask for 5",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.app(App::Reserve { stream: 1, octets: (1 << 32) + 5 });
                s.app(App::AwaitCapacity { stream: 1 });
            },
            expect: call_gives(2, 65_535).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/small-beside-bulk",
            role: Role::Server,
            title: "A small response behind four bulk streams is out after two updates of the connection's window",
            needs: Needs::Api,
            config: BUFFER,
            script: |s| {
                open_with_window(s, 1 << 20);
                responding(s, &[1, 3, 5, 7, 9]);
                [1, 3, 5, 7].into_iter().for_each(|stream| s.app(App::SendData { stream, octets: 900_000, end: true }));
                s.app(App::SendData { stream: 9, octets: 100, end: true });
                (0..2).for_each(|_| s.send(window_update(0, 65_535)));
            },
            expect: unprompted(content(9, 100)).and(answered(9)),
            ..Case::DEFAULT
        },
    ]
}
