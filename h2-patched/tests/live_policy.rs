//! A policy that is set on a live connection or stream takes effect at once: the connection's task
//! is woken.

#[allow(dead_code)]
#[path = "insight/ends.rs"]
mod ends;

use ends::{read, Server};
use h2::tuning::WindowUpdatePolicy;
use h2::{server, RecvStream};
use h2_conformance::wire::build::{data, post, settings};
use h2_conformance::wire::View;

const SOONER: WindowUpdatePolicy = WindowUpdatePolicy::new().threshold_percent(10);

/// A server that was sent less than is worth an update, has read and released it, and rests.
fn resting() -> (Server, RecvStream) {
    let mut server = Server::with(server::Builder::new().max_connection_receive_buffer_size(0), settings());
    let (mut body, _) = server.accept(post(1));
    server.send(data(1, 10_000));
    while let Some(octets) = read(&mut body) {
        body.flow_control().release_capacity(octets.len()).expect("it was read");
    }
    server.turn();
    assert_eq!(updates(&mut server), []);
    server.was_woken();
    (server, body)
}

/// Streams and increments of the updates that came.
fn updates(server: &mut Server) -> Vec<(u32, u32)> {
    let frames = server.peer.receive();
    let updates = frames.iter().filter_map(|frame| match View::from(frame) {
        View::WindowUpdate { increment } => Some((frame.stream, increment)),
        _ => None,
    });
    updates.collect()
}

#[test]
fn of_a_connection() {
    let (mut server, _body) = resting();
    server.connection.set_window_update_policy(SOONER);
    assert!(server.was_woken());
    server.turn();
    assert_eq!(updates(&mut server), [(0, 10_000)]);
}

#[test]
fn of_a_stream() {
    let (mut server, mut body) = resting();
    body.flow_control().set_window_update_policy(SOONER);
    assert!(server.was_woken());
    server.turn();
    assert_eq!(updates(&mut server), [(1, 10_000)]);
}
