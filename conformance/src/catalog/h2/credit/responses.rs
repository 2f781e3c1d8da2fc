//! The credit of responses.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "credit/response-released",
            role: Role::Client,
            title: "A response that was read and released gives all its credit back",
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    ask(s, stream);
                    s.burst(in_paddings(stream, 5000));
                    s.send(data(stream, 0).end_stream());
                    s.app(App::Read { stream, octets: 15_000 });
                    s.app(App::Release { stream, octets: 15_000 });
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-unread",
            role: Role::Client,
            title: "A complete unread response gives all its credit back with its handles",
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    ask(s, stream);
                    s.burst(in_paddings(stream, 5000));
                    s.send(data(stream, 0).end_stream());
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/open-response-unread",
            role: Role::Client,
            title: "A response that was not read to its end gives all its credit back with its handles",
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    ask(s, stream);
                    s.burst(in_paddings(stream, 5000));
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-never-awaited",
            role: Role::Client,
            title: "A response that came and was never awaited gives its credit back with its handles",
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    s.app(App::Request { method: "GET", end: true });
                    s.send(response(stream, 200));
                    s.burst(in_paddings(stream, 5000));
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-body-dropped",
            role: Role::Client,
            title: "DATA of a response whose body handle is gone gives its credit back while the request goes on",
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    s.app(App::Request { method: "POST", end: false });
                    s.send(response(stream, 200));
                    s.app(App::AwaitResponse { stream });
                    s.app(App::Drop { stream, what: Handles::Receive });
                    s.burst(in_paddings(stream, 5000));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-reset-by-peer",
            role: Role::Client,
            title: "A response that the peer resets gives its credit back with its handles",
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    ask(s, stream);
                    s.burst(in_paddings(stream, 5000));
                    s.send(reset(stream, CANCEL));
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-future-dropped",
            role: Role::Client,
            title: "A response that cannot be read any more gives its credit back although the request goes on",
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    s.app(App::Request { method: "POST", end: false });
                    s.app(App::Drop { stream, what: Handles::Response });
                    s.send(response(stream, 200));
                    s.burst(in_paddings(stream, 5000));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/small-frames-of-cancelled-calls",
            role: Role::Client,
            title: "Late small frames of cancelled calls are no offence",
            needs: Needs::Api,
            config: BUDGETED,
            script: |s| {
                s.open();
                for stream in (1..80).step_by(2) {
                    s.app(App::Request { method: "GET", end: true });
                    s.send(response(stream, 200));
                    s.app(App::Drop { stream, what: Handles::All });
                    (0..5).for_each(|_| s.send(data(stream, 1)));
                }
            },
            expect: alive(),
            ..Case::DEFAULT
        },
    ]
}
