//! What a client accepts of a server that promises.

use crate::catalog::prelude::*;
use crate::wire::{hpack, Frame};

/// A promise of stream 2 on stream 1 with these fields.
fn promise_of(fields: &[(&str, &str)]) -> Frame {
    let mut payload = vec![0, 0, 0, 2];
    payload.extend(hpack::encode(fields));
    push_promise(1, 2).payload(&payload)
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "push/accepted-client",
            role: Role::Client,
            title: "A client takes a promise and the response to it",
            requires: &["rfc9113/8.4.2/response-on-promised"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitPush { stream: 1 });
                s.send(push_promise(1, 2));
                s.app(App::AwaitResponse { stream: 2 });
                s.send(response(2, 200).end_stream());
            },
            expect: call_gives(1, 2).and(call_gives(2, 200)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "push/in-fragments-client",
            role: Role::Client,
            title: "A promise may be split over PUSH_PROMISE and CONTINUATION",
            requires: &["rfc9113/4.3/fragments"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitPush { stream: 1 });
                let promise = push_promise(1, 2);
                let (head, tail) = promise.payload.split_at(9);
                s.send(promise.clone().continues().payload(head));
                s.send(continuation(1, tail.to_vec()));
            },
            expect: call_gives(1, 2).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "push/interrupted-client",
            role: Role::Client,
            title: "Another frame between PUSH_PROMISE and its CONTINUATION is a connection error",
            requires: &["rfc9113/6.6/nothing-between", "rfc9113/4.3/contiguous"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(push_promise(1, 2).continues());
                s.send(ping(*b"intruder"));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/padded-client",
            role: Role::Client,
            title: "Padding of PUSH_PROMISE is no part of the promise",
            requires: &["rfc9113/6.6/padding"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitPush { stream: 1 });
                s.send(push_promise(1, 2).padded(50));
            },
            expect: call_gives(1, 2).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "push/padding-beyond-payload-client",
            role: Role::Client,
            title: "PUSH_PROMISE that claims more padding than it carries is a connection error",
            requires: &["rfc9113/6.6/padding"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(push_promise(1, 2).claiming_padding(255));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/too-short-client",
            role: Role::Client,
            title: "PUSH_PROMISE without room for the promised stream is a connection error",
            requires: &["rfc9113/4.2/frame-too-small", "rfc9113/4.2/altering-frame"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(push_promise(1, 2).resized(3));
            },
            expect: conn_error(FRAME_SIZE_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/reserved-bit-client",
            role: Role::Client,
            title: "The reserved bit before the promised stream is ignored",
            requires: &["rfc9113/6.6/reserved-bit"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitPush { stream: 1 });
                s.send(push_promise(1, 1 << 31 | 2));
            },
            expect: call_gives(1, 2).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "push/although-disabled-client",
            role: Role::Client,
            title: "PUSH_PROMISE after the client disabled push and the server agreed is a connection error",
            requires: &["rfc9113/6.5.2/push-disabled", "rfc9113/6.6/disabled"],
            needs: Needs::Api,
            config: Config { push: Some(false), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(push_promise(1, 2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/on-stream-zero-client",
            role: Role::Client,
            title: "PUSH_PROMISE on stream 0 is a connection error",
            requires: &["rfc9113/6.6/stream-zero"],
            script: |s| {
                s.open();
                s.send(push_promise(0, 2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/on-idle-stream-client",
            role: Role::Client,
            title: "PUSH_PROMISE on a stream that the client never opened is a connection error",
            requires: &["rfc9113/6.6/associated-state", "rfc9113/5.1/idle"],
            script: |s| {
                s.open();
                s.send(push_promise(9, 2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/on-ended-stream-client",
            role: Role::Client,
            title: "PUSH_PROMISE behind the end of the response is an error",
            requires: &["rfc9113/6.6/associated-state", "rfc9113/5.1/half-closed-remote"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.send(response(1, 200).end_stream());
                s.mark();
                s.send(push_promise(1, 2));
            },
            expect: one_of([conn_error(PROTOCOL_ERROR), any_error(1, STREAM_CLOSED)]),
            ..Case::DEFAULT
        },
        Case {
            id: "push/promises-odd-stream-client",
            role: Role::Client,
            title: "A promise of an odd stream is a connection error",
            requires: &["rfc9113/6.6/promised-id", "rfc9113/5.1.1/parity"],
            script: |s| {
                s.open();
                s.send(push_promise(1, 3));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/promises-stream-zero-client",
            role: Role::Client,
            title: "A promise of stream 0 is a connection error",
            requires: &["rfc9113/6.6/promised-id"],
            script: |s| {
                s.open();
                s.send(push_promise(1, 0));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/promises-lower-stream-client",
            role: Role::Client,
            title: "A promise of a stream below one already promised is a connection error",
            requires: &["rfc9113/6.6/promised-id", "rfc9113/5.1.1/growing"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(push_promise(1, 4));
                s.mark();
                s.send(push_promise(1, 2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/promises-twice-client",
            role: Role::Client,
            title: "A promise of the same stream again is a connection error",
            requires: &["rfc9113/6.6/promised-id", "rfc9113/5.1.1/growing"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(push_promise(1, 2));
                s.mark();
                s.send(push_promise(1, 2));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/data-before-headers-client",
            role: Role::Client,
            title: "DATA on a promised stream before its HEADERS is a connection error",
            requires: &["rfc9113/5.1/reserved-remote"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(push_promise(1, 2));
                s.mark();
                s.send(data(2, 1));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/window-update-before-headers-client",
            role: Role::Client,
            title: "WINDOW_UPDATE from the server on a stream that it promised is a connection error",
            requires: &["rfc9113/5.1/reserved-remote"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(push_promise(1, 2));
                s.mark();
                s.send(window_update(2, 100));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/taken-back-client",
            role: Role::Client,
            title: "A server may reset a stream that it promised",
            requires: &["rfc9113/5.1/reserved-remote"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(push_promise(1, 2));
                s.mark();
                s.send(reset(2, CANCEL));
            },
            expect: ignored(),
            ..Case::DEFAULT
        },
        Case {
            id: "push/unsafe-method-client",
            role: Role::Client,
            title: "A promised request that is not safe is refused",
            requires: &["rfc9113/8.4/safe-and-cacheable"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(promise_of(&POST));
            },
            expect: stream_error(2, PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/with-content-client",
            role: Role::Client,
            title: "A promised request with content is refused",
            requires: &["rfc9113/8.4/safe-and-cacheable"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(promise_of(&[&GET[..], &[("content-length", "5")]].concat()));
            },
            expect: stream_error(2, PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/without-authority-client",
            role: Role::Client,
            title: "A promised request that names no authority is refused",
            requires: &["rfc9113/8.4/authority"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(promise_of(&GET[..3]));
            },
            expect: stream_error(2, PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
        Case {
            id: "push/malformed-client",
            role: Role::Client,
            title: "A promised request without a path is refused",
            requires: &["rfc9113/8.4.1/malformed-promise"],
            needs: Needs::Api,
            config: Config { push: Some(true), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(promise_of(&[(":method", "GET"), (":scheme", "http"), (":authority", "example.test")]));
            },
            expect: stream_error(2, PROTOCOL_ERROR),
            ..Case::DEFAULT
        },
    ]
}
