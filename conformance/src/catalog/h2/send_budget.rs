//! What a connection buffers of DATA: a limit for all streams together, and a way to wait until a
//! stream buffers nothing. The release has neither. The peer's windows are larger than any limit
//! here, unless a case says otherwise.

use crate::catalog::prelude::*;

/// What the connection buffers at most.
const LIMIT: usize = 50_000;

const LIMITED: Config = Config { connection_send_buffer: Some(LIMIT), ..Config::DEFAULT };

/// Server: an open connection with windows of a mebibyte.
fn open(s: &mut Script) {
    s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 1 << 20));
    s.send(window_update(0, 1 << 20));
}

/// Server: stream 1 fills the buffer of the connection and waits for its own window; stream 3 has
/// window and none to send.
fn filled(s: &mut Script) {
    s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
    responding(s, &[1, 3]);
    s.burst([window_update(0, 1 << 20), window_update(3, 1 << 20)]);
    s.app(App::SendData { stream: 1, octets: LIMIT, end: false });
    s.app(App::Reserve { stream: 3, octets: 30_000 });
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            id: "send-budget/capacity-within-limit",
            role: Role::Server,
            title: "What streams may hand over stays within the limit of the connection",
            needs: Needs::Api,
            config: LIMITED,
            script: |s| {
                open(s);
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: 40_000 });
                s.app(App::Reserve { stream: 3, octets: 40_000 });
                s.app(App::Capacity { stream: 1 });
                s.app(App::Capacity { stream: 3 });
            },
            expect: call_gives(4, 40_000).and(call_gives(5, 10_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/client-capacity-within-limit",
            role: Role::Client,
            title: "What requests may hand over stays within the limit of the connection",
            needs: Needs::Api,
            config: LIMITED,
            script: |s| {
                open(s);
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Reserve { stream: 1, octets: 40_000 });
                s.app(App::Reserve { stream: 3, octets: 40_000 });
                s.app(App::Capacity { stream: 1 });
                s.app(App::Capacity { stream: 3 });
            },
            expect: call_gives(4, 40_000).and(call_gives(5, 10_000)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/full-buffer-offers-nothing",
            role: Role::Server,
            title: "While the connection buffers its limit no stream gets capacity",
            needs: Needs::Api,
            config: LIMITED,
            script: |s| {
                filled(s);
                s.app(App::AwaitCapacity { stream: 3 });
            },
            expect: call_waits(4).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/written-data-makes-room",
            role: Role::Server,
            title: "A writer that waits for capacity is woken when the connection has written what it buffered",
            needs: Needs::Api,
            config: LIMITED,
            script: |s| {
                filled(s);
                s.app(App::Capacity { stream: 3 });
                s.app(App::AwaitCapacity { stream: 3 });
                s.send(window_update(1, LIMIT as u32));
            },
            expect: call_gives(4, 0).and(unprompted(call_gives(5, 30_000))).and(content(1, LIMIT as u64)),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/discarded-data-makes-room",
            role: Role::Server,
            title: "A writer that waits for capacity is woken when what the connection buffered is discarded",
            needs: Needs::Api,
            config: LIMITED,
            script: |s| {
                filled(s);
                s.app(App::Capacity { stream: 3 });
                s.app(App::AwaitCapacity { stream: 3 });
                s.send(reset(1, CANCEL));
            },
            expect: call_gives(4, 0).and(unprompted(call_gives(5, 30_000))),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/data-is-always-taken",
            role: Role::Server,
            title: "DATA beyond the limit is taken and sent",
            needs: Needs::Api,
            config: LIMITED,
            script: |s| {
                open(s);
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 10 * LIMIT, end: true });
            },
            expect: unprompted(content(1, 10 * LIMIT as u64)).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/idle-reservation-does-not-starve",
            role: Role::Server,
            title: "A reservation of the whole limit that sends nothing does not keep another stream from sending",
            needs: Needs::Api,
            config: LIMITED,
            script: |s| {
                open(s);
                responding(s, &[1, 3]);
                s.app(App::Reserve { stream: 1, octets: LIMIT });
                s.app(App::WriteAll { stream: 3, octets: 3 * LIMIT, end: true });
            },
            expect: unprompted(content(3, 3 * LIMIT as u64)).and(answered(3)),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/request-without-place-is-not-charged",
            role: Role::Client,
            title: "A request that waits for the limit of concurrent streams keeps no request from sending, whatever it buffers",
            needs: Needs::Api,
            config: LIMITED,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Request { method: "POST", end: false });
                s.app(App::SendData { stream: 3, octets: 2 * LIMIT, end: true });
                s.app(App::WriteAll { stream: 1, octets: 30_000, end: true });
                s.send(response(1, 204).end_stream());
            },
            expect: unprompted(content(1, 30_000)).and(content(3, 35_535)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/promised-response-without-place-is-not-charged",
            role: Role::Server,
            title: "A promised response that waits for its place keeps no response from sending, whatever it buffers",
            needs: Needs::Api,
            config: LIMITED,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
                responding(s, &[1]);
                s.app(App::Promise { stream: 1 });
                s.app(App::Respond { stream: 2, status: 200, end: false });
                s.app(App::SendData { stream: 2, octets: 2 * LIMIT, end: true });
                s.app(App::WriteAll { stream: 1, octets: 30_000, end: true });
            },
            expect: unprompted(content(1, 30_000)).and(none_of(kind::DATA, 2)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/opened-request-is-charged",
            role: Role::Client,
            title: "What a request buffers counts against the limit once the request has its place",
            needs: Needs::Api,
            config: LIMITED,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Request { method: "POST", end: false });
                s.app(App::SendData { stream: 3, octets: 65_535 + LIMIT, end: true });
                s.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 2));
                s.app(App::Reserve { stream: 1, octets: 30_000 });
                s.app(App::Capacity { stream: 1 });
                s.send(window_update(0, 1 << 20));
                s.app(App::Capacity { stream: 1 });
            },
            expect: call_gives(4, 0).and(call_gives(5, 0)).and(content(3, 65_535)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/writers-share-limit",
            role: Role::Server,
            title: "Writers that share a small limit all come to their end",
            needs: Needs::Api,
            config: Config { connection_send_buffer: Some(1_000), ..Config::DEFAULT },
            script: |s| {
                s.return_credit(Credit::AtOnce);
                s.open();
                responding(s, &[1, 3, 5]);
                s.app(App::WriteAll { stream: 1, octets: 100_000, end: true });
                s.app(App::WriteAll { stream: 3, octets: 100_000, end: true });
                s.app(App::WriteAll { stream: 5, octets: 100, end: true });
            },
            expect: unprompted(content(1, 100_000).and(content(3, 100_000)).and(content(5, 100))).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/limit-of-one-octet",
            role: Role::Server,
            title: "A limit of one octet lets a body through, octet by octet",
            needs: Needs::Api,
            config: Config { connection_send_buffer: Some(1), ..Config::DEFAULT },
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.app(App::WriteAll { stream: 1, octets: 100, end: true });
            },
            expect: unprompted(content(1, 100)).and(times(kind::DATA, 1, 100..=100)).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/drained-when-written",
            role: Role::Server,
            title: "A stream is drained when the last octet of what it handed over was written",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 70_000, end: false });
                s.app(App::AwaitDrained { stream: 1 });
                s.burst([window_update(0, 5_000), window_update(1, 5_000)]);
                s.app(App::AwaitDrained { stream: 1 });
            },
            expect: unprompted(call_done(2).and(call_done(3))).and(content(1, 70_000)),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/not-drained-before",
            role: Role::Server,
            title: "A stream is not drained while an octet of what it handed over waits for window",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 65_536, end: true });
                s.app(App::AwaitDrained { stream: 1 });
            },
            expect: call_waits(2).and(content(1, 65_535)),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/drained-with-trailers",
            role: Role::Server,
            title: "A stream is drained when its trailers were written",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1]);
                s.app(App::SendData { stream: 1, octets: 70_000, end: false });
                s.app(App::SendTrailers { stream: 1 });
                s.app(App::AwaitDrained { stream: 1 });
                s.burst([window_update(0, 5_000), window_update(1, 5_000)]);
            },
            expect: unprompted(call_done(3)).and(answered(1)),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/not-drained-before-it-opens",
            role: Role::Client,
            title: "A request that waits for the limit of concurrent streams is not drained",
            needs: Needs::Api,
            script: |s| {
                s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitDrained { stream: 1 });
            },
            expect: call_waits(1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "send-budget/drained-fails-when-reset",
            role: Role::Server,
            title: "A task that waits until a stream is drained is woken when the peer resets it",
            needs: Needs::Api,
            script: |s| {
                s.open();
                responding(s, &[1, 3]);
                s.app(App::SendData { stream: 1, octets: 70_000, end: true });
                s.app(App::AwaitDrained { stream: 3 });
                s.app(App::AwaitDrained { stream: 1 });
                s.send(reset(1, CANCEL));
            },
            expect: call_done(3).and(unprompted(call_fails(4))).and(alive()),
            ..Case::DEFAULT
        },
    ]
}
