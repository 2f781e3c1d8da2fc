//! A flood is slowed before it ends the connection.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use h2::insight::{Event, EventKind};
use h2::tuning::{AbuseKind, AbuseLimits};
use h2::{insight, server};
use h2_conformance::wire::build::{ping, settings};
use h2_conformance::wire::Frame;

use crate::endpoint::{time_passes, Endpoint, Server};

fn pings(count: usize) -> impl Iterator<Item = Frame> {
    std::iter::repeat_with(|| ping([1; 8])).take(count)
}

fn limited() -> Server {
    Server::new(server::Builder::new().abuse_limits(AbuseLimits::new().limit(AbuseKind::Ping, 100, 50)))
}

/// Octets of a PING, and of its acknowledgement.
const PING: usize = 17;

#[test]
fn a_flood_is_read_no_faster_than_its_limit() {
    let mut server = limited();
    server.take([]).expect("nothing came");
    let written = server.wire.written();
    server.give(pings(1_000)).expect("it is slowed");
    for tenth in 1..50 {
        time_passes(Duration::from_millis(100));
        server.give([]).expect("it is slowed");
        // The bucket, what time has given back, and what one poll reads.
        let most = 100 + 5 * tenth + 128;
        let answered = (server.wire.written() - written) / PING;
        assert!(answered <= most, "{answered} after {tenth} tenths of a second");
    }
    assert!((server.wire.written() - written) / PING > 300);
}

#[test]
fn other_frames_are_read_between_the_pauses() {
    let mut server = limited();
    server.give(pings(200).chain([settings()])).expect("it is slowed");
    let written = server.wire.written();
    for _ in 0..30 {
        time_passes(Duration::from_millis(100));
        server.give([]).expect("it is slowed");
    }
    assert!(server.wire.unread() == 0 && server.wire.written() > written);
}

#[test]
fn a_flood_that_stops_is_forgiven() {
    let mut server = limited();
    for _ in 0..100 {
        server.give(pings(200)).expect("it is slowed");
        // The bucket is full again.
        for _ in 0..50 {
            time_passes(Duration::from_millis(100));
            server.give([]).expect("it is forgiven");
        }
    }
}

#[test]
fn an_event_tells_before_the_connection_ends() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let events = seen.clone();
    let mut builder = server::Builder::new();
    builder.abuse_limits(AbuseLimits::new().limit(AbuseKind::Ping, 100, 50));
    builder.observer(Arc::new(move |event: &Event<'_>| match event.kind {
        EventKind::Slowed { kind, .. } => events.lock().expect("no panic").push(kind.as_str()),
        EventKind::GoingAway { .. } => events.lock().expect("no panic").push("end"),
        _ => {}
    }));
    let before = insight::totals().counts.floods_slowed;
    let mut server = Server::new(&builder);
    server.dies_of("too_many_pings", 0, |_| pings(1).collect());
    drop(server);
    assert_eq!(*seen.lock().expect("no panic"), ["ping", "end"]);
    assert!(insight::totals().counts.floods_slowed > before);
}

#[test]
fn limits_are_those_of_the_builder() {
    let slowed = |builder: &server::Builder| {
        let mut server = Server::new(builder);
        server.slowed_by(1..30_000, |_| pings(1).collect())
    };
    let own = slowed(server::Builder::new().abuse_limits(AbuseLimits::new().limit(AbuseKind::Ping, 20, 1)));
    assert_eq!((own, slowed(&server::Builder::new())), (22, 20_002));
    let mut server = Server::new(server::Builder::new().abuse_limits(AbuseLimits::new().unlimited(AbuseKind::Ping)));
    for _ in 0..100 {
        server.take(pings(1_000)).expect("without limit");
        assert_eq!(server.wire.unread(), 0);
    }
}
