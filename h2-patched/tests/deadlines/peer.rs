//! What the peer owes: a preface, acknowledgements, signs of life, and that it reads.

use h2::client;
use h2::server::{self, Builder};
use h2::tuning::{Deadlines, KeepAlive};
use h2::virtual_time;
use h2_conformance::wire::build::{get, opening, ping, post, settings, unknown, window_update};
use h2_conformance::wire::wake::WakeFlag;

use crate::endpoint::{poll_once, Client, Server, Wire, PREFACE, SECOND};
use crate::{is_settings_timeout, is_timed_out};

fn builder(deadlines: Deadlines) -> Builder {
    let mut builder = server::Builder::new();
    builder.deadlines(deadlines);
    builder
}

fn alive() -> KeepAlive {
    KeepAlive::new(10 * SECOND).timeout(5 * SECOND).jitter_percent(0)
}

#[test]
fn a_client_that_says_nothing_has_no_handshake() {
    let wire = Wire::new();
    let task = WakeFlag::set();
    let mut handshake = builder(Deadlines::new().handshake_timeout(10 * SECOND)).handshake::<_, bytes::Bytes>(wire);
    assert!(task.run(&mut handshake).is_none());
    virtual_time::advance(9 * SECOND);
    assert!(task.run(&mut handshake).is_none());
    virtual_time::advance(SECOND);
    let error = task.run(&mut handshake).expect("the timer wakes the task").expect_err("no preface came");
    assert_eq!(error.get_io().map(std::io::Error::kind), Some(std::io::ErrorKind::TimedOut));
    assert!(error.to_string().contains("the client sent no preface within 10s"), "{error}");
}

#[test]
fn a_preface_that_comes_with_the_deadline_counts() {
    let wire = Wire::new();
    let task = WakeFlag::set();
    let mut handshake =
        builder(Deadlines::new().handshake_timeout(10 * SECOND)).handshake::<_, bytes::Bytes>(wire.clone());
    assert!(task.run(&mut handshake).is_none());
    virtual_time::advance(1_000 * SECOND);
    wire.write(&opening(&settings()));
    assert!(task.run(&mut handshake).expect("the timer wakes the task").is_ok());
}

#[test]
fn without_a_deadline_a_handshake_waits() {
    let wire = Wire::new();
    let task = WakeFlag::set();
    let mut handshake = server::Builder::new().handshake::<_, bytes::Bytes>(wire);
    assert!(task.run(&mut handshake).is_none());
    virtual_time::advance(1_000_000 * SECOND);
    assert!(!task.take());
}

#[test]
fn a_client_without_settings_ends() {
    let wire = Wire::new();
    wire.write(PREFACE);
    let task = WakeFlag::set();
    let builder = builder(Deadlines::new().handshake_timeout(10 * SECOND));
    let made = task.run(builder.handshake::<_, bytes::Bytes>(wire.clone())).expect("the preface is there");
    let mut connection = made.expect("it is right");
    let mut poll = || {
        task.wake();
        task.run(connection.accept())
    };
    assert!(poll().is_none());
    virtual_time::advance(10 * SECOND);
    let error = poll().expect("the deadline passed").expect("an error").expect_err("no SETTINGS came");
    assert_eq!(error.reason(), Some(h2::Reason::SETTINGS_TIMEOUT));
    assert_eq!(wire.frames(), ["SETTINGS", "GOAWAY 0 code 4"]);
}

#[test]
fn settings_have_to_be_acknowledged_in_time() {
    let deadlines = Deadlines::new().settings_ack_timeout(10 * SECOND);
    let mut server = Server::new(&builder(deadlines), &[]);
    server.pass(9);
    assert!(server.ended.is_none());
    server.pass(1);
    assert!(is_settings_timeout(&server.ended));
    assert_eq!(server.sent(), ["SETTINGS", "SETTINGS ack", "GOAWAY 0 code 4"]);

    let mut server = Server::open(&builder(deadlines));
    server.pass(100);
    assert!(server.ended.is_none());
    // The next ones have as much time.
    server.connection.set_initial_window_size(1 << 20).expect("none are on their way");
    server.wake();
    server.pass(9);
    assert!(server.ended.is_none());
    server.pass(1);
    assert!(is_settings_timeout(&server.ended));
}

