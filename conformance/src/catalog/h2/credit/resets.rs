//! The credit of streams that the peer resets comes back at once, and once.

use crate::catalog::prelude::*;
use crate::wire::code::DEFAULT_WINDOW;

const WINDOW: usize = DEFAULT_WINDOW as usize;

/// Server: a request whose body takes the whole window and which the peer then resets.
fn send_all_and_reset(s: &mut Script, stream: u32) {
    s.send(post(stream));
    s.upload_in(body(stream, DEFAULT_WINDOW.into()));
    s.send(reset(stream, CANCEL));
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "credit/reset-by-peer-held",
            role: Role::Server,
            title: "A stream that the peer resets gives its credit back although the application keeps the body",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.send(reset(stream, CANCEL));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/reset-by-peer-after-end-held",
            role: Role::Server,
            title:
                "A complete request that the peer resets gives its credit back although the application keeps the body",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.send(data(stream, 0).end_stream());
                    s.send(reset(stream, CANCEL));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/reset-by-peer-read-in-part",
            role: Role::Server,
            title:
                "A stream that the peer resets gives back what was read and not released, what is unread, and no more",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.app(App::Read { stream, octets: 10_000 });
                    s.app(App::Release { stream, octets: 3000 });
                    s.send(reset(stream, CANCEL));
                    s.app(App::Read { stream, octets: 5000 });
                    s.app(App::Release { stream, octets: 6000 });
                    s.app(App::Drop { stream, what: Handles::Receive });
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/reset-by-peer-then-dropped",
            role: Role::Server,
            title: "A window that a reset gave back is not given back again with the handles",
            needs: Needs::Api,
            script: |s| {
                s.open();
                send_all_and_reset(s, 1);
                drop_all(s, 1);
                fill(s, 3);
            },
            expect: whole_window(3),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/reset-by-peer-stays-readable",
            role: Role::Server,
            title: "What came before the peer's reset can be read after it, while the next request uses the window",
            needs: Needs::Api,
            script: |s| {
                s.open();
                send_all_and_reset(s, 1);
                fill(s, 3);
                s.app(App::Read { stream: 1, octets: WINDOW });
                s.app(App::Release { stream: 1, octets: WINDOW });
            },
            expect: call_gives(1, WINDOW as u64).and(call_done(2)).and(whole_window(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/reset-by-peer-is-bounded",
            role: Role::Server,
            title:
                "A peer that sends and resets while the application keeps the bodies gets no more than a second window",
            needs: Needs::Api,
            script: |s| {
                s.open();
                [1, 3].into_iter().for_each(|stream| send_all_and_reset(s, stream));
                s.send(post(5));
                s.upload_in(body(5, DEFAULT_WINDOW.into()));
            },
            expect: uploaded(5, 0).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/reset-by-peer-bound-moves",
            role: Role::Server,
            title: "A body that is kept beyond the second window gives its credit back when it is released, once",
            needs: Needs::Api,
            script: |s| {
                s.open();
                [1, 3].into_iter().for_each(|stream| send_all_and_reset(s, stream));
                [3, 1].into_iter().for_each(|stream| drop_all(s, stream));
                send_all_and_reset(s, 5);
                fill(s, 7);
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-reset-by-peer-held",
            role: Role::Client,
            title: "A response that the peer resets gives its credit back although the application keeps the body",
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    ask(s, stream);
                    s.burst(in_paddings(stream, 5000));
                    s.send(reset(stream, CANCEL));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-refused-by-goaway",
            role: Role::Client,
            title: "A response that GOAWAY refuses gives its credit back although the application keeps the body",
            needs: Needs::Api,
            script: |s| {
                s.open();
                [1, 3].into_iter().for_each(|stream| ask(s, stream));
                s.burst(in_paddings(3, 5000));
                s.send(goaway(1, NO_ERROR));
                s.app(App::Read { stream: 1, octets: WINDOW });
                s.upload_in(body(1, DEFAULT_WINDOW.into()));
            },
            expect: whole_window(1),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-reset-by-peer-read",
            role: Role::Client,
            title: "A response that the peer resets and the application reads to its end gives its credit back once",
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    ask(s, stream);
                    s.burst(in_paddings(stream, 5000));
                    s.send(reset(stream, CANCEL));
                    s.app(App::ReadToEnd { stream });
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
    ]
}
