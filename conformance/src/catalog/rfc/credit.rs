//! DATA counts against the connection's window and its credit comes back, also where its stream has
//! come to its end (RFC 9113 section 6.9). The cases end with a whole window, as those of
//! `h2/credit` do, which says why.

use crate::catalog::prelude::*;

const TWICE: Config = Config { connection_window: Some(131_070), ..Config::DEFAULT };

pub(super) fn cases() -> Vec<Case> {
    vec![
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
            config: NO_RETENTION,
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
            id: "credit/response-after-drop",
            role: Role::Client,
            title: "A response that comes after its request was dropped gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    s.app(App::Request { method: "GET", end: true });
                    drop_all(s, stream);
                    s.send(response(stream, 200));
                    s.burst(in_paddings(stream, 5000));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-forgotten",
            role: Role::Client,
            title: "A response to a dropped request that is no longer remembered gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            config: NO_RETENTION,
            script: |s| {
                responses(s, |s, stream| {
                    s.app(App::Request { method: "GET", end: true });
                    drop_all(s, stream);
                    s.send(response(stream, 200));
                    s.burst(in_paddings(stream, 5000));
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-reset-by-application",
            role: Role::Client,
            title: "A response to a request that the application resets gives its credit back, before and after",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    ask(s, stream);
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
            id: "credit/response-longer-than-declared",
            role: Role::Client,
            title: "A response beyond its declared length gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    s.app(App::Request { method: "GET", end: true });
                    s.send(response_of(stream, "12000"));
                    s.burst(in_paddings(stream, 5000));
                    s.send(data(stream, 500));
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-shorter-than-declared",
            role: Role::Client,
            title: "A response that ends before its declared length gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    s.app(App::Request { method: "GET", end: true });
                    s.send(response_of(stream, "20000"));
                    s.burst(in_paddings(stream, 5000));
                    s.send(data(stream, 5).end_stream());
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
        Case {
            id: "credit/response-to-head",
            role: Role::Client,
            title: "Content of a response to HEAD gives its credit back",
            requires: &["rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            script: |s| {
                responses(s, |s, stream| {
                    s.app(App::Request { method: "HEAD", end: true });
                    s.send(response_of(stream, "12000"));
                    s.burst(in_paddings(stream, 5000));
                    drop_all(s, stream);
                })
            },
            expect: whole_window(7),
            ..Case::DEFAULT
        },
    ]
}
