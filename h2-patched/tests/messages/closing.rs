//! When a connection ends, no stream counts against the stream limits. Nothing of that is on the
//! wire: debug builds of the crate count what is left when the connection is dropped and panic, and
//! so these tests say something in debug builds only.
#![cfg(debug_assertions)]

use h2_conformance::case::{Config, Role};
use h2_conformance::script::{App, Handles, Script, Step};
use h2_conformance::transcript::EventKind;
use h2_conformance::wire::build::ping;
use h2_conformance::wire::Frame;

use crate::support::{open, subject, STREAMS};

/// A server that is done with its streams while their responses wait for window, and a peer that
/// then does `last`.
fn blocked_responses_then(last: impl FnOnce(&mut Script)) {
    let config = Config { send_buffer: Some(1 << 20), ..Config::DEFAULT };
    let mut subject = subject(Role::Server, config);
    let mut peer = open(&mut *subject, Role::Server);
    for stream in STREAMS {
        peer.call(App::SendData { stream, octets: 200_000, end: true });
        peer.call(App::Drop { stream, what: Handles::All });
    }
    let mut script = Script::new(true);
    last(&mut script);
    script.steps.iter().for_each(|step| peer.step(step));
    peer.step(&Step::Settle);
    let panicked = peer.transcript().events.iter().any(|event| matches!(event.kind, EventKind::Panicked(_)));
    assert!(!panicked, "{}", peer.transcript());
}

#[test]
fn blocked_responses_are_not_counted_when_the_peer_closes() {
    blocked_responses_then(Script::close);
}

#[test]
fn blocked_responses_are_not_counted_when_the_connection_fails() {
    blocked_responses_then(|s| s.send(Frame { stream: 1, ..ping([0; 8]) }));
}
