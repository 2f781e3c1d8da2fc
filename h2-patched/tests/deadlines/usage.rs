//! How long a connection may be unused, and how old it may be.

use h2::tuning::{Deadlines, IdleTimeout};
use h2::{client, server};
use h2_conformance::wire::build::{get, ping, push_promise, response, settings};

use crate::endpoint::{poll_once, Client, Server, SECOND};

fn server(deadlines: Deadlines) -> Server {
    Server::open(server::Builder::new().deadlines(deadlines))
}

fn client(deadlines: Deadlines) -> Client {
    Client::open(client::Builder::new().deadlines(deadlines))
}

/// The payload of the PING between the two GOAWAY frames of a shutdown, as h2 has it.
const SHUTDOWN: [u8; 8] = [0x0b, 0x7b, 0xa2, 0xf0, 0x8b, 0x9b, 0xfe, 0x54];

#[test]
fn an_unused_server_shuts_down_and_serves_what_is_on_its_way() {
    let mut server = server(Deadlines::new().idle_timeout(IdleTimeout::new(60 * SECOND)));
    server.pass(59);
    assert!(server.sent().is_empty());
    server.pass(1);
    assert_eq!(server.sent(), ["GOAWAY announced", "PING"]);
    server.take([get(1), ping(SHUTDOWN).ack()]);
    assert_eq!(server.sent(), ["GOAWAY 1 code 0"]);
    server.respond();
    assert_eq!(server.sent(), ["HEADERS 1"]);
    assert!(matches!(server.ended, Some(Ok(()))) && server.wire.is_closed());
}

#[test]
fn an_open_stream_is_use() {
    let mut server = server(Deadlines::new().idle_timeout(IdleTimeout::new(60 * SECOND)));
    server.pass(59);
    server.take([get(1)]);
    server.pass(10_000);
    assert!(server.sent().is_empty());
    server.respond();
    server.pass(59);
    assert_eq!(server.sent(), ["HEADERS 1"]);
    server.pass(1);
    assert_eq!(server.sent(), ["GOAWAY announced", "PING"]);
}

#[test]
fn an_unused_client_closes_and_takes_no_more_requests() {
    let mut client = client(Deadlines::new().idle_timeout(IdleTimeout::new(60 * SECOND)));
    let answer = client.ask().expect("it is open");
    client.take([response(1, 200).end_stream()]);
    assert!(poll_once(answer).expect("it came").is_ok());
    assert_eq!(client.sent(), ["HEADERS 1"]);
    client.pass(59);
    assert!(client.ended.is_none());
    client.pass(1);
    assert!(matches!(client.ended, Some(Ok(()))), "{:?}", client.ended);
    assert_eq!(client.sent(), ["GOAWAY 0 code 0"]);
    let error = client.ask().expect_err("the connection is over");
    assert!(error.to_string().contains("idle"), "{error}");
}

#[test]
fn heartbeats_keep_a_connection_whose_idle_timeout_adapts() {
    let mut server = server(Deadlines::new().idle_timeout(IdleTimeout::adaptive(SECOND, 3_600 * SECOND)));
    for beat in 0..100 {
        server.pass(25);
        server.take([get(2 * beat + 1)]);
        server.respond();
    }
    assert!(server.sent().iter().all(|frame| frame.starts_with("HEADERS")));
    assert!(server.ended.is_none());
    // They stop: the connection ends long before the maximum.
    server.pass(90);
    assert_eq!(server.sent(), ["GOAWAY announced", "PING", "GOAWAY 199 code 0"]);
}

#[test]
fn an_old_server_shuts_down_and_its_streams_have_a_deadline() {
    let deadlines = Deadlines::new().max_age(1_000 * SECOND).max_age_drain_timeout(100 * SECOND);
    let mut server = server(deadlines);
    server.take([get(1)]);
    server.pass(899);
    assert!(server.sent().is_empty());
    server.pass(201);
    assert_eq!(server.sent()[..2], ["GOAWAY announced", "PING"]);
    server.take([ping(SHUTDOWN).ack()]);
    let mut seconds = 0;
    while server.ended.is_none() {
        server.pass(1);
        seconds += 1;
        // The peer is alive.
        server.take([ping([0; 8]).ack()]);
        assert!(seconds <= 100);
    }
    assert!(matches!(server.ended, Some(Ok(()))), "{:?}", server.ended);
}

#[test]
fn an_old_client_opens_no_more_streams_and_finishes_what_is_open() {
    let mut client = client(Deadlines::new().max_age(1_000 * SECOND));
    let answer = client.ask().expect("it is open");
    client.pass(1_100);
    assert_eq!(client.sent()[..2], ["HEADERS 1", "GOAWAY 0 code 0"]);
    let error = client.ask().expect_err("the connection is too old");
    assert!(error.to_string().contains("age"), "{error}");
    assert!(client.ended.is_none());
    client.take([response(1, 200).end_stream()]);
    assert!(poll_once(answer).expect("it came").is_ok());
    assert!(matches!(client.ended, Some(Ok(()))), "{:?}", client.ended);
}

#[test]
fn without_settings_nothing_ends_a_quiet_connection() {
    let mut server = server(Deadlines::new());
    let mut client = client(Deadlines::new());
    let _answer = client.ask();
    server.pass(100_000);
    client.pass(100_000);
    assert!(server.sent().is_empty() && server.ended.is_none());
    assert_eq!(client.sent(), ["HEADERS 1"]);
    assert!(client.ended.is_none());
}

#[test]
fn the_time_before_the_first_stream_is_no_use() {
    let mut server = server(Deadlines::new().idle_timeout(IdleTimeout::adaptive(SECOND, 600 * SECOND)));
    server.take([get(1)]);
    server.respond();
    server.pass(599);
    assert_eq!(server.sent(), ["HEADERS 1"]);
    server.pass(1);
    assert_eq!(server.sent(), ["GOAWAY announced", "PING"]);
}

#[test]
fn requests_that_wait_when_a_client_is_too_old_are_sent() {
    let mut client = client(Deadlines::new().max_age(1_000 * SECOND));
    client.take([settings().with(3, 1)]);
    let first = client.ask().expect("it is open");
    let mut beside = client.send.clone();
    let request = http::Request::get("http://test/").body(()).expect("a request");
    let (second, _) = beside.send_request(request, true).expect("it waits for a place");
    client.pass(1_100);
    client.take([response(1, 200).end_stream()]);
    assert!(client.sent().contains(&"HEADERS 3".to_owned()));
    client.take([response(3, 200).end_stream()]);
    assert!(poll_once(first).expect("it came").is_ok() && poll_once(second).expect("it came").is_ok());
    assert!(matches!(client.ended, Some(Ok(()))), "{:?}", client.ended);
}

#[test]
fn a_push_that_crosses_the_goaway_of_a_client_is_no_harm() {
    let mut client = client(Deadlines::new().max_age(1_000 * SECOND));
    let answer = client.ask().expect("it is open");
    client.pass(1_100);
    client.take([push_promise(1, 2), response(2, 200).end_stream(), response(1, 200).end_stream()]);
    assert!(poll_once(answer).expect("it came").is_ok());
    client.wake();
    assert!(matches!(client.ended, Some(Ok(()))), "{:?}", client.ended);
}
