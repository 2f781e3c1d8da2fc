//! A graceful shutdown ends, whatever the client does, and so does a connection that closes.

use h2::server::Builder;
use h2::tuning::Deadlines;
use h2_conformance::wire::build::{get, ping};
use h2_conformance::wire::Frame;

use crate::endpoint::{poll_once, Server, SECOND};
use crate::is_timed_out;

/// The payload of the PING between the two GOAWAY frames, and of a PING of the application, as h2
/// has them.
const SHUTDOWN: [u8; 8] = [0x0b, 0x7b, 0xa2, 0xf0, 0x8b, 0x9b, 0xfe, 0x54];
const USER: [u8; 8] = [0x3b, 0x7c, 0xdb, 0x7a, 0x0b, 0x87, 0x16, 0xb4];

/// A server with so many open requests that has announced its shutdown.
fn shutting_down(builder: &Builder, requests: u32) -> Server {
    let mut server = Server::open(builder);
    server.take((0..requests).map(|number| get(2 * number + 1)));
    server.connection.graceful_shutdown();
    server.wake();
    assert_eq!(server.sent(), ["GOAWAY announced", "PING"]);
    server
}

#[test]
fn a_client_that_never_answers_does_not_hold_a_shutdown() {
    let mut server = shutting_down(&Builder::new(), 0);
    server.pass(9);
    assert!(server.sent().is_empty());
    server.pass(1);
    assert_eq!(server.sent(), ["GOAWAY 0 code 0"]);
    assert!(matches!(server.ended, Some(Ok(()))) && server.wire.is_closed());
}

#[test]
fn the_wait_for_the_acknowledgement_is_a_setting() {
    let deadlines = Deadlines::new().shutdown_ping_timeout(3 * SECOND);
    let mut server = shutting_down(Builder::new().deadlines(deadlines), 0);
    server.pass(3);
    assert!(matches!(server.ended, Some(Ok(()))));
    let deadlines = Deadlines::new().shutdown_ping_timeout(std::time::Duration::MAX);
    let mut server = shutting_down(Builder::new().deadlines(deadlines), 0);
    server.pass(59);
    assert!(server.ended.is_none());
}

#[test]
fn a_client_that_is_gone_does_not_hold_open_streams() {
    let mut server = shutting_down(&Builder::new(), 1);
    server.take([ping(SHUTDOWN).ack()]);
    assert_eq!(server.sent(), ["GOAWAY 1 code 0"]);
    server.pass(79);
    assert_eq!(server.sent(), ["PING"]);
    server.pass(60);
    assert!(is_timed_out(&server.ended), "{:?}", server.ended);
}

#[test]
fn a_client_that_is_alive_keeps_its_streams() {
    let mut server = shutting_down(&Builder::new(), 1);
    server.take([ping(SHUTDOWN).ack()]);
    for _ in 0..10_000 {
        server.pass(1);
        if server.sent().contains(&"PING".to_owned()) {
            server.take([ping(*b"h2-alive").ack()]);
        }
    }
    assert!(server.ended.is_none());
    server.respond();
    assert!(matches!(server.ended, Some(Ok(()))));
}

#[test]
fn streams_may_have_a_deadline() {
    let deadlines = Deadlines::new().shutdown_drain_timeout(30 * SECOND);
    let mut server = shutting_down(Builder::new().deadlines(deadlines), 1);
    server.take([ping(SHUTDOWN).ack()]);
    server.pass(29);
    assert!(server.ended.is_none());
    let (_, mut response) = server.requests.remove(0);
    server.pass(1);
    assert!(matches!(server.ended, Some(Ok(()))), "{:?}", server.ended);
    assert_eq!(server.sent(), ["GOAWAY 1 code 0"]);
    let reset = poll_once(std::future::poll_fn(|cx| response.poll_reset(cx))).expect("it is over");
    assert_eq!(reset.expect("the connection ended by GOAWAY"), h2::Reason::NO_ERROR);
}

#[test]
fn a_ping_of_the_application_goes_out_during_a_shutdown_and_its_answer_counts() {
    let mut server = Server::open(&Builder::new());
    let mut pings = server.connection.ping_pong().expect("taken once");
    server.take([get(1)]);
    server.connection.graceful_shutdown();
    server.wake();
    assert_eq!(server.sent(), ["GOAWAY announced", "PING"]);
    pings.send_ping(h2::Ping::opaque()).expect("none is on its way");
    server.wake();
    assert_eq!(server.sent(), ["PING"]);
    server.take([ping(USER).ack()]);
    assert_eq!(server.sent(), ["GOAWAY 1 code 0"]);
    assert!(poll_once(std::future::poll_fn(|cx| pings.poll_pong(cx))).is_some());
    // The other answer adds nothing.
    server.take([ping(SHUTDOWN).ack()]);
    assert!(server.sent().is_empty() && server.ended.is_none());
}

