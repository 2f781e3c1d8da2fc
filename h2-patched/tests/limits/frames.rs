//! Frames that cost this end more than the peer, each beyond its limit and within it.

use std::time::Duration;

use bytes::Bytes;
use h2::tuning::{AbuseKind, AbuseLimits};
use h2::{client, server, SendStream};
use h2_conformance::wire::build::{
    continuation, get, goaway, headers, headers_block, ping, post, priority, response, settings, unknown, window_update,
};
use h2_conformance::wire::Frame;

use crate::endpoint::{time_passes, Accepted, Client, Endpoint, Server};
use crate::{heap, stream, KIB};

/// A server with a busy stream.
fn busy(builder: &server::Builder) -> (Server, Vec<Accepted>) {
    let mut server = Server::new(builder);
    server.wire.send([post(1)]);
    let busy = server.accept().expect("a request");
    (server, busy)
}

/// Lower limits where the default ones take long to reach.
const LOW: AbuseLimits = AbuseLimits::new()
    .limit(AbuseKind::Ping, 500, 100)
    .limit(AbuseKind::Priority, 400, 100)
    .limit(AbuseKind::Ignored, 300, 100)
    .limit(AbuseKind::Continuation, 200, 100)
    .limit(AbuseKind::WindowUpdate, 5_000, 1_000);

/// How many of these frames, one after another and at once, slow a server. More of them end it.
fn flood(complaint: &str, mut frame: impl FnMut(u32) -> Vec<Frame>) -> u32 {
    let (mut server, _busy) = busy(server::Builder::new().abuse_limits(LOW));
    let slowed = server.slowed_by(1..100_000, &mut frame);
    server.dies_of(complaint, slowed + 1, frame);
    slowed
}

/// Whether a server takes so many of these frames each second for half a minute.
fn takes(per_second: u32, mut frame: impl FnMut(u32) -> Vec<Frame>) -> bool {
    let (mut server, _busy) = busy(&server::Builder::new());
    let mut before = 0;
    for second in 0..30 {
        time_passes(Duration::from_secs(1));
        if server.take((0..per_second).flat_map(|number| frame(number + 1))).is_err() {
            return false;
        }
        if second == 10 {
            before = heap::live();
        }
    }
    assert!(heap::live() - before < 16 * KIB, "{} bytes", heap::live() - before);
    true
}

fn in_two_parts(number: u32) -> Vec<Frame> {
    let block = get(1).payload.clone();
    let id = stream(number);
    vec![headers_block(id, block[..1].to_vec()).continues().end_stream(), continuation(id, block[1..].to_vec())]
}

#[test]
fn each_kind_of_frame_has_its_limit() {
    // One of them came with the handshake.
    assert_eq!(flood("too_many_settings", |_| vec![settings()]), 1_001);
    assert_eq!(flood("too_many_pings", |_| vec![ping([1; 8])]), 502);
    assert_eq!(flood("too_many_pings", |_| vec![ping([1; 8]).ack()]), 502);
    assert_eq!(flood("too_many_priority_frames", |_| vec![priority(1)]), 402);
    assert_eq!(flood("too_many_ignored_frames", |_| vec![unknown(1)]), 302);
    assert_eq!(flood("too_many_go_aways", |_| vec![goaway(u32::MAX >> 1, 0)]), 102);
    assert_eq!(flood("too_many_continuations", in_two_parts), 202);
}

#[test]
fn frames_within_the_rate_go_on_for_ever() {
    assert!(takes(100, |number| vec![settings().with(4, 65_535 + number)]));
    assert!(takes(10_000, |_| vec![ping([1; 8])]));
    assert!(takes(10_000, |_| vec![priority(1)]));
    assert!(takes(10_000, |_| vec![unknown(1)]));
}

