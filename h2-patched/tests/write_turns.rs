//! How much a connection writes before other tasks get their turn.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::server;
use h2_conformance::wire::build::{get, opening, settings, window_update};
use h2_conformance::wire::code::setting::INITIAL_WINDOW_SIZE;
use h2_conformance::wire::pipe::pipe;
use h2_conformance::wire::wake::WakeFlag;
use http::Response;

const MIB: usize = 1 << 20;
const BODY: usize = 8 * MIB;

#[test]
fn a_large_body_is_written_in_parts_though_the_transport_takes_all_of_it() {
    let (pipe, end) = pipe();
    let window = 16 * MIB as u32;
    let mut octets = opening(&settings().with(INITIAL_WINDOW_SIZE, window));
    window_update(0, window).encode(&mut octets);
    get(1).encode(&mut octets);
    pipe.write(&octets);
    let woken = WakeFlag::set();
    let waker = woken.waker();
    let mut cx = Context::from_waker(&waker);
    let Poll::Ready(Ok(mut connection)) = pin!(server::handshake(end)).poll(&mut cx) else {
        panic!("the preface is there")
    };
    let Poll::Ready(Some(Ok((_request, mut respond)))) = connection.poll_accept(&mut cx) else {
        panic!("a request was sent")
    };
    let mut body = respond.send_response(Response::new(()), false).expect("the stream is open");
    body.send_data(Bytes::from(vec![b'b'; BODY]), true).expect("the stream is open");

    let mut parts = Vec::new();
    while woken.take() {
        assert!(connection.poll_closed(&mut cx).is_pending());
        parts.push(pipe.read().len());
    }
    assert!(parts.iter().all(|octets| *octets <= MIB), "{parts:?}");
    assert!(parts.iter().sum::<usize>() > BODY, "{parts:?}");
}
