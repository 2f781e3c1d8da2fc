//! When a server polls its connection while it hands out requests.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::server::{self, Connection, SendResponse};
use h2_conformance::wire::build::{get, opening, settings};
use h2_conformance::wire::code::kind::{DATA, GOAWAY, HEADERS};
use h2_conformance::wire::pipe::{pipe, PeerEnd, SubjectEnd};
use h2_conformance::wire::wake::WakeFlag;
use h2_conformance::wire::FrameReader;
use http::Response;

/// Requests that are handed out without a poll.
const BATCH: usize = 8;

struct Server {
    pipe: PeerEnd,
    connection: Connection<SubjectEnd, Bytes>,
    woken: WakeFlag,
    next: u32,
}

impl Server {
    fn new() -> Self {
        let (pipe, end) = pipe();
        pipe.write(&opening(&settings()));
        let woken = WakeFlag::set();
        let waker = woken.waker();
        let handshake = pin!(server::handshake(end));
        let Poll::Ready(Ok(connection)) = handshake.poll(&mut Context::from_waker(&waker)) else {
            panic!("the preface is there")
        };
        let mut server = Server { pipe, connection, woken, next: 1 };
        assert!(server.accept().is_none());
        server.sent();
        server
    }

    fn request(&mut self, count: usize) {
        let mut octets = Vec::new();
        for _ in 0..count {
            get(self.next).encode(&mut octets);
            self.next += 2;
        }
        self.pipe.write(&octets);
    }

    fn accept(&mut self) -> Option<SendResponse<Bytes>> {
        let waker = self.woken.waker();
        match self.connection.poll_accept(&mut Context::from_waker(&waker)) {
            Poll::Ready(request) => Some(request.expect("the peer stays").expect("the peer conforms").1),
            Poll::Pending => None,
        }
    }

    /// The types of the frames that were sent since the last call.
    fn sent(&self) -> Vec<u8> {
        let mut frames = FrameReader::default();
        frames.push(&self.pipe.read());
        std::iter::from_fn(|| frames.next_frame()).map(|frame| frame.kind).collect()
    }
}

fn answer(mut respond: SendResponse<Bytes>) {
    let mut body = respond.send_response(Response::new(()), false).expect("the stream is open");
    body.send_data(Bytes::from_static(b"hello"), true).expect("the stream is open");
}

#[test]
fn received_requests_are_handed_out_in_batches() {
    let mut server = Server::new();
    server.request(1 + 2 * BATCH);
    let mut accepted = vec![server.accept().expect("it was received")];
    // The next poll learns of it and ends the connection.
    server.pipe.close();
    let waker = server.woken.waker();
    while let Poll::Ready(Some(request)) = server.connection.poll_accept(&mut Context::from_waker(&waker)) {
        accepted.push(request.expect("it was received").1);
    }
    assert_eq!(accepted.len(), 1 + BATCH);
}

#[test]
fn an_answer_is_sent_before_the_next_request_is_handed_out() {
    let mut server = Server::new();
    server.request(4);
    let mut next = server.accept();
    for _ in 0..3 {
        answer(next.expect("it was received"));
        assert!(server.sent().is_empty());
        next = server.accept();
        assert_eq!(server.sent(), [HEADERS, DATA]);
    }
}

#[test]
fn the_end_of_a_connection_is_announced_before_the_next_request_is_handed_out() {
    let mut server = Server::new();
    server.request(3);
    let mut waiting = vec![server.accept()];
    server.connection.graceful_shutdown();
    assert!(server.sent().is_empty());
    waiting.push(server.accept());
    assert!(waiting.iter().all(Option::is_some));
    assert_eq!(server.sent()[0], GOAWAY);
}
