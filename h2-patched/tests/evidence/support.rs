//! A peer of raw frames for an h2 connection over a pipe. Nothing waits for time to pass: the
//! tasks of a test share one thread, and a wait ends when the other tasks have nothing left to do.
#![allow(dead_code, unused_imports)]

use bytes::{Buf, BufMut};
use tokio::io::{duplex, AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;
use tokio::task::{yield_now, JoinHandle};

pub use bytes::Bytes;
pub use h2::{client, server, Reason, RecvStream};
pub use http::{Request, Response};

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const PRIORITY: u8 = 2;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PUSH_PROMISE: u8 = 5;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;

pub const END_STREAM: u8 = 0x1;
pub const ACK: u8 = 0x1;
const END_HEADERS: u8 = 0x4;

pub const MAX_CONCURRENT_STREAMS: u16 = 3;
pub const INITIAL_WINDOW_SIZE: u16 = 4;

/// Header blocks, which neither use nor change the dynamic table.
pub const GET: &[u8] = b"\x82\x86\x84\x01\x04test";
pub const POST: &[u8] = b"\x83\x86\x84\x01\x04test";
pub const OK: &[u8] = b"\x88";
pub const TRAILERS: &[u8] = b"\x00\x01a\x01b";
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Less than a full DATA frame, in which an endpoint therefore stops while its peer does not read.
const PIPE: usize = 16_384;

/// A kind, flags, a stream identifier and a payload.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame(u8, u8, u32, Vec<u8>);

impl Frame {
    /// The frame with END_STREAM.
    pub fn end(self) -> Frame {
        Frame(self.0, self.1 | END_STREAM, self.2, self.3)
    }
}

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Frame {
    Frame(kind, flags, stream, payload.to_vec())
}

pub fn headers(stream: u32, block: &[u8]) -> Frame {
    frame(HEADERS, END_HEADERS, stream, block)
}

pub fn data(stream: u32, octets: usize) -> Frame {
    frame(DATA, 0, stream, &vec![0; octets])
}

pub fn rst_stream(stream: u32, code: Reason) -> Frame {
    frame(RST_STREAM, 0, stream, &u32::from(code).to_be_bytes())
}

pub fn settings(values: &[(u16, u32)]) -> Frame {
    let mut payload = Vec::new();
    for (id, value) in values {
        payload.put_u16(*id);
        payload.put_u32(*value);
    }
    frame(SETTINGS, 0, 0, &payload)
}

pub fn push_promise(stream: u32, promised: u32) -> Frame {
    let payload = [&promised.to_be_bytes(), GET].concat();
    frame(PUSH_PROMISE, END_HEADERS, stream, &payload)
}

pub fn window_update(stream: u32, increment: u32) -> Frame {
    frame(WINDOW_UPDATE, 0, stream, &increment.to_be_bytes())
}

/// The streams of the frames of a kind, and the number at an index of their payloads.
fn numbers(frames: &[Frame], kind: u8, index: usize) -> impl Iterator<Item = (u32, u32)> + '_ {
    let frames = frames.iter().filter(move |frame| frame.0 == kind);
    frames.map(move |frame| (frame.2, (&frame.3[index..]).get_u32()))
}

/// The sum of the WINDOW_UPDATE increments of a stream, or of the connection (0).
pub fn credit(frames: &[Frame], stream: u32) -> u32 {
    let updates = numbers(frames, WINDOW_UPDATE, 0).filter(|update| update.0 == stream);
    updates.map(|update| update.1).sum()
}

/// The streams that are reset, and the error codes.
pub fn resets(frames: &[Frame]) -> Vec<(u32, Reason)> {
    let resets = numbers(frames, RST_STREAM, 0);
    resets.map(|(stream, code)| (stream, code.into())).collect()
}

/// The error code of the last GOAWAY, if there is one.
pub fn goaway(frames: &[Frame]) -> Option<Reason> {
    numbers(frames, GOAWAY, 4).last().map(|(_, code)| code.into())
}

/// How many frames of a kind there are on a stream.
pub fn count(frames: &[Frame], kind: u8, stream: u32) -> usize {
    let frames = frames.iter().filter(|frame| frame.0 == kind);
    frames.filter(|frame| frame.2 == stream).count()
}

/// Lets the other tasks run until they rest.
pub async fn rest() {
    for _ in 0..100 {
        yield_now().await;
    }
}

/// Runs a future together with the other tasks; `None` if it still waits when they rest.
pub async fn soon<F: std::future::Future>(future: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        output = future => Some(output),
        _ = rest() => None,
    }
}

pub struct Peer(DuplexStream);

