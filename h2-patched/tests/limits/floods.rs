//! What hostile peers do a million times, and what it costs.

use std::time::Duration;

use h2::{server, Reason};
use h2_conformance::wire::build::{data, get, headers, post, reset, POST};
use h2_conformance::wire::code::error::CANCEL;
use h2_conformance::wire::Frame;

use crate::endpoint::{time_passes, Endpoint, Server};
use crate::{heap, is_calm, stream, KIB};

/// What a connection may need beside what the tests measure: buffers that grow once.
const FIXED: isize = 96 * KIB;

/// A server with one busy stream, at whose limit of streams it is.
fn full() -> (Server, Vec<crate::endpoint::Accepted>) {
    let mut server = Server::new(server::Builder::new().max_concurrent_streams(1));
    server.wire.send([post(1)]);
    let busy = server.accept().expect("a request");
    (server, busy)
}

/// A request that is malformed, because its scheme and path are missing.
fn malformed(id: u32) -> Frame {
    headers(id, &[(":method", "GET")]).end_stream()
}

#[test]
fn a_million_late_frames_take_no_memory_and_get_no_answer() {
    let mut server = Server::new(server::Builder::new().max_concurrent_reset_streams(0));
    server.wire.send([post(1)]);
    let mut accepted = server.accept().expect("a request");
    accepted[0].1.send_reset(Reason::CANCEL);
    drop(accepted);
    server.take([]).expect("it is reset");
    let (before, written) = (heap::live(), server.wire.written());
    heap::reset_peak();
    for _ in 0..1_000 {
        server.take((0..1_000).map(|_| data(1, 0))).expect("late");
    }
    assert_eq!(server.wire.written(), written);
    assert!(heap::peak() - before < FIXED, "{} bytes", heap::peak() - before);
}

#[test]
fn refused_requests_beyond_the_rate_end_the_connection() {
    let (mut server, _busy) = full();
    let refused = |number| vec![get(stream(number))];
    assert_eq!(server.slowed_by(1..100_000, refused), 20_002);
    server.dies_of("too_many_refused_streams", 20_003, refused);
}

#[test]
fn a_million_refused_requests_within_the_rate_take_no_memory() {
    let (mut server, _busy) = full();
    let before = heap::live();
    for batch in 0..1_000 {
        time_passes(Duration::from_millis(500));
        server.take((1_000 * batch + 1..1_000 * batch + 1_001).map(|number| get(stream(number)))).expect("refused");
    }
    assert!(heap::live() - before < FIXED, "{} bytes", heap::live() - before);
}

#[test]
fn refused_requests_of_a_peer_that_does_not_read_stay_unread() {
    let (mut server, _busy) = full();
    server.wire.stop_reading();
    let before = heap::live();
    for batch in 0..10 {
        server.give((1_000 * batch + 1..1_000 * batch + 1_001).map(|number| get(stream(number)))).expect("it waits");
    }
    // The queue of resets is bounded, because nothing is read while they cannot be written.
    assert!(heap::live() - before < FIXED, "{} bytes", heap::live() - before);
}

#[test]
fn errors_within_the_rate_take_no_memory_and_beyond_it_end_the_connection() {
    let mut server = Server::new(&server::Builder::new());
    let mut before = 0;
    for second in 0..1_000 {
        time_passes(Duration::from_secs(1));
        server.take((100 * second..100 * (second + 1)).map(|number| malformed(stream(number)))).expect("reset");
        if second == 0 {
            before = heap::live();
        }
    }
    assert!(heap::live() - before < FIXED, "{} bytes", heap::live() - before);
    let malformed = |number| vec![malformed(stream(number))];
    assert!(server.slowed_by(100_000..200_000, malformed) < 102_100);
    server.dies_of("too_many_internal_resets", 102_100, malformed);
}

#[test]
fn errors_of_a_peer_that_does_not_read_end_the_connection_at_any_pace() {
    let mut server = Server::new(&server::Builder::new());
    server.wire.stop_reading();
    let before = heap::live();
    let mut ended = Ok(());
    let mut seconds = 0;
    while ended.is_ok() {
        time_passes(Duration::from_secs(1));
        let malformed = (50 * seconds..50 * (seconds + 1)).map(|number| malformed(stream(number)));
        ended = server.give(malformed);
        assert!(heap::live() - before < 1_024 * 3 * KIB / 2, "{} bytes", heap::live() - before);
        seconds += 1;
    }
    // 1024 errors in 21 seconds, and 30 more until the transport is dropped.
    assert!(is_calm(&ended) && (50..=55).contains(&seconds), "{ended:?} after {seconds} s");
}

#[test]
fn empty_frames_without_progress_end_the_connection() {
    let mut server = Server::new(&server::Builder::new());
    server.wire.send([post(1)]);
    let _busy = server.accept().expect("a request");
    for _ in 0..100 {
        time_passes(Duration::from_secs(1));
        server.take((0..1_000).map(|_| data(1, 0))).expect("within the rate");
    }
    assert!(server.slowed_by(1..10_000, |_| vec![data(1, 0)]) <= 1_002);
    server.dies_of("too_many_empty_data_frames", 0, |_| vec![data(1, 0)]);
}

#[test]
fn requests_that_are_reset_unaccepted_take_no_memory() {
    let mut server = Server::new(&server::Builder::new());
    let field = "x".repeat(5_000);
    let large: Vec<_> = POST.into_iter().chain([("x-large", field.as_str())]).collect();
    let mut before = 0;
    for batch in 0..1_000 {
        time_passes(Duration::from_millis(500));
        let pairs = (100 * batch..100 * (batch + 1)).map(stream);
        let pairs = pairs.flat_map(|id| [headers(id, &large), data(id, 500), reset(id, CANCEL)]);
        server.take_unaccepted(pairs).expect("within the rate");
        if batch == 0 {
            before = heap::live();
        }
    }
    assert!(heap::live() - before < FIXED, "{} bytes", heap::live() - before);
}

#[test]
fn a_flood_of_requests_that_are_reset_ends_the_connection() {
    let mut server = Server::new(&server::Builder::new());
    let pair = |number| vec![get(stream(number)), reset(stream(number), CANCEL)];
    assert_eq!(server.slowed_by(0..20_000, pair), 4_001);
    server.dies_of("too_many_resets", 4_002, pair);
}
