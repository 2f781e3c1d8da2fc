//! The fork is no larger than the release: the size of each handle, and the heap of connections and streams by an allocator that
//! counts.

#[path = "../../h2-patched/tests/support/heap.rs"]
mod heap;

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use h2_conformance_wire::build::{headers, post, settings, POST};
use h2_conformance_wire::PREFACE;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A transport: what the peer wrote is read, what is written is dropped.
#[derive(Clone)]
struct Wire(Rc<RefCell<Incoming>>);

struct Incoming {
    octets: Vec<u8>,
    read: usize,
}

impl Wire {
    /// One that holds what opens a connection, and has room for more.
    fn new() -> Self {
        let mut octets = Vec::with_capacity(1 << 16);
        octets.extend_from_slice(PREFACE);
        settings().encode(&mut octets);
        settings().ack().encode(&mut octets);
        Wire(Rc::new(RefCell::new(Incoming { octets, read: 0 })))
    }

    fn write(&self, octets: &[u8]) {
        let mut incoming = self.0.borrow_mut();
        incoming.octets.clear();
        incoming.read = 0;
        incoming.octets.extend_from_slice(octets);
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Incoming { octets, read } = &mut *self.0.borrow_mut();
        let size = buffer.remaining().min(octets.len() - *read);
        if size == 0 {
            return Poll::Pending;
        }
        buffer.put_slice(&octets[*read..][..size]);
        *read += size;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

struct Nobody;

impl Wake for Nobody {
    fn wake(self: Arc<Self>) {}
}

/// Of a task that is polled whenever something may have changed.
fn context() -> Context<'static> {
    static WAKER: LazyLock<Waker> = LazyLock::new(|| Arc::new(Nobody).into());
    Context::from_waker(&WAKER)
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
        // What is made once in a process is made now.
        let _warm = $h2::server::handshake(Wire::new());
        let wire = Wire::new();
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
        let mut connection: $h2::server::Connection<Wire, Bytes> = {
            let handshake = pin!(builder.handshake(wire.clone()));
            let Poll::Ready(connection) = handshake.poll(&mut context()) else { panic!("the preface is there") };
            connection.expect("the preface is right")
        };
        assert!(connection.poll_accept(&mut context()).is_pending());
        let opened = heap::live();
        for request in &requests {
            wire.write(request);
            while let Poll::Ready(request) = connection.poll_accept(&mut context()) {
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
        client::Connection<Wire, Bytes>,
        server::Handshake<Wire, Bytes>,
        server::Connection<Wire, Bytes>,
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
