//! The connection's credit comes back to the last octet, whatever becomes of the DATA that used it: requests.
//!
//! Credit below the threshold of announcing is rightly kept back, so that no window says by itself whether any is lost.
//! The cases therefore end with a fresh stream whose reader waits for as much as the whole window: [`fill`] and
//! [`whole_window`].

use std::time::Duration;

use super::flow::*;
use super::prelude::*;

const ONE: Config = Config { max_concurrent: Some(1), ..Config::DEFAULT };
pub(super) const NO_GRACE: Config = Config { reset_grace: Some((0, Duration::from_secs(30))), ..Config::DEFAULT };
const TWICE: Config = Config { connection_window: Some(131_070), ..Config::DEFAULT };

/// Server: three streams, each used as `way` says, and then the whole window on stream 7.
pub(super) fn requests(s: &mut Script, way: fn(&mut Script, u32)) {
    s.open();
    [1, 3, 5].into_iter().for_each(|stream| way(s, stream));
    fill(s, 7);
}

pub(super) fn drop_all(s: &mut Script, stream: u32) {
    s.app(App::Drop { stream, what: Handles::All });
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "credit/body-released",
            role: Role::Server,
            title: "A body that was read and released gives all its credit back",
            level: Level::Quality,
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
            level: Level::Quality,
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
            level: Level::Quality,
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
            title: "A complete body that nobody read gives all its credit back with its handles",
            level: Level::Quality,
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
            title: "A body that nobody read to its end gives all its credit back with its handles",
            level: Level::Quality,
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
            id: "credit/late-data",
            role: Role::Server,
            title: "DATA of a request that the application has dropped gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    drop_all(s, stream);
                    s.burst(in_paddings(stream, 5000));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/late-data-forgotten",
            role: Role::Server,
            title: "DATA of a reset stream that is no longer remembered gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            config: NO_GRACE,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    drop_all(s, stream);
                    s.burst(in_paddings(stream, 5000));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/body-handle-dropped",
            role: Role::Server,
            title: "DATA of a body whose handle is gone gives its credit back while the stream goes on",
            level: Level::Quality,
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
            level: Level::Quality,
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
            level: Level::Quality,
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
            id: "credit/reset-by-application",
            role: Role::Server,
            title: "A stream that the application resets gives its credit back, what came before and what comes after",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 2000));
                    s.app(App::Reset { stream, code: CANCEL });
                    s.burst(in_paddings(stream, 2000));
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/reset-by-peer",
            role: Role::Server,
            title: "A stream that the peer resets gives its credit back with its handles",
            level: Level::Quality,
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
            level: Level::Quality,
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
            id: "credit/answered-early",
            role: Role::Server,
            title: "A request that was answered before its end gives its credit back, before and after",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 2000));
                    s.app(App::Respond { stream, status: 200, end: true });
                    drop_all(s, stream);
                    s.burst(in_paddings(stream, 2000));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/longer-than-declared",
            role: Role::Server,
            title: "DATA beyond the declared length gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post_of(stream, "12000"));
                    s.burst(in_paddings(stream, 5000));
                    s.send(data(stream, 500));
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/shorter-than-declared",
            role: Role::Server,
            title: "DATA that ends before the declared length gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post_of(stream, "20000"));
                    s.burst(in_paddings(stream, 5000));
                    s.send(data(stream, 5).end_stream());
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/malformed-trailers",
            role: Role::Server,
            title: "A body before malformed trailers gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.send(headers(stream, &[("connection", "close")]).end_stream());
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/trailers-without-end",
            role: Role::Server,
            title: "A body before trailers without END_STREAM gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                requests(s, |s, stream| {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                    s.send(headers(stream, &[("x-checksum", "1")]));
                    s.send(data(stream, 500));
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/refused-stream",
            role: Role::Server,
            title: "DATA of a refused request gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                s.open();
                s.send(post(1));
                for stream in [3, 5, 7] {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                }
                s.app(App::Read { stream: 1, octets: 65_535 });
                s.upload_in(body(1, 65_535));
            },
            expect: refused(3).and(whole_window(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/above-goaway",
            role: Role::Server,
            title: "DATA of streams above the identifier in GOAWAY gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.send(post(1));
                s.app(App::ShutDown);
                for stream in [3, 5, 7] {
                    s.send(post(stream));
                    s.burst(in_paddings(stream, 5000));
                }
                s.app(App::Read { stream: 1, octets: 65_535 });
                s.upload_in(body(1, 65_535));
            },
            expect: whole_window(1),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/beyond-stream-window",
            role: Role::Server,
            title: "DATA beyond a stream's window gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            config: TWICE,
            script: |s| {
                s.open();
                s.send(post(1));
                s.burst((0..5).map(|_| data(1, 16_384)));
                s.app(App::Drop { stream: 1, what: Handles::All });
                fill(s, 3);
                fill(s, 5);
            },
            expect: stream_error(1, FLOW_CONTROL_ERROR).and(uploaded(3, 65_535)).and(whole_window(5)),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/many-small-bodies",
            role: Role::Server,
            title: "Three hundred small bodies that nobody read give all their credit back",
            level: Level::Quality,
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
            title: "Padding alone, without an octet of content, gives its credit back though nobody reads",
            level: Level::Quality,
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
            level: Level::Quality,
            needs: Needs::Api,
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
            id: "credit/unread-body-leaves-room",
            role: Role::Server,
            title: "A body that nobody reads does not keep every other stream from sending",
            level: Level::Quality,
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
