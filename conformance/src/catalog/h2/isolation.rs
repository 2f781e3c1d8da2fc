//! Unread octets of one stream do not close the connection to the others: sections 5.2.1 and 5.2.2
//! of RFC 9113 leave it to the receiver what it grants beside them. What it grants is bounded by
//! its budget.

use crate::catalog::prelude::*;

/// The subject's own budget, which is for streams that leave room for others.
const OWN: Config = Config { receive_budget: None, window_growth: Some(false), ..Config::DEFAULT };

/// Three default windows and a bit.
const SMALL: Config = Config { receive_budget: Some(200_000), ..OWN };

const WINDOW: u64 = 65_535;

/// Server: a reader waits on stream 1, for which nothing comes yet.
fn a_reader_waits(s: &mut Script) {
    s.send(post(1));
    s.app(App::ReadToEnd { stream: 1 });
}

/// Server: beside a reader that waits on stream 1, bodies of a whole window on so many streams, 3,
/// 5, 7 and so on, without readers.
fn unread(s: &mut Script, streams: u32) {
    a_reader_waits(s);
    for stream in (3..2 * streams + 2).step_by(2) {
        s.send(post(stream));
        s.upload_in(body(stream, WINDOW));
    }
}

/// Server: readers on so many streams, each of which waits for a whole window and keeps it.
fn kept(s: &mut Script, streams: u32) {
    for stream in (1..2 * streams).step_by(2) {
        s.send(post(stream));
        s.app(App::Read { stream, octets: WINDOW as usize });
        s.upload_in(body(stream, WINDOW));
    }
}

/// Server: a stream that is read to its end.
fn read_whole(s: &mut Script, stream: u32, octets: u64) {
    s.send(post(stream));
    s.app(App::ReadToEnd { stream });
    s.upload(stream, octets);
}

/// The connection announces every octet that it may: a target that grows does.
fn all_announced(s: &mut Script) {
    s.app(App::SetTargetWindow { octets: WINDOW as u32 + 1 });
}

/// All that was sent before, a window on the last of these streams too, is back: not an octet was
/// lost or granted twice.
fn all_back(last: u32) -> Expect {
    uploaded(last, WINDOW).and(window(0, WINDOW as i64 + 1)).and(alive())
}

