//! Frames and calls that come at an inconvenient moment: what may be sent then, and what has to be
//! taken (RFC 9113 section 5.1). Random connections came upon these.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "crossings/trailers-of-refused-request",
            role: Role::Server,
            title: "Trailers that cross the refusal of their request are thrown away",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                s.open();
                s.send(post(1));
                s.burst([post(3), trailers(3)]);
            },
            expect: refused(3),
            ..Case::DEFAULT
        },
        Case {
            id: "crossings/reset-behind-sent-end",
            role: Role::Server,
            title: "A scheduled reset is not sent when the client has ended its request in the meantime",
            requires: &["rfc9113/5.1/no-frames-when-closed"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.send(post(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.app(App::SendData { stream: 1, octets: 1, end: true });
                s.app(App::Drop { stream: 1, what: Handles::All });
                s.send(data(1, 0).end_stream());
                s.send(window_update(1, 1));
            },
            expect: answered(1).and(none_of(kind::RST_STREAM, 1)),
            ..Case::DEFAULT
        },
        Case {
            id: "crossings/goaway-before-unsent-request-client",
            role: Role::Client,
            title: "A request that GOAWAY keeps from being sent is not reset either",
            requires: &["rfc9113/6.4/idle"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.stop_reading();
                s.app(App::SendData { stream: 1, octets: DEFAULT_FRAME_SIZE, end: false });
                // For this there is no room any more, and nothing is read before it is written.
                s.app(App::SetInitialWindow { octets: 0 });
                s.send(goaway(1, NO_ERROR));
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Drop { stream: 3, what: Handles::All });
                s.go_on_reading();
            },
            expect: none_of(kind::RST_STREAM, 3),
            ..Case::DEFAULT
        },
    ]
}
