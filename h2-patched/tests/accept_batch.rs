//! A server that answers each request before it accepts the next one: how its responses are
//! written.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use h2::server::{Builder, Connection};
use h2_conformance::wire::build::{headers_block, opening, settings, GET};
use h2_conformance::wire::hpack;
use h2_conformance::wire::wake::WakeFlag;
use http::Response;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const REQUESTS: u32 = 100;

/// What the client has sent, and the sizes of the server's writes.
#[derive(Clone, Default)]
struct Transport {
    sent: Arc<Mutex<Vec<u8>>>,
    written: Arc<Mutex<Vec<usize>>>,
}

impl Transport {
    fn writes(&self) -> usize {
        self.written.lock().unwrap().len()
    }
}

impl AsyncRead for Transport {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut sent = self.sent.lock().unwrap();
        if sent.is_empty() {
            return Poll::Pending;
        }
        let length = sent.len().min(buf.remaining());
        buf.put_slice(&sent[..length]);
        sent.drain(..length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.written.lock().unwrap().push(octets.len());
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A server after its handshake, and its transport with all requests.
fn server() -> (Connection<Transport, Bytes>, Transport) {
    h2::virtual_time::set(Some(Duration::ZERO));
    let transport = Transport::default();
    *transport.sent.lock().unwrap() = opening(&settings());
    let waker = WakeFlag::set().waker();
    let cx = &mut Context::from_waker(&waker);
    let mut handshake = Box::pin(Builder::new().handshake::<_, Bytes>(transport.clone()));
    let connection = loop {
        if let Poll::Ready(connection) = handshake.as_mut().poll(cx) {
            break connection.expect("the preface is sound");
        }
    };
    for request in 0..REQUESTS {
        let request = headers_block(2 * request + 1, hpack::encode(&GET)).end_stream();
        request.encode(&mut transport.sent.lock().unwrap());
    }
    (connection, transport)
}

/// Accepts a request and answers it.
fn answer(connection: &mut Connection<Transport, Bytes>) -> bool {
    let waker = WakeFlag::set().waker();
    let cx = &mut Context::from_waker(&waker);
    let Poll::Ready(Some(accepted)) = connection.poll_accept(cx) else { return false };
    let (_, mut respond) = accepted.expect("nothing is wrong");
    respond.send_response(Response::new(()), true).expect("the stream is open");
    true
}

#[test]
fn responses_are_written_together() {
    let (mut connection, transport) = server();
    let mut answered = 0;
    while answer(&mut connection) {
        answered += 1;
    }
    assert_eq!(answered, REQUESTS);
    // The preface and SETTINGS, their acknowledgement, and two batches.
    assert!(transport.writes() <= 5, "{} writes", transport.writes());
}

#[test]
fn a_response_does_not_wait_for_a_slow_program() {
    let (mut connection, transport) = server();
    let mut answered = 0;
    while answer(&mut connection) {
        answered += 1;
        h2::virtual_time::set(Some(Duration::from_millis(answered.into())));
        let before = transport.writes();
        if answer(&mut connection) {
            answered += 1;
            assert!(transport.writes() > before, "response {answered} waits");
        }
        h2::virtual_time::set(Some(Duration::from_millis(answered.into())));
    }
    assert_eq!(answered, REQUESTS);
}

#[test]
fn no_request_is_returned_behind_an_abort() {
    let (mut connection, transport) = server();
    assert!(answer(&mut connection));
    connection.abrupt_shutdown(h2::Reason::NO_ERROR);
    let before = transport.writes();
    let _ = answer(&mut connection);
    assert!(transport.writes() > before, "GOAWAY waits");
}
