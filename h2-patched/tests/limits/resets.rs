//! Requests that the peer resets after the application has accepted them.

use std::time::Duration;

use h2::server;
use h2_conformance::wire::build::{get, post, reset};
use h2_conformance::wire::code::error::CANCEL;

use crate::endpoint::{time_passes, Accepted, Endpoint, Server};
use crate::{heap, stream, KIB};

/// The peer opens these streams, and the application accepts them.
fn open(server: &mut Server, numbers: impl Iterator<Item = u32>) -> Vec<Accepted> {
    server.wire.send(numbers.map(stream).map(post));
    server.accept().expect("conforming")
}

#[test]
fn requests_that_are_reset_after_they_are_accepted_end_the_connection() {
    let mut server = Server::new(&server::Builder::new());
    // Within these nothing is slowed.
    for number in 0..4_000 {
        let _accepted = open(&mut server, number..number + 1);
        server.take([reset(stream(number), CANCEL)]).expect("within the limit");
    }
    let pair = |number| vec![post(stream(number)), reset(stream(number), CANCEL)];
    assert_eq!(server.slowed_by(4_000..5_000, pair), 4_001);
    server.dies_of("too_many_resets", 4_002, pair);
}

#[test]
fn two_hundred_calls_may_be_cancelled_at_once_ten_times_a_second() {
    let mut server = Server::new(&server::Builder::new());
    let mut before = 0;
    for batch in 0..300 {
        time_passes(Duration::from_millis(100));
        let numbers = 200 * batch..200 * (batch + 1);
        let _accepted = open(&mut server, numbers.clone());
        server.take(numbers.map(stream).map(|id| reset(id, CANCEL))).expect("conforming");
        if batch == 1 {
            before = heap::live();
        }
    }
    assert!(heap::live() - before < 64 * KIB, "{} bytes", heap::live() - before);
}

#[test]
fn two_of_three_requests_may_be_reset() {
    let mut server = Server::new(&server::Builder::new());
    for number in 0..13_000 {
        server.wire.send([get(stream(number))]);
        let (_request, mut respond) = server.accept().expect("conforming").remove(0);
        if number % 3 == 0 {
            respond.send_response(http::Response::new(()), true).expect("it waits");
            server.take([]).expect("the response is sent");
        } else {
            server.take([reset(stream(number), CANCEL)]).expect("conforming");
        }
    }
}

#[test]
fn a_reset_behind_the_response_is_free() {
    let mut server = Server::new(&server::Builder::new());
    for number in 0..13_000 {
        let mut accepted = open(&mut server, number..number + 1);
        accepted[0].1.send_response(http::Response::new(()), true).expect("it waits");
        server.take([]).expect("the response is sent");
        server.take([reset(stream(number), CANCEL)]).expect("conforming");
    }
}

#[test]
fn a_reset_of_a_response_that_waits_for_window_is_not_free() {
    use h2_conformance::wire::build::settings;

    let mut server = Server::new(&server::Builder::new());
    server.take([settings().with(4, 0)]).expect("no window for streams");
    for number in 0..4_000 {
        let mut accepted = open(&mut server, number..number + 1);
        let mut body = accepted[0].1.send_response(http::Response::new(()), false).expect("it waits");
        body.send_data(bytes::Bytes::from_static(b"content"), true).expect("it waits");
        server.take([reset(stream(number), CANCEL)]).expect("within the limit");
    }
    let pair = |number| vec![post(stream(number)), reset(stream(number), CANCEL)];
    assert_eq!(server.slowed_by(4_000..5_000, pair), 4_001);
}

#[test]
fn resets_of_streams_that_are_over_end_the_connection() {
    let mut server = Server::new(&server::Builder::new());
    server.wire.send([get(1)]);
    let (_request, mut respond) = server.accept().expect("conforming").remove(0);
    respond.send_response(http::Response::new(()), true).expect("it waits");
    server.take([]).expect("the response is sent");
    let again = |_| vec![reset(1, CANCEL)];
    let slowed = server.slowed_by(1..100_000, again);
    assert!((20_000..20_010).contains(&slowed), "{slowed}");
    server.dies_of("too_many_ignored_frames", 0, again);
}