#[test]
fn acknowledgements_that_this_end_asks_for_are_free() {
    let mut server = Server::new(&server::Builder::new());
    for number in 0..5_000 {
        server.connection.set_initial_window_size(65_536 + number).expect("the last ones are acknowledged");
        server.take([]).expect("SETTINGS are sent");
        server.take([settings().ack()]).expect("the connection goes on");
    }
}

#[test]
fn requests_with_too_large_fields_end_the_connection() {
    let mut server = Server::new(server::Builder::new().max_header_list_size(100));
    let field = "x".repeat(200);
    let large = |number| vec![headers(stream(number), &[(":method", "GET"), ("x-large", field.as_str())]).end_stream()];
    assert_eq!(server.slowed_by(0..10_000, large), 1_025);
    server.dies_of("too_many_large_field_sections", 1_026, large);
}

/// A server that answers a request with content.
fn responding() -> (Server, SendStream<Bytes>) {
    let mut server = Server::new(server::Builder::new().max_send_buffer_size(1 << 20));
    server.wire.send([get(1)]);
    let (_, mut respond) = server.accept().expect("a request").remove(0);
    let body = respond.send_response(http::Response::new(()), false).expect("it waits");
    server.take([]).expect("the response is sent");
    (server, body)
}

#[test]
fn updates_for_each_frame_may_go_on_for_ever() {
    let (mut server, mut body) = responding();
    for _ in 0..100_000 {
        body.send_data(Bytes::from_static(b"a small message"), false).expect("the stream is open");
        server.take([]).expect("it is sent");
        server.take([window_update(0, 15), window_update(1, 15)]).expect("conforming");
    }
}

#[test]
fn updates_for_each_read_may_go_on_for_ever() {
    let (mut server, mut body) = responding();
    for _ in 0..500 {
        body.send_data(Bytes::from(vec![0; 16_384]), false).expect("the stream is open");
        server.take([]).expect("it is sent");
        for _ in 0..64 {
            server.take([window_update(0, 256), window_update(1, 256)]).expect("conforming");
        }
    }
}

#[test]
fn a_window_that_is_opened_by_the_octet_ends_the_connection() {
    let (mut server, mut body) = responding();
    body.send_data(Bytes::from(vec![0; 1 << 20]), false).expect("the stream is open");
    server.take([]).expect("the window is sent");
    let ten = |_| (0..10).flat_map(|_| [window_update(0, 1), window_update(1, 1)]).collect();
    let tens = server.slowed_by(1..100_000, ten);
    assert!((10_000..10_050).contains(&tens), "{tens}");
    server.dies_of("too_many_window_updates", 0, ten);
}

#[test]
fn a_window_that_is_opened_by_the_octet_for_a_writer_that_follows_it_ends_the_connection() {
    let (mut server, mut body) = responding();
    body.reserve_capacity(1 << 20);
    let mut ten = |_| {
        let capacity = body.capacity();
        if capacity > 0 {
            body.send_data(Bytes::from(vec![0; capacity]), false).expect("the stream is open");
            body.reserve_capacity(1 << 20);
        }
        (0..10).flat_map(|_| [window_update(0, 1), window_update(1, 1)]).collect()
    };
    let tens = server.slowed_by(1..100_000, &mut ten);
    assert!((10_000..10_050).contains(&tens), "{tens}");
    server.dies_of("too_many_window_updates", 0, ten);
}

#[test]
fn updates_of_nothing_end_the_connection() {
    let fifty = |stream| (0..50).map(|_| window_update(stream, 1)).collect();
    assert_eq!(flood("too_many_window_updates", |_| fifty(1)), 102);
}

#[test]
fn a_client_is_flooded_as_a_server_is() {
    let mut client = Client::new(&client::Builder::new());
    let _call = client.ask();
    client.take([]).expect("the request is sent");
    client.take([response(1, 200)]).expect("conforming");
    assert_eq!(client.slowed_by(1..100_000, |_| vec![ping([0; 8])]), 20_002);
    client.dies_of("too_many_pings", 0, |_| vec![ping([0; 8])]);
}
