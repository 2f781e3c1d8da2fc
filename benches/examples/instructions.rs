//! A steady load on one subject for counting what it executes, client and server together, in
//! memory:
//!
//! ```text
//! cargo build --release -p h2-benches --example instructions
//! valgrind --tool=callgrind target/release/examples/instructions upstream requests 2000
//! ```
//!
//! The difference between two counts, divided by the difference of their loads, is free of start
//! and end.

use std::future::Future;
use std::pin::pin;
use std::process::ExitCode;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2_benches::subject::{Exchange, Handler, Shape, PATCHED, UPSTREAM};
use h2_conformance_wire::build::{opening, ping, settings, unknown, window_update};
use h2_conformance_wire::feed::Feed;
use h2_conformance_wire::wake::WakeFlag;
use h2_conformance_wire::Frame;

const USAGE: &str = "expected: upstream|patched LOAD COUNT, where LOAD is\n\
    \x20 requests     requests of a client to a server, a multiple of 100\n\
    \x20 inline, spawned   requests to a server alone, a multiple of 100; the accept loop answers, or a task each\n\
    \x20 octets       octets of one upload\n\
    \x20 connections  connections that a server opens and drops\n\
    \x20 pings, unknown, updates   frames that a server gets on one connection: PING, an unknown type, WINDOW_UPDATE of 1";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [subject, load, count] = arguments.as_slice() else { return refuse() };
    let Ok(count) = count.parse::<usize>() else { return refuse() };
    let frames: Option<fn(&str, usize) -> bool> = match subject.as_str() {
        "upstream" => Some(upstream),
        "patched" => Some(patched),
        _ => None,
    };
    if frames.is_some_and(|frames| frames(load, count)) {
        return ExitCode::SUCCESS;
    }
    let subject = match subject.as_str() {
        "upstream" => UPSTREAM,
        "patched" => PATCHED,
        _ => return refuse(),
    };
    let alone = match load.as_str() {
        "inline" => Some(Handler::Inline),
        "spawned" => Some(Handler::Spawned),
        _ => None,
    };
    if let Some(handler) = alone {
        let mut server = (subject.alone)(Exchange { handler, octets: 12 });
        (0..count / 100).for_each(|_| server.requests(100));
        return ExitCode::SUCCESS;
    }
    let mut pair = (subject.pair)(&Shape { window: None, handler: Handler::Spawned });
    match load.as_str() {
        "requests" => (0..count / 100).for_each(|_| pair.requests(100)),
        "octets" => pair.upload(count),
        _ => return refuse(),
    }
    ExitCode::SUCCESS
}

/// What opens a connection, and then so many of these frames.
fn wire(frame: Option<Frame>, count: usize) -> Feed {
    let mut octets = opening(&settings());
    if let Some(frame) = frame {
        (0..count).for_each(|_| frame.encode(&mut octets));
    }
    let wire = Feed::with_capacity(octets.len());
    wire.write(&octets);
    wire
}

fn frame_of(load: &str) -> Option<Frame> {
    match load {
        "pings" => Some(ping([1; 8])),
        "unknown" => Some(unknown(0)),
        "updates" => Some(window_update(0, 1)),
        _ => None,
    }
}

/// Plays loads of connections and frames: whether it is one of them.
macro_rules! player {
    ($name:ident, $h2:ident) => {
        fn $name(load: &str, count: usize) -> bool {
            let frame = frame_of(load);
            let (connections, frames) = match (load, &frame) {
                ("connections", _) => (count, 0),
                (_, Some(_)) => (1, count),
                _ => return false,
            };
            let woken = WakeFlag::set();
            let waker = woken.waker();
            let mut cx = Context::from_waker(&waker);
            for _ in 0..connections {
                let handshake = pin!($h2::server::handshake(wire(frame.clone(), frames)));
                let Poll::Ready(Ok(connection)) = handshake.poll(&mut cx) else { panic!("the preface is there") };
                let mut connection: $h2::server::Connection<Feed, Bytes> = connection;
                woken.wake();
                while woken.take() {
                    assert!(connection.poll_accept(&mut cx).is_pending());
                }
            }
            true
        }
    };
}

player!(upstream, h2_upstream);
player!(patched, h2);

fn refuse() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}
