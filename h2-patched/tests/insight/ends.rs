//! A connection of the fork and the peer that a test plays.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use h2::insight::{ConnectionSnapshot, StreamSnapshot};
use h2::{client, server, RecvStream, SendStream};
use h2_conformance::wire::build::{opening, settings};
use h2_conformance::wire::wake::WakeFlag;
use h2_conformance::wire::{Frame, FrameReader};

pub use h2_conformance::wire::wake::by_hand;

use http::{Request, Response};
use tokio::io::{duplex, AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

/// Room for all that a test writes.
const PIPE: usize = 1 << 22;

/// Lets virtual time pass on this thread.
pub fn pass(seconds: u64) {
    h2::virtual_time::advance(Duration::from_secs(seconds));
}

/// What is there at once.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut by_hand()) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it is not ready at once"),
    }
}

/// The other end of the pipe.
pub struct Peer {
    pipe: DuplexStream,
    reader: FrameReader,
}

impl Peer {
    fn new(pipe: DuplexStream) -> Self {
        Peer { pipe, reader: FrameReader::default() }
    }

    fn write(&mut self, octets: &[u8]) {
        let mut cx = by_hand();
        match pin!(&mut self.pipe).poll_write(&mut cx, octets) {
            Poll::Ready(Ok(written)) => assert_eq!(written, octets.len(), "the pipe has room"),
            other => panic!("the pipe has room: {other:?}"),
        }
    }

    pub fn send(&mut self, frame: Frame) {
        self.write(&frame.to_bytes());
    }

    /// All frames that came.
    pub fn receive(&mut self) -> Vec<Frame> {
        let mut cx = by_hand();
        let mut octets = vec![0; 1 << 16];
        loop {
            let mut buffer = ReadBuf::new(&mut octets);
            match pin!(&mut self.pipe).poll_read(&mut cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => self.reader.push(buffer.filled()),
                _ => break,
            }
        }
        std::iter::from_fn(|| self.reader.next_frame()).collect()
    }
}

pub type Exchange = (Request<RecvStream>, server::SendResponse<Bytes>);

pub struct Server {
    pub connection: server::Connection<DuplexStream, Bytes>,
    pub peer: Peer,
    pub woken: WakeFlag,
}

impl Server {
    /// Makes a server whose peer sends `settings` first.
    pub fn with(builder: &server::Builder, settings: Frame) -> Self {
        Server::in_pipe(PIPE, builder, settings)
    }

    pub fn new() -> Self {
        Server::with(&server::Builder::new(), settings())
    }

    pub fn in_pipe(octets: usize, builder: &server::Builder, first: Frame) -> Self {
        let (pipe, far) = duplex(octets);
        let mut peer = Peer::new(far);
        peer.write(&opening(&first));
        let connection = now(builder.handshake(pipe)).expect("the preface is right");
        let mut server = Server { connection, peer, woken: WakeFlag::default() };
        assert!(server.turn().is_empty());
        server
    }

    /// Lets the connection work; requests that came.
    pub fn turn(&mut self) -> Vec<Exchange> {
        let waker = self.woken.waker();
        let mut cx = Context::from_waker(&waker);
        let mut exchanges = Vec::new();
        while let Poll::Ready(Some(Ok(exchange))) = self.connection.poll_accept(&mut cx) {
            exchanges.push(exchange);
        }
        exchanges
    }

    /// Whether something woke the connection's task since this was asked last.
    pub fn was_woken(&self) -> bool {
        self.woken.take()
    }

    /// The request that `frame` opens.
    pub fn accept(&mut self, frame: Frame) -> (RecvStream, server::SendResponse<Bytes>) {
        self.peer.send(frame);
        let mut exchanges = self.turn();
        assert_eq!(exchanges.len(), 1);
        let (request, respond) = exchanges.remove(0);
        (request.into_body(), respond)
    }

    /// The same, answered by a response that goes on.
    pub fn answer(&mut self, frame: Frame) -> (RecvStream, SendStream<Bytes>) {
        let (body, mut respond) = self.accept(frame);
        let writer = respond.send_response(Response::new(()), false).expect("the stream is open");
        (body, writer)
    }

    pub fn send(&mut self, frame: Frame) {
        self.peer.send(frame);
        assert!(self.turn().is_empty(), "no request was sent");
    }

    /// Sends a frame that completes a request, which is not looked at.
    pub fn send_last(&mut self, frame: Frame) {
        self.peer.send(frame);
        drop(self.turn());
    }

    pub fn snapshot(&self) -> ConnectionSnapshot {
        self.connection.insight().snapshot().expect("it is there")
    }

    pub fn stream(&self, id: u32) -> StreamSnapshot {
        stream(self.snapshot(), id)
    }
}

pub struct Client {
    pub connection: client::Connection<DuplexStream, Bytes>,
    pub requests: client::SendRequest<Bytes>,
    pub peer: Peer,
}

impl Client {
    pub fn with(builder: &client::Builder, first: Frame) -> Self {
        let (pipe, far) = duplex(PIPE);
        let mut peer = Peer::new(far);
        let (requests, connection) = now(builder.handshake(pipe)).expect("a client opens without waiting");
        peer.send(first);
        peer.send(settings().ack());
        let mut client = Client { connection, requests, peer };
        assert!(client.turn().is_pending());
        client
    }

    pub fn turn(&mut self) -> Poll<Result<(), h2::Error>> {
        pin!(&mut self.connection).poll(&mut by_hand())
    }

    pub fn request(&mut self, end: bool) -> (client::ResponseFuture, SendStream<Bytes>) {
        let request = Request::builder().method("POST").uri("http://example.com/").body(()).expect("it is well-formed");
        let sent = self.requests.clone().send_request(request, end).expect("it can be sent");
        let _ = self.turn();
        sent
    }

    pub fn send(&mut self, frame: Frame) {
        self.peer.send(frame);
        let _ = self.turn();
    }

    pub fn snapshot(&self) -> ConnectionSnapshot {
        self.requests.insight().snapshot().expect("it is there")
    }

    pub fn stream(&self, id: u32) -> StreamSnapshot {
        stream(self.snapshot(), id)
    }
}

fn stream(snapshot: ConnectionSnapshot, id: u32) -> StreamSnapshot {
    snapshot.streams.into_iter().find(|stream| u32::from(stream.id) == id).expect("the stream is there")
}

/// A chunk of DATA that is there, or `None` if the reader has to wait.
pub fn read(body: &mut RecvStream) -> Option<Bytes> {
    match body.poll_data(&mut by_hand()) {
        Poll::Ready(Some(Ok(octets))) => Some(octets),
        Poll::Ready(Some(Err(error))) => panic!("{error}"),
        Poll::Ready(None) | Poll::Pending => None,
    }
}

pub fn octets(len: usize) -> Bytes {
    Bytes::from(vec![0; len])
}
