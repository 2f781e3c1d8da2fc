//! Frames that come after the subject ended their stream, however long after (RFC 9113 section
//! 5.1): the peer sent them before it received RST_STREAM.

use crate::catalog::prelude::*;

/// The application resets stream 1, and does not remember it.
fn forget(s: &mut Script) {
    s.app(App::Reset { stream: 1, code: CANCEL });
    s.mark();
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "late/response-client",
            role: Role::Client,
            title: "A response to a cancelled request is discarded, also when the client has forgotten the request",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            config: NO_RETENTION,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                forget(s);
                s.burst([response(1, 200), data(1, 100), data(1, 100)]);
                s.send(trailers(1));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "late/interim-response-client",
            role: Role::Client,
            title: "The 1xx responses of a forgotten request are discarded too",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            config: NO_RETENTION,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                forget(s);
                s.burst([response(1, 103), response(1, 103)]);
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "late/response-credit-client",
            role: Role::Client,
            title: "The content of late responses is given back to the connection, octet for octet",
            requires: &["rfc9113/5.1/after-own-reset", "rfc9113/6.9/account-for-every-frame"],
            needs: Needs::Api,
            config: NO_RETENTION,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                forget(s);
                s.send(response(1, 200));
                s.burst(in_paddings(1, 5_000));
                fill_response(s, 3);
            },
            expect: none_of(kind::RST_STREAM, 1).and(whole_window(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "late/promise-client",
            role: Role::Client,
            title: "A promise on a forgotten request is declined on its own stream only",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            config: NO_RETENTION,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                forget(s);
                s.send(push_promise(1, 2));
                s.burst([response(2, 200), data(2, 100).end_stream()]);
            },
            expect: none_of(kind::RST_STREAM, 1).and(times(kind::RST_STREAM, 2, 1..=1)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "late/content",
            role: Role::Server,
            title: "The rest of a request that the server has reset and forgotten is discarded",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            config: NO_RETENTION,
            script: |s| {
                s.open();
                s.send(post(1));
                forget(s);
                s.burst([data(1, 100), data(1, 0)]);
                s.send(trailers(1));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "late/content-of-refused",
            role: Role::Server,
            title: "The content of a refused request is discarded without a second RST_STREAM",
            requires: &["rfc9113/5.1/after-own-reset"],
            needs: Needs::Api,
            config: ONE,
            script: |s| {
                s.open();
                s.send(post(1));
                s.burst([post(3), data(3, 100), data(3, 0)]);
                s.send(trailers(3));
            },
            expect: refused(3).and(times(kind::RST_STREAM, 3, 1..=1)),
            ..Case::DEFAULT
        },
        Case {
            id: "late/beside-ended",
            role: Role::Server,
            title: "DATA behind END_STREAM stays an error on a stream between two that the server has reset",
            requires: &["rfc9113/6.1/closed-stream", "rfc9113/5.1/closed"],
            needs: Needs::Api,
            config: NO_RETENTION,
            script: |s| {
                s.open();
                s.burst([post(1), get(3), post(5)]);
                s.app(App::Respond { stream: 3, status: 200, end: true });
                s.app(App::Reset { stream: 5, code: CANCEL });
                forget(s);
                s.burst([data(1, 100), data(5, 100)]);
                s.send(data(3, 100));
            },
            expect: one_of([any_error(3, [STREAM_CLOSED, PROTOCOL_ERROR]), ignored()])
                .and(none_of(kind::RST_STREAM, 1))
                .and(none_of(kind::RST_STREAM, 5)),
            ..Case::DEFAULT
        },
    ]
}