#[test]
fn a_quiet_peer_is_asked_and_then_counts_as_dead() {
    let mut server = Server::open(&builder(Deadlines::new().keep_alive(alive())));
    server.take([get(1)]);
    server.pass(9);
    assert!(server.sent().is_empty());
    server.pass(1);
    assert_eq!(server.sent(), ["PING"]);
    // The answer, and all over again.
    server.take([ping(*b"h2-alive").ack()]);
    server.pass(10);
    assert_eq!(server.sent(), ["PING"]);
    server.pass(4);
    assert!(server.ended.is_none());
    server.pass(1);
    assert!(is_timed_out(&server.ended), "{:?}", server.ended);
}

#[test]
fn open_streams_get_the_error() {
    let mut client = {
        let mut builder = client::Builder::new();
        builder.deadlines(Deadlines::new().keep_alive(alive()));
        Client::open(&builder)
    };
    let response = client.ask().expect("the connection is open");
    client.pass(15);
    assert!(is_timed_out(&client.ended), "{:?}", client.ended);
    let error = poll_once(response).expect("it is over").expect_err("nothing came");
    assert!(error.is_io() && error.to_string().contains("keep-alive"), "{error}");
    assert!(client.ask().is_err());
}

#[test]
fn any_octet_of_the_peer_shows_that_it_is_alive() {
    let mut server = Server::open(&builder(Deadlines::new().keep_alive(alive())));
    server.take([post(1)]);
    for _ in 0..100 {
        server.pass(9);
        server.take([unknown(1)]);
    }
    assert!(server.sent().is_empty());
    server.pass(14);
    server.take([unknown(1)]);
    assert_eq!(server.sent(), ["PING"]);
    server.pass(9);
    assert!(server.ended.is_none() && server.sent().is_empty());
}

#[test]
fn an_answer_that_was_not_read_yet_counts() {
    let mut server = Server::open(&builder(Deadlines::new().keep_alive(alive())));
    server.take([get(1)]);
    server.pass(10);
    assert_eq!(server.sent(), ["PING"]);
    // The process was suspended for an hour.
    let mut answer = Vec::new();
    ping(*b"h2-alive").ack().encode(&mut answer);
    server.wire.write(&answer);
    virtual_time::advance(3_600 * SECOND);
    server.wake();
    assert!(server.ended.is_none());
}

#[test]
fn idle_connections_are_asked_only_if_it_is_set() {
    let mut server = Server::open(&builder(Deadlines::new().keep_alive(alive())));
    server.pass(100);
    assert!(server.sent().is_empty());
    let mut server = Server::open(&builder(Deadlines::new().keep_alive(alive().while_idle(true))));
    server.pass(10);
    assert_eq!(server.sent(), ["PING"]);
}

#[test]
fn a_peer_that_reads_nothing_ends() {
    let mut server = Server::open(&builder(Deadlines::new().write_timeout(10 * SECOND)));
    server.take([get(1)]);
    server.wire.takes(5);
    server.respond();
    server.pass(9);
    // An octet is progress.
    server.wire.takes(1);
    server.wake();
    server.pass(9);
    assert!(server.ended.is_none());
    server.pass(1);
    assert!(is_timed_out(&server.ended), "{:?}", server.ended);
}

#[test]
fn a_peer_that_reads_slowly_goes_on() {
    let mut server = Server::open(&builder(Deadlines::new().write_timeout(10 * SECOND)));
    server.take([get(1)]);
    server.wire.takes(0);
    server.respond();
    for _ in 0..5 {
        server.pass(9);
        server.wire.takes(1);
        server.wake();
    }
    server.wire.takes(usize::MAX);
    server.wake();
    server.pass(1_000);
    assert!(server.ended.is_none());
    assert_eq!(server.sent(), ["HEADERS 1"]);
}

