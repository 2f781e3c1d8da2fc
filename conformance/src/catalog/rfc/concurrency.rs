//! Limits on concurrent streams (RFC 9113 section 5.1.2).

use crate::catalog::prelude::*;
use crate::wire::hpack;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "concurrency/above-limit",
            role: Role::Server,
            title: "A request above SETTINGS_MAX_CONCURRENT_STREAMS is refused on its own stream",
            requires: &["rfc9113/5.1.2/receiver-refuses"],
            needs: Needs::Api,
            config: Config { max_concurrent: Some(1), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(get(3));
            },
            expect: stream_error(3, [REFUSED_STREAM, PROTOCOL_ERROR]).and(not_handed(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "concurrency/half-closed-counts",
            role: Role::Server,
            title: "A request that is sent but not answered counts against the limit",
            requires: &["rfc9113/5.1.2/what-counts"],
            needs: Needs::Api,
            config: Config { max_concurrent: Some(1), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: false });
                s.mark();
                s.send(get(3));
            },
            expect: stream_error(3, [REFUSED_STREAM, PROTOCOL_ERROR]),
            ..Case::DEFAULT
        },
        Case {
            id: "concurrency/slot-after-end",
            role: Role::Server,
            title: "A stream that has ended no longer counts",
            requires: &["rfc9113/5.1.2/what-counts"],
            needs: Needs::Api,
            config: Config { max_concurrent: Some(1), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.send(get(1));
                s.app(App::Respond { stream: 1, status: 200, end: true });
                s.send(get(3));
                s.app(App::Respond { stream: 3, status: 200, end: true });
            },
            expect: handed(3).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "concurrency/slot-after-reset",
            role: Role::Server,
            title: "A stream that the peer has reset no longer counts",
            requires: &["rfc9113/5.1.2/what-counts"],
            needs: Needs::Api,
            config: Config { max_concurrent: Some(1), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(reset(1, CANCEL));
                s.app(App::Drop { stream: 1, what: Handles::All });
                s.send(get(3));
                s.app(App::Respond { stream: 3, status: 200, end: true });
            },
            expect: handed(3).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "concurrency/refused-keeps-others",
            role: Role::Server,
            title: "A refused request does not disturb the ones within the limit",
            requires: &["rfc9113/5.1.2/receiver-refuses", "rfc9113/8.7/refused"],
            needs: Needs::Api,
            config: Config { max_concurrent: Some(1), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(get(3));
                s.send(data(1, 2).end_stream());
                s.app(App::Respond { stream: 1, status: 200, end: true });
            },
            expect: stream_error_only(3, [REFUSED_STREAM, PROTOCOL_ERROR]).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "concurrency/refused-keeps-compression",
            role: Role::Server,
            title: "The field block of a refused request changes the compression state all the same",
            requires: &["rfc9113/4.3/state-always"],
            needs: Needs::Api,
            config: Config { max_concurrent: Some(1), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.send(post(1));
                s.send(headers_block(3, remembering()).end_stream());
                s.send(reset(1, CANCEL));
                s.mark();
                s.send(headers_block(5, remembered()).end_stream());
            },
            expect: handed(5).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "concurrency/respects-limit-client",
            role: Role::Client,
            title: "A client opens no more streams than the server allows",
            requires: &["rfc9113/5.1.2/sender-respects"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
            },
            expect: times(kind::HEADERS, 1, 1..=1).and(none_of(kind::HEADERS, 3)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "concurrency/uses-freed-slot-client",
            role: Role::Client,
            title: "A client opens the next stream when one within the limit has ended",
            requires: &["rfc9113/5.1.2/sender-respects"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
                s.mark();
                s.send(response(1, 200).end_stream());
            },
            expect: times(kind::HEADERS, 3, 1..=1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "concurrency/limit-of-zero-client",
            role: Role::Client,
            title: "A client opens no stream while the server allows none, and opens it when it may",
            requires: &["rfc9113/5.1.2/sender-respects", "rfc9113/6.5.2/max-concurrent-zero"],
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
                s.app(App::Request { method: "GET", end: true });
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 10));
            },
            expect: times(kind::HEADERS, 1, 1..=1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "concurrency/lowered-limit-client",
            role: Role::Client,
            title: "A lower limit leaves the streams alone that are open, and holds back new ones",
            requires: &["rfc9113/5.1.2/lowered-limit"],
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::Request { method: "GET", end: true });
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
                s.mark();
                s.app(App::Request { method: "GET", end: true });
                s.send(response(1, 200).end_stream());
            },
            expect: none_of(kind::RST_STREAM, 3).and(none_of(kind::HEADERS, 5)).and(alive()),
            ..Case::DEFAULT
        },
    ]
}

/// A GET request whose last field the reader has to put in its dynamic table.
fn remembering() -> Vec<u8> {
    let mut block = hpack::encode(&GET);
    hpack::indexed_literal(&mut block, "x-kept", "yes");
    block
}

/// A GET request that refers to that field.
fn remembered() -> Vec<u8> {
    let mut block = hpack::encode(&GET);
    block.push(0x80 | 62);
    block
}