pub(super) fn cases() -> Vec<Case> {
    let server = Case { role: Role::Server, needs: Needs::Api, config: OWN, ..Case::DEFAULT };
    let client = Case { role: Role::Client, ..server.clone() };
    vec![
        Case {
            id: "isolation/unread-body",
            title: "Beside an unread body of a whole window another of 200 000 octets arrives",
            script: |s| {
                s.open();
                s.send(post(1));
                s.upload_in(body(1, WINDOW));
                read_whole(s, 3, 200_000);
            },
            expect: uploaded(3, 200_000).and(call_gives(0, 200_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "isolation/unread-response",
            title: "Beside an unread response of a whole window another of 200 000 octets arrives",
            script: |s| {
                s.open();
                ask(s, 1);
                s.upload_in(body(1, WINDOW));
                ask(s, 3);
                s.app(App::ReadToEnd { stream: 3 });
                s.upload(3, 200_000);
            },
            expect: uploaded(3, 200_000).and(call_gives(4, 200_000)).and(alive()),
            ..client.clone()
        },
        Case {
            id: "isolation/unread-bodies",
            title: "Beside twenty unread bodies of a whole window another of 200 000 octets arrives",
            script: |s| {
                s.open();
                unread(s, 20);
                read_whole(s, 43, 200_000);
            },
            expect: uploaded(43, 200_000).and(call_gives(1, 200_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "isolation/kept-bodies",
            title: "Beside five bodies of a whole window that were read and are kept another of 200 000 octets arrives",
            script: |s| {
                s.open();
                kept(s, 5);
                read_whole(s, 11, 200_000);
            },
            expect: uploaded(11, 200_000).and(call_gives(5, 200_000)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "isolation/unpolled-pushes",
            title: "Beside three pushed responses of a whole window that were not taken another arrives",
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                for push in [2, 4, 6] {
                    s.burst([push_promise(1, push), response(push, 200)]);
                }
                // A task that took one may ask for the others.
                s.app(App::AwaitPush { stream: 1 });
                s.send(response(1, 200));
                s.app(App::AwaitResponse { stream: 1 });
                s.app(App::ReadToEnd { stream: 1 });
                [2, 4, 6].into_iter().for_each(|push| s.upload_in(body(push, WINDOW)));
                s.upload(1, 200_000);
            },
            expect: uploaded(6, WINDOW).and(uploaded(1, 200_000)).and(call_gives(3, 200_000)).and(alive()),
            ..client.clone()
        },
        Case {
            id: "isolation/small-frames",
            title: "Beside ten unread bodies of a whole window a connection takes in as many more small frames",
            script: |s| {
                s.open();
                unread(s, 10);
                s.send(post(23));
                (0..500).for_each(|_| s.send(data(23, 1)));
            },
            expect: uploaded(21, WINDOW).and(alive()),
            ..server.clone()
        },
        Case {
            id: "isolation/new-streams-get-a-share",
            title: "Beside a reader that waits each of twenty unread streams can send as much as its own window allows, and no more",
            script: |s| {
                s.open();
                a_reader_waits(s);
                for stream in (3..42).step_by(2) {
                    s.send(post(stream));
                    s.upload_in(body(stream, 100_000));
                }
            },
            expect: uploaded(3, WINDOW).and(uploaded(41, WINDOW)).and(window(41, 0)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "isolation/nobody-reads",
            title: "Where no reader waits unread bodies hold the connection's window and no more",
            script: |s| {
                s.open();
                for stream in [1, 3, 5] {
                    s.send(post(stream));
                    s.upload_in(body(stream, WINDOW));
                }
            },
            expect: uploaded(1, WINDOW).and(uploaded(3, 0)).and(uploaded(5, 0)).and(window(0, 0)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "isolation/nobody-reads-client",
            title: "Where no reader waits unread responses hold the client's connection window and no more",
            script: |s| {
                s.open();
                for stream in [1, 3, 5] {
                    ask(s, stream);
                    s.upload_in(body(stream, WINDOW));
                }
            },
            expect: uploaded(1, WINDOW).and(uploaded(3, 0)).and(uploaded(5, 0)).and(window(0, 0)).and(alive()),
            ..client.clone()
        },
        Case {
            id: "isolation/half-is-enough",
            title: "Beside a reader that waits unread octets of less than half of the window add nothing to it",
            script: |s| {
                s.open();
                a_reader_waits(s);
                s.send(post(3));
                s.app(App::Read { stream: 3, octets: 30_000 });
                s.upload_in(body(3, 30_000));
                s.app(App::Release { stream: 3, octets: 20_000 });
                // The peer can send less than half of a window now, and half of one when all is
                // announced.
                s.upload_in(body(3, 5_000));
                all_announced(s);
            },
            expect: uploaded(3, 35_000).and(window_within(0, 50_535..=50_536)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "isolation/back-when-read",
            title: "When all bodies that were left unread are read the connection has its window, to the octet",
            script: |s| {
                s.open();
                unread(s, 4);
                for stream in [3, 5, 7, 9] {
                    s.app(App::ReadToEnd { stream });
                }
                all_announced(s);
            },
            expect: all_back(9),
            ..server.clone()
        },
        Case {
            id: "isolation/back-when-dropped",
            title: "When all bodies that were left unread are dropped the connection has its window, to the octet",
            script: |s| {
                s.open();
                unread(s, 4);
                for stream in [3, 5, 7, 9] {
                    s.app(App::Drop { stream, what: Handles::All });
                }
                all_announced(s);
            },
            expect: all_back(9),
            ..server.clone()
        },
        Case {
            id: "isolation/back-when-reset",
            title: "When all streams that were left unread are reset by the peer the connection has its window, to the octet",
            script: |s| {
                s.open();
                unread(s, 4);
                for stream in [3, 5, 7, 9] {
                    s.send(reset(stream, CANCEL));
                    s.app(App::Drop { stream, what: Handles::All });
                }
                all_announced(s);
            },
            expect: all_back(9),
            ..server.clone()
        },
        Case {
            id: "isolation/back-when-declined",
            title: "When the pushed responses that were not taken are gone the connection has its window, to the octet",
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(response(1, 200));
                s.app(App::AwaitResponse { stream: 1 });
                s.app(App::ReadToEnd { stream: 1 });
                for push in [2, 4, 6] {
                    s.burst([push_promise(1, push), response(push, 200)]);
                    s.upload_in(body(push, WINDOW));
                }
                s.send(data(1, 0).end_stream());
                s.app(App::Drop { stream: 1, what: Handles::All });
                all_announced(s);
            },
            expect: all_back(6),
            ..client
        },
        Case {
            id: "isolation/budget",
            title: "With a budget of 200 000 octets no more is granted and kept together",
            config: SMALL,
            script: |s| {
                s.open();
                kept(s, 5);
            },
            expect: uploaded(5, WINDOW)
                .and(uploaded(7, 200_000 - 3 * WINDOW))
                .and(uploaded(9, 0))
                .and(window(0, 0))
                .and(alive()),
            ..server.clone()
        },
        Case {
            id: "isolation/budget-used-again",
            title: "With a budget of 200 000 octets what is given back is granted anew, and no more",
            config: SMALL,
            script: |s| {
                s.open();
                kept(s, 5);
                s.app(App::Release { stream: 1, octets: WINDOW as usize });
                s.app(App::Release { stream: 3, octets: 1_000 });
            },
            expect: uploaded(7, WINDOW).and(uploaded(9, 200_000 - 3 * WINDOW + 1_000)).and(window(0, 0)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "isolation/budget-and-larger-target",
            title: "A target that grows over what isolation granted makes no more than the budget of both",
            config: SMALL,
            script: |s| {
                s.open();
                kept(s, 2);
                s.app(App::SetTargetWindow { octets: 200_000 });
            },
            expect: unprompted(window(0, 200_000 - 2 * WINDOW as i64)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "isolation/budget-below-the-window",
            title: "A budget below the window grants nothing beyond it and takes nothing away",
            config: Config { receive_budget: Some(1_000), ..OWN },
            script: |s| {
                s.open();
                kept(s, 2);
            },
            expect: uploaded(1, WINDOW).and(uploaded(3, 0)).and(window(0, 0)).and(alive()),
            ..server.clone()
        },
        Case {
            id: "isolation/no-budget",
            title: "Without a budget a body without a reader holds what it holds of the connection's window",
            config: Config { receive_budget: Some(0), ..OWN },
            script: |s| {
                s.open();
                kept(s, 2);
            },
            expect: uploaded(1, WINDOW).and(uploaded(3, 0)).and(window(0, 0)).and(alive()),
            ..server
        },
    ]
}