#[test]
fn the_answer_to_an_earlier_ping_does_not_count() {
    let mut server = Server::open(&Builder::new());
    let mut pings = server.connection.ping_pong().expect("taken once");
    server.take([get(1)]);
    pings.send_ping(h2::Ping::opaque()).expect("none is on its way");
    server.wake();
    server.connection.graceful_shutdown();
    server.take([ping(USER).ack()]);
    assert_eq!(server.sent(), ["PING", "GOAWAY announced", "PING"]);
}

#[test]
fn a_second_call_does_not_wait_for_the_acknowledgement() {
    let mut server = shutting_down(&Builder::new(), 1);
    // A loop that calls it at once again changes nothing.
    server.connection.graceful_shutdown();
    server.wake();
    assert!(server.sent().is_empty());
    server.pass(1);
    server.connection.graceful_shutdown();
    server.wake();
    assert_eq!(server.sent(), ["GOAWAY 1 code 0"]);
    // Neither a third one nor the acknowledgement adds anything.
    server.connection.graceful_shutdown();
    server.take([ping(SHUTDOWN).ack()]);
    assert!(server.sent().is_empty());
    server.respond();
    assert!(matches!(server.ended, Some(Ok(()))));
}

/// A frame on the connection that has to be on a stream.
fn violation() -> Frame {
    Frame { stream: 0, ..get(1) }
}

#[test]
fn a_transport_that_takes_nothing_is_dropped_when_the_connection_closes() {
    let mut server = Server::open(&Builder::new());
    server.wire.takes(0);
    server.take([violation()]);
    server.pass(20);
    // An octet is progress.
    server.wire.takes(1);
    server.wake();
    server.pass(29);
    assert!(server.ended.is_none());
    server.pass(1);
    let Some(Err(error)) = &server.ended else { panic!("{:?}", server.ended) };
    assert_eq!(error.reason(), Some(h2::Reason::PROTOCOL_ERROR), "the error is that of the connection");
}

#[test]
fn a_shutdown_ends_although_the_transport_takes_nothing() {
    let mut server = Server::open(&Builder::new());
    server.wire.takes(0);
    server.connection.graceful_shutdown();
    server.wake();
    server.pass(10 + 30);
    assert!(matches!(server.ended, Some(Ok(()))), "{:?}", server.ended);
}

#[test]
fn the_peer_may_get_time_to_close_its_side() {
    let mut builder = Builder::new();
    builder.deadlines(Deadlines::new().close_timeout(5 * SECOND));
    let mut server = Server::open(&builder);
    server.take([violation()]);
    assert!(server.wire.is_closed() && server.ended.is_none());
    // What comes is discarded.
    server.take((0..1_000).map(|_| ping([1; 8])));
    server.pass(4);
    assert_eq!(server.sent(), ["GOAWAY 0 code 1"]);
    assert!(server.ended.is_none());
    server.pass(1);
    assert!(server.ended.is_some());

    let mut server = Server::open(&builder);
    server.take([violation()]);
    assert!(server.ended.is_none());
    server.wire.close();
    server.wake();
    let Some(Err(error)) = &server.ended else { panic!("{:?}", server.ended) };
    assert_eq!(error.reason(), Some(h2::Reason::PROTOCOL_ERROR), "the error is that of the connection");
}

#[test]
fn the_last_of_all_streams_does_not_hold_a_shutdown() {
    let mut server = Server::open(&Builder::new());
    server.take([get(0x7fff_ffff)]);
    server.connection.graceful_shutdown();
    server.wake();
    assert_eq!(server.sent(), ["GOAWAY announced", "PING"]);
    // The final GOAWAY names the same stream.
    server.pass(10);
    assert_eq!(server.sent(), ["GOAWAY announced"]);
    server.pass(10);
    server.take([ping(SHUTDOWN).ack()]);
    assert!(server.sent().is_empty() && server.ended.is_none());
    server.respond();
    assert!(matches!(server.ended, Some(Ok(()))), "{:?}", server.ended);
}

#[test]
fn a_transport_that_holds_back_what_it_took_is_bounded_too() {
    let mut server = Server::open(&Builder::new());
    server.wire.holds_back(true);
    server.connection.graceful_shutdown();
    server.wake();
    // The peer is alive, and reads nothing.
    for _ in 0..40 {
        server.pass(1);
        server.take([ping(*b"h2-alive").ack()]);
    }
    assert!(matches!(server.ended, Some(Ok(()))), "{:?}", server.ended);
}
