//! The fork is no larger than the release: the size of each handle, and the heap of connections and
//! streams by an allocator that counts.

#[path = "../../h2-patched/tests/support/heap.rs"]
mod heap;

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;
use h2_conformance_wire::build::{headers, opening, post, settings, POST};
use h2_conformance_wire::feed::Feed;
use h2_conformance_wire::wake::by_hand;

/// A transport that holds what opens a connection, and has room for more.
fn wire() -> Feed {
    let wire = Feed::with_capacity(1 << 16);
    wire.write(&opening(&settings()));
    wire
}

/// Fewer streams than the tables of streams keep room for in any case.
const STREAMS: usize = 200;

/// Bytes on the heap, and of values that the application holds.
#[derive(Debug)]
struct Footprint {
    connection: usize,
    stream: usize,
}

macro_rules! footprint {
    ($h2:ident) => {{
        // What is made once in a process or thread is made now.
        let first = wire();
        let handshake = pin!($h2::server::handshake(first.clone()));
        let Poll::Ready(Ok(mut connection)) = handshake.poll(&mut by_hand()) else { panic!("the preface is there") };
        let mut request = Vec::new();
        post(1).encode(&mut request);
        first.write(&request);
        let _warm: Poll<Option<Result<(_, $h2::server::SendResponse<Bytes>), _>>> =
            connection.poll_accept(&mut by_hand());
        let wire = wire();
        let mut builder = $h2::server::Builder::new();
        builder.max_concurrent_streams(1_000);
        let requests: Vec<Vec<u8>> = (0..STREAMS)
            .map(|number| {
                let stream = 2 * number as u32 + 1;
                let mut octets = Vec::new();
                if number == 0 { headers(stream, &POST) } else { post(stream) }.encode(&mut octets);
                octets
            })
            .collect();
        let mut held = Vec::with_capacity(STREAMS);
        let before = heap::live();
        let mut connection: $h2::server::Connection<Feed, Bytes> = {
            let handshake = pin!(builder.handshake(wire.clone()));
            let Poll::Ready(connection) = handshake.poll(&mut by_hand()) else { panic!("the preface is there") };
            connection.expect("the preface is right")
        };
        assert!(connection.poll_accept(&mut by_hand()).is_pending());
        let opened = heap::live();
        for request in &requests {
            wire.write(request);
            while let Poll::Ready(request) = connection.poll_accept(&mut by_hand()) {
                held.push(request.expect("the connection goes on").expect("the connection is sound"));
            }
        }
        assert_eq!(held.len(), STREAMS);
        let streams = heap::live() - opened;
        let connection = (opened - before) as usize + size_of_val(&connection);
        let stream = streams as usize / STREAMS + size_of_val(&held[0]);
        Footprint { connection, stream }
    }};
}

#[test]
fn connections_and_streams_are_no_larger() {
    let (release, fork) = (footprint!(h2_upstream), footprint!(h2));
    println!("release {release:?}, fork {fork:?}");
    assert!(fork.stream <= release.stream, "a stream costs {} bytes, in the release {}", fork.stream, release.stream);
    let (connection, in_release) = (fork.connection, release.connection);
    assert!(connection <= in_release, "a connection costs {connection} bytes, in the release {in_release}");
}

macro_rules! sizes {
    ($($type:ident $(:: $rest:ident)* $(<$($argument:ty),+>)?),+ $(,)?) => {
        [$((
            stringify!($type $(:: $rest)*),
            size_of::<h2_upstream::$type $(:: $rest)* $(<$($argument),+>)?>(),
            size_of::<h2::$type $(:: $rest)* $(<$($argument),+>)?>(),
        )),+]
    };
}

#[test]
fn handles_are_no_larger() {
    let sizes = sizes![
        client::SendRequest<Bytes>,
        client::ReadySendRequest<Bytes>,
        client::ResponseFuture,
        client::PushedResponseFuture,
        client::PushPromise,
        client::PushPromises,
        client::Connection<Feed, Bytes>,
        server::Handshake<Feed, Bytes>,
        server::Connection<Feed, Bytes>,
        server::SendResponse<Bytes>,
        server::SendPushedResponse<Bytes>,
        FlowControl,
        RecvStream,
        SendStream<Bytes>,
        StreamId,
        Ping,
        Pong,
        PingPong,
        Error,
        Reason,
    ];
    for (handle, release, fork) in sizes {
        println!("{handle}: release {release}, fork {fork}");
        assert!(fork <= release, "{handle} is {fork} bytes large, in the release {release}");
    }
}
