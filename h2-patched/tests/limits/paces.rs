//! What conforming peers do, for as long as they like.

use std::time::Duration;

use bytes::Bytes;
use h2::{client, server};
use h2_conformance::wire::build::{data, get, headers, post, reset, response, trailers};
use h2_conformance::wire::code::error::CANCEL;

use crate::endpoint::{time_passes, Accepted, Client, Server};
use crate::{heap, stream, KIB};

/// Responds to the one request that came.
fn answer(accepted: Vec<Accepted>) {
    let Ok([(_, mut respond)]) = <[Accepted; 1]>::try_from(accepted) else { panic!("one request is accepted") };
    respond.send_response(http::Response::new(()), true).expect("it waits");
}

#[test]
fn responses_to_cancelled_requests_may_come_late_for_ever() {
    let mut client = Client::new(&client::Builder::new());
    let mut before = 0;
    for batch in 0..1_000 {
        let calls: Vec<_> = (0..100).map(|_| client.ask()).collect();
        client.take([]).expect("requests are sent");
        drop(calls);
        client.take([]).expect("and cancelled");
        time_passes(Duration::from_secs(2));
        let (late, written) = ((100 * batch..100 * (batch + 1)).map(stream), client.wire.written());
        client.take(late.flat_map(|id| [response(id, 200), data(id, 300), trailers(id)])).expect("conforming");
        // A batch is 30 000 octets, so that every other one is worth one WINDOW_UPDATE.
        assert!(client.wire.written() - written <= 13, "late frames get no answer");
        // What one batch needs is there by then.
        if batch == 10 {
            before = heap::live();
        }
    }
    assert!(heap::live() - before < 16 * KIB, "{} bytes", heap::live() - before);
}

#[test]
fn ten_thousand_requests_are_refused_at_once_and_more_at_a_pace() {
    let mut server = Server::new(server::Builder::new().max_concurrent_streams(1));
    server.wire.send([post(1)]);
    let _busy = server.accept().expect("a request");
    for batch in 0..10 {
        let refused = (100 * batch + 1..100 * batch + 101).map(stream);
        server.take(refused.flat_map(|id| [post(id), data(id, 0), data(id, 100).end_stream()])).expect("refused");
    }
    for batch in 1..100 {
        time_passes(Duration::from_secs(5));
        let refused = (10_000 * batch + 1..10_000 * batch + 10_001).map(stream);
        server.take(refused.map(get)).expect("refused");
    }
}

#[test]
fn each_response_may_be_too_large() {
    let mut client = Client::new(client::Builder::new().max_header_list_size(100));
    let field = "x".repeat(200);
    for number in 0..5_000 {
        let call = client.ask();
        client.take([]).expect("the request is sent");
        client.take([headers(stream(number), &[(":status", "200"), ("x-large", &field)])]).expect("conforming");
        drop(call);
    }
}

#[test]
fn each_request_that_is_served_may_come_with_one_that_is_malformed() {
    let mut server = Server::new(&server::Builder::new());
    for number in 0..5_000 {
        let malformed = headers(stream(2 * number + 1), &[(":method", "GET")]).end_stream();
        server.wire.send([get(stream(2 * number)), malformed]);
        answer(server.accept().expect("in proportion"));
        server.take([]).expect("the response is sent");
    }
}

#[test]
fn each_message_may_have_an_empty_frame() {
    let mut server = Server::new(&server::Builder::new());
    for number in 0..100_000 {
        let id = stream(number);
        server.wire.send([post(id), data(id, 100), data(id, 0), data(id, 0).end_stream()]);
        answer(server.accept().expect("conforming"));
    }
}

#[test]
fn each_chunk_of_a_stream_may_be_flushed_by_an_empty_frame() {
    let mut server = Server::new(&server::Builder::new());
    server.wire.send([post(1)]);
    let mut busy = server.accept().expect("a request");
    let body = busy[0].0.body_mut();
    for _ in 0..100_000 {
        server.take([data(1, 10), data(1, 0)]).expect("conforming");
        let read = body.poll_data(&mut h2_conformance::wire::wake::by_hand());
        let std::task::Poll::Ready(Some(Ok(chunk))) = read else { panic!("a chunk came") };
        body.flow_control().release_capacity(chunk.len()).expect("it was read");
    }
}

#[test]
fn requests_may_be_reset_in_bursts_before_they_are_accepted() {
    let mut server = Server::new(&server::Builder::new());
    let pairs = |batch: u32| (100 * batch..100 * (batch + 1)).map(stream).flat_map(|id| [get(id), reset(id, CANCEL)]);
    for batch in 0..1_000 {
        time_passes(Duration::from_millis(100));
        server.take(pairs(batch)).expect("conforming");
    }
}

#[test]
fn a_request_behind_those_that_were_reset_is_accepted() {
    let mut server = Server::new(&server::Builder::new());
    // One poll reads 128 frames.
    let pairs = (0..40).map(stream).flat_map(|id| [post(id), data(id, 100), reset(id, CANCEL)]);
    server.wire.send(pairs.chain([get(stream(40))]));
    let accepted = server.accept().expect("conforming");
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].1.stream_id().as_u32(), stream(40));
}

#[test]
fn an_empty_chunk_is_no_frame() {
    let mut server = Server::new(&server::Builder::new());
    server.wire.send([get(1)]);
    let mut accepted = server.accept().expect("a request");
    let (_, respond) = &mut accepted[0];
    let mut body = respond.send_response(http::Response::new(()), false).expect("it waits");
    server.take([]).expect("the response is sent");
    let before = server.wire.written();
    body.send_data(Bytes::new(), false).expect("the stream is open");
    server.take([]).expect("nothing is sent");
    assert_eq!(server.wire.written(), before);
}