#[test]
fn a_stream_that_gets_no_window_is_reset_and_others_go_on() {
    let mut server = Server::open(&builder(Deadlines::new().stream_write_timeout(80 * SECOND)));
    server.take([settings().with(4, 0), get(1), get(3)]);
    let mut bodies = Vec::new();
    for (_, mut response) in server.requests.drain(..) {
        bodies.push(response.send_response(http::Response::new(()), false).expect("the stream is open"));
    }
    server.wake();
    server.sent();
    // The application has content later. Only the fork wakes the task.
    for body in &mut bodies {
        body.send_data(bytes::Bytes::from_static(&[0; 100]), true).expect("the stream is open");
    }
    server.run();
    server.pass(70);
    server.take([window_update(3, 10)]);
    assert_eq!(server.sent(), ["DATA 3"]);
    server.pass(10);
    assert_eq!(server.sent(), ["Reset { code: 8 }"]);
    let reset = poll_once(std::future::poll_fn(|cx| bodies[0].poll_reset(cx))).expect("it was reset");
    assert_eq!(reset.expect("the connection is open"), h2::Reason::CANCEL);
    // The other one has a time of its own, and is looked at no later than an eighth after it.
    server.pass(69);
    assert!(server.sent().is_empty());
    server.pass(11);
    assert_eq!(server.sent(), ["Reset { code: 8 }"]);
    assert!(server.ended.is_none());
    assert_eq!(server.connection.insight().snapshot().expect("it is open").counts.deadlines_passed, 2);
}

#[test]
fn a_closed_window_of_the_connection_counts_for_all_streams() {
    let mut server = Server::open(&builder(Deadlines::new().stream_write_timeout(80 * SECOND)));
    server.take([get(1), get(3)]);
    for (_, mut response) in server.requests.drain(..) {
        let mut body = response.send_response(http::Response::new(()), false).expect("the stream is open");
        body.send_data(bytes::Bytes::from_static(&[0; 60_000]), true).expect("the stream is open");
    }
    server.wake();
    server.sent();
    server.pass(80);
    // They took turns, and both have something left.
    assert_eq!(server.sent(), ["Reset { code: 8 }", "Reset { code: 8 }"]);
    server.take([window_update(0, 1 << 20)]);
    assert!(server.ended.is_none());
}

#[test]
fn settings_that_follow_others_have_all_of_their_time() {
    let mut server = Server::new(&builder(Deadlines::new().settings_ack_timeout(10 * SECOND)), &[]);
    server.connection.set_initial_window_size(1 << 20).expect("it is queued");
    server.pass(9);
    server.take([settings().ack()]);
    assert_eq!(server.sent(), ["SETTINGS", "SETTINGS ack", "SETTINGS"]);
    server.pass(9);
    assert!(server.ended.is_none());
    server.pass(1);
    assert!(is_settings_timeout(&server.ended));
}

#[test]
fn a_ping_behind_much_content_has_its_time_when_the_content_moves() {
    let mut server = Server::open(&builder(Deadlines::new().keep_alive(alive().while_idle(true))));
    server.take([get(1)]);
    server.wire.takes(0);
    server.respond();
    for _ in 0..10 {
        server.pass(4);
        server.wire.takes(1);
        server.wake();
    }
    assert!(server.ended.is_none());
    server.pass(5);
    assert!(is_timed_out(&server.ended), "{:?}", server.ended);
}

#[test]
fn window_that_other_streams_use_is_progress() {
    let mut server = Server::open(&builder(Deadlines::new().stream_write_timeout(80 * SECOND)));
    server.take([get(1), get(3), get(5)]);
    for (_, mut response) in server.requests.drain(..) {
        let mut body = response.send_response(http::Response::new(()), false).expect("the stream is open");
        body.send_data(bytes::Bytes::from_static(&[0; 60_000]), true).expect("the stream is open");
    }
    server.wake();
    for _ in 0..4 {
        server.pass(50);
        server.take([window_update(0, 16_384)]);
    }
    assert!(server.sent().iter().all(|frame| !frame.starts_with("Reset")));
}