impl Peer {
    /// Writes frames, in one piece if the pipe has room.
    pub async fn send(&mut self, frames: &[Frame]) {
        let mut octets = Vec::new();
        for Frame(kind, flags, stream, payload) in frames {
            octets.put_uint(payload.len() as u64, 3);
            octets.put_slice(&[*kind, *flags]);
            octets.put_u32(*stream);
            octets.put_slice(payload);
        }
        // An endpoint that has closed the pipe said why in frames that are still to be read.
        let _ = soon(self.0.write_all(&octets)).await.expect("it reads");
    }

    /// Returns the next frame that the endpoint writes, if there is one before it rests.
    async fn frame(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        soon(self.0.read_exact(&mut head)).await?.ok()?;
        let mut payload = vec![0; (&head[..]).get_uint(3) as usize];
        self.0.read_exact(&mut payload).await.unwrap();
        Some(frame(head[3], head[4], (&head[5..]).get_u32(), &payload))
    }

    /// Returns all that the endpoint writes until it rests, and answers none of it.
    pub async fn unanswered(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(frame) = self.frame().await {
            frames.push(frame);
        }
        frames
    }

    /// Returns all that the endpoint writes until it rests; acknowledges its SETTINGS and PINGs.
    pub async fn frames(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(received) = self.frame().await {
            let Frame(kind, flags, _, payload) = &received;
            if *kind == SETTINGS && flags & ACK == 0 {
                self.send(&[frame(*kind, ACK, 0, &[])]).await;
            } else if *kind == PING && flags & ACK == 0 {
                self.send(&[frame(*kind, ACK, 0, payload)]).await;
            }
            frames.push(received);
        }
        frames
    }

    /// Whether the endpoint answers a PING.
    pub async fn ping(&mut self) -> bool {
        self.send(&[frame(PING, 0, 0, &[0; 8])]).await;
        count(&self.frames().await, PING, 0) == 1
    }
}

type Connection = server::Connection<DuplexStream, Bytes>;
type Accepted = (Request<RecvStream>, server::SendResponse<Bytes>);
type Call = Box<dyn FnOnce(&mut Connection) + Send>;

/// Makes a server connection for a peer that sends SETTINGS with these values.
pub async fn accept(builder: &server::Builder, values: &[(u16, u32)]) -> (Connection, Peer) {
    let (endpoint, mut pipe) = duplex(PIPE);
    pipe.write_all(PREFACE).await.unwrap();
    let mut peer = Peer(pipe);
    peer.send(&[settings(values)]).await;
    (builder.handshake(endpoint).await.unwrap(), peer)
}

pub struct Server {
    queue: mpsc::UnboundedReceiver<Accepted>,
    calls: mpsc::UnboundedSender<Call>,
    pub task: JoinHandle<Result<(), h2::Error>>,
}

/// Makes such a connection and a task that polls it.
pub async fn serve(builder: &server::Builder, values: &[(u16, u32)]) -> (Server, Peer) {
    let (mut connection, mut peer) = accept(builder, values).await;
    let (accepted, queue) = mpsc::unbounded_channel();
    let (calls, mut inbox) = mpsc::unbounded_channel::<Call>();
    let task = tokio::spawn(async move {
        loop {
            tokio::select! {
                biased;
                Some(call) = inbox.recv() => call(&mut connection),
                request = connection.accept() => match request {
                    Some(request) => drop(accepted.send(request?)),
                    None => return Ok(()),
                },
            }
        }
    });
    peer.frames().await;
    (Server { queue, calls, task }, peer)
}

impl Server {
    /// Returns the next request.
    pub async fn request(&mut self) -> Accepted {
        soon(self.queue.recv()).await.flatten().unwrap()
    }

    /// Makes the task call a method of the connection.
    pub fn call(&self, call: impl FnOnce(&mut Connection) + Send + 'static) {
        let _ = self.calls.send(Box::new(call));
    }
}

/// Makes a client connection, and a task that polls it, to a peer that has sent nothing yet.
pub async fn connect_early(builder: &client::Builder) -> (client::SendRequest<Bytes>, Peer) {
    let (endpoint, mut pipe) = duplex(PIPE);
    let (client, connection) = builder.handshake(endpoint).await.unwrap();
    tokio::spawn(connection);
    pipe.read_exact(&mut [0; PREFACE.len()]).await.unwrap();
    (client, Peer(pipe))
}

/// Makes a client connection and a task that polls it.
pub async fn connect(builder: &client::Builder) -> (client::SendRequest<Bytes>, Peer) {
    let (client, mut peer) = connect_early(builder).await;
    peer.send(&[settings(&[])]).await;
    peer.frames().await;
    (client, peer)
}

/// A request of a client, or one that a server promises.
pub fn request() -> Request<()> {
    Request::get("http://test/").body(()).unwrap()
}
