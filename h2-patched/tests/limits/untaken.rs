//! Interim responses and promises that a client does not take.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use h2::client;
use h2_conformance::wire::build::{data, headers, push_promise, reset, response};
use h2_conformance::wire::code::error::CANCEL;
use h2_conformance::wire::wake::by_hand;
use h2_conformance::wire::Frame;

use crate::endpoint::{time_passes, Client, Endpoint};
use crate::{heap, KIB};

/// What a client may need beside what the tests measure: buffers that grow once.
const FIXED: isize = 96 * KIB;

/// A client that has made one request.
fn asking() -> (Client, client::ResponseFuture) {
    let mut client = Client::new(&client::Builder::new());
    let call = client.ask();
    client.take([]).expect("the request is sent");
    (client, call)
}

/// An interim response with a number, and a field of this length.
fn interim(number: u32, length: usize) -> Frame {
    let (number, field) = (number.to_string(), "x".repeat(length));
    headers(1, &[(":status", "103"), ("number", &number), ("x-large", &field)])
}

#[test]
fn interim_responses_that_are_not_taken_take_no_memory() {
    let (mut client, mut call) = asking();
    let mut before = 0;
    for second in 0..200 {
        time_passes(Duration::from_secs(1));
        client.take((0..100).map(|number| interim(100 * second + number, 5_000))).expect("within the rate");
        if second == 0 {
            before = heap::live();
        }
    }
    assert!(heap::live() - before < FIXED, "{} bytes", heap::live() - before);
    client.take([response(1, 200).end_stream()]).expect("conforming");
    let Poll::Ready(Ok(response)) = Pin::new(&mut call).poll(&mut by_hand()) else { panic!("it came") };
    assert_eq!(response.status(), 200);
}

/// The numbers of the interim responses that the application takes.
fn numbers(call: &mut client::ResponseFuture) -> Vec<u32> {
    let mut numbers = Vec::new();
    while let Poll::Ready(Some(taken)) = call.poll_informational(&mut by_hand()) {
        let number = taken.expect("it came").headers()["number"].to_str().expect("digits").parse();
        numbers.push(number.expect("a number"));
    }
    numbers
}

#[test]
fn the_latest_interim_responses_are_kept_in_order() {
    let (mut client, mut call) = asking();
    client.take((0..100).map(|number| interim(number, 10))).expect("conforming");
    assert_eq!(numbers(&mut call), (92..100).collect::<Vec<_>>());
    client.take((100..103).map(|number| interim(number, 10))).expect("conforming");
    assert_eq!(numbers(&mut call), [100, 101, 102]);
    // Three of these are larger than what may be kept.
    client.take((200..205).map(|number| interim(number, 6_000))).expect("conforming");
    assert_eq!(numbers(&mut call), [203, 204]);
    // A large one is kept alone.
    client.take([interim(300, 10), interim(301, 16_300)]).expect("conforming");
    assert_eq!(numbers(&mut call), [301]);
}

#[test]
fn a_flood_of_interim_responses_ends_the_connection() {
    let (mut client, _call) = asking();
    assert_eq!(client.slowed_by(1..10_000, |number| vec![interim(number, 10)]), 1_002);
    client.dies_of("too_many_interim_responses", 0, |number| vec![interim(number, 10)]);
}

fn promise(number: u32) -> Frame {
    let field = "x".repeat(500);
    let fields =
        [(":method", "GET"), (":scheme", "http"), (":authority", "test"), (":path", "/"), ("x-large", field.as_str())];
    let block = headers(1, &fields).payload;
    let mut promise = push_promise(1, 2 * number + 2);
    promise.payload.truncate(4);
    promise.payload.extend_from_slice(&block);
    promise
}

#[test]
fn promises_that_are_not_taken_are_refused() {
    let (mut client, mut call) = asking();
    let mut pushes = call.push_promises();
    let mut taken = 0;
    for batch in 0..4 {
        let written = client.wire.written();
        client.take((0..200).map(|number| promise(200 * batch + number))).expect("conforming");
        // RST_STREAM has 13 octets.
        assert_eq!(client.wire.written() - written, 72 * 13, "128 are kept");
        while let Poll::Ready(Some(push)) = pushes.poll_push_promise(&mut by_hand()) {
            drop(push.expect("it came"));
            taken += 1;
        }
        client.take([]).expect("what was taken is dropped");
    }
    assert_eq!(taken, 512);
}

#[test]
fn promises_that_are_not_taken_take_no_memory() {
    let (mut client, mut call) = asking();
    let _pushes = call.push_promises();
    let mut before = 0;
    for second in 0..200 {
        time_passes(Duration::from_secs(1));
        client.take((0..100).map(|number| promise(100 * second + number))).expect("within the rate");
        if second == 1 {
            before = heap::live();
        }
    }
    assert!(heap::live() - before < FIXED, "{} bytes", heap::live() - before);
}

#[test]
fn promises_that_end_untaken_make_room() {
    let (mut client, mut call) = asking();
    let mut pushes = call.push_promises();
    client.take((0..200).map(promise)).expect("conforming");
    client.take((0..10).map(|number| reset(2 * number + 2, CANCEL))).expect("conforming");
    drop((call, pushes.poll_push_promise(&mut by_hand()).is_ready()));
    drop(pushes);
    client.take([]).expect("nothing is left of them");
    let mut call = client.ask();
    client.take([]).expect("the request is sent");
    let mut pushes = call.push_promises();
    let mut promise = promise(300);
    promise.stream = 3;
    client.take([promise]).expect("conforming");
    assert!(matches!(pushes.poll_push_promise(&mut by_hand()), Poll::Ready(Some(Ok(_)))));
}

#[test]
fn pushes_that_are_reset_untaken_keep_only_their_request() {
    let (mut client, mut call) = asking();
    let mut pushes = call.push_promises();
    client.take((0..128).map(promise)).expect("conforming");
    let before = heap::live();
    for number in 0..128 {
        let id = 2 * number + 2;
        let content = data(id, 10_000);
        client.take([response(id, 200), content.clone(), content, reset(id, CANCEL)]).expect("the credit is back");
    }
    assert!(heap::live() - before < FIXED, "{} bytes", heap::live() - before);
    for _ in 0..128 {
        let Poll::Ready(Some(push)) = pushes.poll_push_promise(&mut by_hand()) else { panic!("it came") };
        let (request, mut response) = push.expect("it came").into_parts();
        assert_eq!(request.uri().path(), "/");
        let Poll::Ready(Err(error)) = Pin::new(&mut response).poll(&mut by_hand()) else { panic!("it was reset") };
        assert_eq!((error.reason(), error.is_remote()), (Some(h2::Reason::CANCEL), true));
    }
}

#[test]
fn a_flood_of_promises_ends_the_connection() {
    let (mut client, mut call) = asking();
    let _pushes = call.push_promises();
    assert_eq!(client.slowed_by(0..10_000, |number| vec![promise(number)]), 1_001);
    client.dies_of("too_many_promises", 1_002, |number| vec![promise(number)]);
}
