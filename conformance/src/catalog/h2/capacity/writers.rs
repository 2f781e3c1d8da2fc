//! Writers: when they are woken, and what leaves them on the wire.

use crate::catalog::prelude::*;
use crate::judge::Check;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "capacity/woken-by-connection-update",
            role: Role::Server,
            title: "A writer that waits for capacity is woken by an update of the connection's window",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::SendData { stream: 1, octets: 65_535, end: true });
                s.app(App::Reserve { stream: 3, octets: 100 });
                s.app(App::AwaitCapacity { stream: 3 });
                s.send(window_update(0, 40));
            },
            expect: call_gives(4, 40).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/woken-by-stream-update",
            role: Role::Server,
            title: "A writer that waits for capacity is woken by an update of its stream's window",
            needs: Needs::Api,
            script: |s| {
                open_with_window(s, 0);
                responding(s, &[1]);
                s.app(App::Reserve { stream: 1, octets: 100 });
                s.app(App::AwaitCapacity { stream: 1 });
                s.send(window_update(1, 40));
            },
            expect: call_gives(2, 40).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/woken-by-reset",
            role: Role::Server,
            title: "A writer that waits for capacity is woken when the peer resets its stream",
            needs: Needs::Api,
            script: |s| {
                open_with_window(s, 0);
                responding(s, &[1]);
                s.app(App::Reserve { stream: 1, octets: 100 });
                s.app(App::AwaitCapacity { stream: 1 });
                s.send(reset(1, CANCEL));
            },
            expect: call_fails(2).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/reset-reported",
            role: Role::Server,
            title: "A task that waits for a reset of the stream gets the peer's code",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.app(App::AwaitReset { stream: 1 });
                s.send(reset(1, ENHANCE_YOUR_CALM));
            },
            expect: call_gives(1, ENHANCE_YOUR_CALM.into()).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/reset-of-blocked-response-reported",
            role: Role::Server,
            title: "A reset of a complete response that waits for window is reported to its writer",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 70_000, end: true });
                s.app(App::AwaitReset { stream: 1 });
                s.send(reset(1, CANCEL));
            },
            expect: unprompted(call_gives(2, CANCEL.into())).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/empty-end-at-used-up-window",
            role: Role::Server,
            title: "An empty last DATA frame needs no window",
            needs: Needs::Api,
            script: |s| {
                open_with_window(s, 0);
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 0, end: true });
            },
            expect: unprompted(Check::Message { stream: 1, status: Some(200) }.into()).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/trailers-wait-for-body",
            role: Role::Server,
            title: "Trailers behind a body that waits for its window follow it",
            needs: Needs::Api,
            script: |s| {
                open_with_window(s, 10);
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 100, end: false });
                s.app(App::SendTrailers { stream: 1 });
                s.send(window_update(1, 90));
            },
            expect: content(1, 100).and(Check::LastFrame { stream: 1, kind: kind::HEADERS }).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/end-on-last-frame",
            role: Role::Server,
            title: "END_STREAM is on the last DATA frame of a body that windows cut to pieces",
            needs: Needs::Api,
            script: |s| {
                s.return_credit(Credit::AtOnce);
                open_with_window(s, 7);
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 100, end: true });
            },
            expect: content(1, 100).and(Check::LastFrame { stream: 1, kind: kind::DATA }).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/larger-frame-size",
            role: Role::Server,
            title: "DATA comes in frames as large as the peer admits and no larger",
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::MAX_FRAME_SIZE, 20_000));
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 65_535, end: true });
            },
            expect: frames_within(20_000).and(times(kind::DATA, 1, 4..=4)).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/capacity-within-buffer",
            role: Role::Server,
            title: "Capacity is no more than the send buffer holds",
            needs: Needs::Api,
            config: Config { send_buffer: Some(1000), ..Config::DEFAULT },
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.app(App::Reserve { stream: 1, octets: 65_535 });
                s.app(App::Capacity { stream: 1 });
            },
            expect: call_gives(2, 1000).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/blocked-connection",
            role: Role::Server,
            title: "What was written while the peer did not read goes out when it reads again",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.stop_reading();
                s.app(App::WriteAll { stream: 1, octets: 60_000, end: true });
                s.go_on_reading();
            },
            expect: unprompted(content(1, 60_000)).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/update-after-everything-sent",
            role: Role::Server,
            title: "Updates for a response that has ended leave the connection's window to others",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 65_535, end: true });
                s.burst([window_update(1, 1000), window_update(0, 1000)]);
                responding(s, &[3]);
                s.app(App::SendData { stream: 3, octets: 1000, end: true });
            },
            expect: unprompted(content(3, 1000)).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/blocked-response-dropped",
            role: Role::Server,
            title: "A response that waits for its window and was finished is still sent when its handles are gone",
            needs: Needs::Api,
            script: |s| {
                open_with_window(s, 10);
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 100, end: true });
                s.app(App::Drop { stream: 1, what: Handles::All });
                s.send(window_update(1, 90));
            },
            expect: content(1, 100).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "capacity/unfinished-response-dropped",
            role: Role::Server,
            title: "A response that was not finished when its handles went is reset, and the next one is sent",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::SendData { stream: 1, octets: 100_000, end: false });
                s.app(App::Drop { stream: 1, what: Handles::All });
                s.send(window_update(0, 100));
                s.app(App::SendData { stream: 3, octets: 100, end: true });
            },
            expect: unprompted(times(kind::RST_STREAM, 1, 1..=1)).and(unprompted(content(3, 100))).and(answered(3)),
            ..Case::DEFAULT
        },
    ]
}
