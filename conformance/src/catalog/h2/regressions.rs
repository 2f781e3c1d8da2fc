//! Faults that older releases of h2 had, and that no other topic finds. `cargo xtask recall` plays
//! the cases on the release with the fault and on the one without.

use crate::catalog::prelude::*;
use crate::wire::code::MAX_WINDOW;
use crate::wire::hpack;

const ONE_AT_A_TIME: u32 = 1;

/// Client: the server takes one stream at a time. The request on stream 1 has it, and that on
/// stream 3 waits, so that nothing was sent on it.
fn one_request_waits(s: &mut Script) {
    s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, ONE_AT_A_TIME));
    s.app(App::Request { method: "POST", end: false });
    s.app(App::RequestBeside { method: "POST", end: false });
    s.mark();
}

/// Client: two uploads, and the first reserves all of the connection's window.
fn all_reserved(s: &mut Script, octets: usize) {
    s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 1 << 20));
    for _ in 0..2 {
        s.app(App::Request { method: "POST", end: false });
    }
    s.app(App::Reserve { stream: 1, octets });
}

pub(super) fn cases() -> Vec<Case> {
    let client = Case { role: Role::Client, needs: Needs::Api, ..Case::DEFAULT };
    vec![
        Case {
            id: "regressions/waiting-request-takes-no-capacity",
            title: "A request that waits for a place takes no send capacity from the one that has it",
            script: |s| {
                one_request_waits(s);
                s.app(App::Reserve { stream: 3, octets: 65_535 });
                s.app(App::WriteAll { stream: 1, octets: 65_535, end: true });
            },
            expect: content(1, 65_535).and(alive()),
            ..client.clone()
        },
        Case {
            id: "regressions/reserved-beyond-the-window-and-dropped",
            title: "Of a reservation beyond the window no more comes back than it had got",
            script: |s| {
                all_reserved(s, 200_000);
                s.app(App::Drop { stream: 1, what: Handles::All });
                s.app(App::WriteAll { stream: 3, octets: 200_000, end: true });
            },
            expect: content(3, 65_535).and(alive()),
            ..client.clone()
        },
        Case {
            id: "regressions/windows-of-a-request-that-was-sent",
            title: "SETTINGS that lower and raise the windows do not touch a request that was sent",
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                for _ in 0..3 {
                    for octets in [(1 << 31) - 1, 0] {
                        s.send(settings().with(setting::INITIAL_WINDOW_SIZE, octets));
                    }
                }
                s.send(response(1, 200).end_stream());
                s.app(App::AwaitResponse { stream: 1 });
            },
            expect: call_gives(1, 200).and(alive()),
            ..client.clone()
        },
        Case {
            id: "regressions/capacity-is-awaited-on-a-faulty-stream",
            title: "A call that waits for capacity ends when the peer's error resets the stream",
            script: |s| {
                s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Reserve { stream: 1, octets: 10 });
                s.app(App::AwaitCapacity { stream: 1 });
                s.send(response_of(1, "5").end_stream());
            },
            expect: call_fails(2).and(stream_error(1, PROTOCOL_ERROR)),
            ..client.clone()
        },
        Case {
            id: "regressions/no-capacity-is-none",
            title: "A call that waits for capacity goes on waiting where SETTINGS have taken it away",
            script: |s| {
                s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, 10));
                s.app(App::Request { method: "POST", end: false });
                s.app(App::Reserve { stream: 1, octets: 10 });
                s.send(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
                s.app(App::AwaitCapacity { stream: 1 });
            },
            expect: call_waits(2).and(alive()),
            ..client.clone()
        },
        Case {
            id: "regressions/no-reset-of-an-idle-stream",
            title: "A request that is cancelled while it waits for a place is reset only if it was sent",
            script: |s| {
                one_request_waits(s);
                s.app(App::Reset { stream: 3, code: CANCEL });
                s.app(App::SendData { stream: 1, octets: 0, end: true });
                s.send(response(1, 200).end_stream());
            },
            expect: one_of([none_of(kind::RST_STREAM, 3), times(kind::HEADERS, 3, 1..=1)]).and(alive()),
            ..client.clone()
        },
        Case {
            id: "regressions/response-to-a-request-that-waits",
            title: "A response to a request that was not sent is a connection error",
            script: |s| {
                one_request_waits(s);
                s.send(response(3, 200).end_stream());
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..client.clone()
        },
        Case {
            id: "regressions/reset-of-a-request-that-waits",
            title: "RST_STREAM on a request that was not sent is a connection error",
            script: |s| {
                one_request_waits(s);
                s.send(reset(3, CANCEL));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..client.clone()
        },
        Case {
            id: "regressions/credit-for-a-request-that-waits",
            title: "WINDOW_UPDATE on a request that was not sent is a connection error",
            script: |s| {
                one_request_waits(s);
                s.send(window_update(3, 1));
            },
            expect: conn_error(PROTOCOL_ERROR),
            ..client.clone()
        },
        Case {
            id: "regressions/push-and-response-are-both-awaited",
            title: "A promise reaches the call that waits for it while another waits for the response",
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.app(App::AwaitPush { stream: 1 });
                s.app(App::AwaitResponse { stream: 1 });
                s.send(push_promise(1, 2));
                s.send(response(1, 200).end_stream());
            },
            expect: call_gives(1, 2).and(call_gives(2, 200)).and(alive()),
            ..client.clone()
        },
        Case {
            id: "regressions/fields-above-the-limit-of-a-client",
            title: "A response whose fields are above the limit is refused with PROTOCOL_ERROR",
            config: Config { max_header_list: Some(200), ..Config::DEFAULT },
            script: |s| {
                s.open();
                s.app(App::Request { method: "GET", end: true });
                s.send(headers(1, &[(":status", "200"), ("large", &"x".repeat(300))]));
            },
            expect: stream_error(1, PROTOCOL_ERROR),
            ..client.clone()
        },
        Case {
            id: "regressions/reader-of-a-faulty-stream",
            title: "A call that reads ends when the peer's error resets the stream",
            script: |s| {
                s.open();
                s.app(App::Request { method: "POST", end: false });
                s.send(response(1, 200));
                s.app(App::AwaitResponse { stream: 1 });
                s.app(App::Read { stream: 1, octets: 10 });
                s.send(window_update(1, MAX_WINDOW));
            },
            expect: call_fails(2).and(stream_error(1, FLOW_CONTROL_ERROR)),
            ..client.clone()
        },
        Case {
            id: "regressions/very-many-fields",
            title: "A request of 25 000 fields is no panic",
            needs: Needs::Api,
            script: |s| {
                s.open();
                let mut block = get(1).payload;
                for n in 0..25_000 {
                    block.extend(hpack::encode(&[(&format!("n{n}"), "")]));
                }
                let (first, rest) = block.split_at(DEFAULT_FRAME_SIZE);
                let pieces: Vec<&[u8]> = rest.chunks(DEFAULT_FRAME_SIZE).collect();
                let last = pieces.len() - 1;
                let mut frames = vec![get(1).payload(first).continues()];
                for (at, piece) in pieces.into_iter().enumerate() {
                    let piece = continuation(1, piece.to_vec());
                    frames.push(if at == last { piece } else { piece.continues() });
                }
                s.burst(frames);
            },
            expect: not_handed(1).and(alive()),
            ..Case::DEFAULT
        },
        Case {
            id: "regressions/small-data-after-a-larger-window",
            title: "A window that was raised on the way has room for small frames",
            needs: Needs::Api,
            script: |s| {
                s.open();
                s.app(App::SetTargetWindow { octets: 1 << 20 });
                s.send(post(1));
                s.burst((0..400).map(|_| data(1, 1)));
            },
            expect: alive(),
            ..Case::DEFAULT
        },
    ]
}
