//! The credit of requests.

use crate::catalog::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "credit/body-released",
            role: Role::Server,
            title: "A body that was read and released gives all its credit back",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
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
            id: "credit/body-read-not-released",
            role: Role::Server,
            title: "A body that was read but never released gives all its credit back with its handles",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.send(data(stream, 0).end_stream());
                    s.app(App::Read { stream, octets: 15_000 });
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/body-released-in-part",
            role: Role::Server,
            title: "A body of which seven octets were released gives the rest of its credit back with its handles",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.app(App::Read { stream, octets: 15_000 });
                    s.app(App::Release { stream, octets: 7 });
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/body-unread",
            role: Role::Server,
            title: "A complete unread body gives all its credit back with its handles",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.send(data(stream, 0).end_stream());
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/open-body-unread",
            role: Role::Server,
            title: "A body that was not read to its end gives all its credit back with its handles",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/body-handle-dropped",
            role: Role::Server,
            title: "DATA of a body whose handle is gone gives its credit back while the stream goes on",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.app(App::Drop { stream, what: Handles::Receive });
                    s.burst(in_paddings(stream, 5000));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/body-handle-dropped-last",
            role: Role::Server,
            title: "A body whose handle goes last gives its credit back",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.app(App::Drop { stream, what: Handles::Response });
                    s.app(App::Drop { stream, what: Handles::Receive });
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/handles-in-any-order",
            role: Role::Server,
            title: "Credit comes back in whichever order the three handles of a stream are dropped",
            needs: Needs::Api,
            script: |s| {
                use Handles::{Receive as R, Response as A, Send as S};
                s.open();
                let orders = [[R, A, S], [R, S, A], [A, R, S], [A, S, R], [S, R, A], [S, A, R]];
                for (stream, order) in (1..).step_by(2).zip(orders) {
                    s.send(post(stream));
                    s.app(App::Respond { stream, status: 200, end: false });
                    s.burst(in_paddings(stream, 3000));
                    order.into_iter().for_each(|what| s.app(App::Drop { stream, what }));
                }
                fill(s, 13);
            },
            expect: whole_window(13),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/reset-by-peer",
            role: Role::Server,
            title: "A stream that the peer resets gives its credit back with its handles",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.send(reset(stream, CANCEL));
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/reset-by-peer-then-read",
            role: Role::Server,
            title: "A stream that the peer resets gives its credit back once, though its body is released after that",
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.send(reset(stream, CANCEL));
                    s.app(App::Read { stream, octets: 15_000 });
                    s.app(App::Release { stream, octets: 15_000 });
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/many-small-bodies",
            role: Role::Server,
            title: "Three hundred small unread bodies give all their credit back",
            needs: Needs::Api,
            script: |s| {
                s.open();
                for stream in (1..600).step_by(2) {
                    s.burst([post(stream), data(stream, 120).padded(129).end_stream()]);
                    s.app(App::Respond { stream, status: 200, end: true });
                    s.app(App::Drop { stream, what: Handles::All });
                }
                fill(s, 601);
            },
            expect: whole_window(601),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/empty-frames",
            role: Role::Server,
            title: "Padding alone, without an octet of content, gives its credit back without a reader",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                (0..90).for_each(|_| s.send(data(1, 0).padded(255)));
                fill(s, 3);
            },
            expect: whole_window(3),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/small-frames-of-dropped-body",
            role: Role::Server,
            title: "Small frames of a body that the application has dropped are no offence",
            needs: Needs::Api,
            config: BUDGETED,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::Drop { stream: 1, what: Handles::Receive });
                (0..300).for_each(|_| s.send(data(1, 1)));
            },
            expect: alive(),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/large-frames-of-dropped-body",
            role: Role::Server,
            title: "Large frames of a body that the application has dropped make up for small frames of another body",
            needs: Needs::Api,
            config: BUDGETED,
            script: |s| {
                s.open();
                s.burst([post(1), post(3)]);
                s.app(App::Drop { stream: 1, what: Handles::Receive });
                for _ in 0..3 {
                    (0..80).for_each(|_| s.send(data(3, 1)));
                    (0..2).for_each(|_| s.send(data(1, 10_000)));
                }
            },
            expect: alive(),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/unread-body-leaves-room",
            role: Role::Server,
            title: "A body without a reader does not keep every other stream from sending",
            needs: Needs::Api,
            config: Config { receive_budget: None, ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.burst([post(1), post(3)]);
                s.upload_in(body(1, 65_535));
                s.app(App::ReadToEnd { stream: 3 });
                s.upload(3, 1000);
            },
            expect: uploaded(3, 1000).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
