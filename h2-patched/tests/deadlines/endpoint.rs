//! Servers and clients that are polled only when their task is woken, and a peer that writes and
//! reads frames by hand. Time is held.

use std::cell::RefCell;
use std::future::{poll_fn, Future};
use std::io;
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::task::{ready, Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use h2::{client, server, virtual_time, Error, RecvStream};
use h2_conformance::wire::build::settings;
use h2_conformance::wire::feed::Feed;
use h2_conformance::wire::view::View;
use h2_conformance::wire::wake::{by_hand, WakeFlag};
use h2_conformance::wire::{Frame, FrameReader};
use http::Request;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

pub const SECOND: Duration = Duration::from_secs(1);

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A transport whose peer may stop reading.
#[derive(Clone, Debug)]
pub struct Wire {
    feed: Feed,
    written: Rc<RefCell<Written>>,
}

#[derive(Debug, Default)]
struct Written {
    frames: FrameReader,
    /// The octets that the peer still takes.
    room: usize,
    is_closed: bool,
    holds_back: bool,
    peer_has_closed: bool,
}

impl Wire {
    pub fn new() -> Self {
        virtual_time::advance(Duration::ZERO);
        let written = Written { room: usize::MAX, ..Written::default() };
        Wire { feed: Feed::with_capacity(1 << 10), written: Rc::new(RefCell::new(written)) }
    }

    pub fn write(&self, octets: &[u8]) {
        self.feed.write(octets);
    }

    /// The octets that the peer takes from now on.
    pub fn takes(&self, octets: usize) {
        self.written.borrow_mut().room = octets;
    }

    /// The transport takes octets and does not flush them.
    pub fn holds_back(&self, enabled: bool) {
        self.written.borrow_mut().holds_back = enabled;
    }

    /// The peer closes its side.
    pub fn close(&self) {
        self.written.borrow_mut().peer_has_closed = true;
    }

    pub fn is_closed(&self) -> bool {
        self.written.borrow().is_closed
    }

    /// The frames that came since the last call, in words.
    pub fn frames(&self) -> Vec<String> {
        let frames = &mut self.written.borrow_mut().frames;
        std::iter::from_fn(|| frames.next_frame()).map(|frame| words(&frame)).collect()
    }
}

fn words(frame: &Frame) -> String {
    match View::from(frame) {
        View::Settings(_) => "SETTINGS".into(),
        View::SettingsAck => "SETTINGS ack".into(),
        View::Ping { .. } => "PING".into(),
        View::PingAck { .. } => "PING ack".into(),
        View::GoAway { last_stream: 0x7fff_ffff, code: 0, .. } => "GOAWAY announced".into(),
        View::GoAway { last_stream, code, .. } => format!("GOAWAY {last_stream} code {code}"),
        View::Headers { .. } => format!("HEADERS {}", frame.stream),
        View::Data { .. } => format!("DATA {}", frame.stream),
        other => format!("{other:?}"),
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.feed).poll_read(cx, buffer);
        match read {
            Poll::Pending if self.written.borrow().peer_has_closed => Poll::Ready(Ok(())),
            read => read,
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let Written { frames, room, .. } = &mut *self.written.borrow_mut();
        let taken = octets.len().min(*room);
        if taken == 0 && !octets.is_empty() {
            return Poll::Pending;
        }
        *room -= if *room == usize::MAX { 0 } else { taken };
        frames.push(&octets[..taken]);
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.written.borrow().holds_back {
            true => Poll::Pending,
            false => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.written.borrow_mut().is_closed = true;
        Poll::Ready(Ok(()))
    }
}

pub type Accepted = (Request<RecvStream>, server::SendResponse<Bytes>);

/// A server and its requests.
pub struct Server {
    pub connection: server::Connection<Wire, Bytes>,
    pub wire: Wire,
    pub requests: Vec<Accepted>,
    /// How the connection ended.
    pub ended: Option<Result<(), Error>>,
    task: WakeFlag,
}

impl Server {
    /// A server whose client has sent `first` after its preface.
    pub fn new(builder: &server::Builder, first: &[u8]) -> Self {
        let wire = Wire::new();
        wire.write(PREFACE);
        send(&wire, [settings()]);
        wire.write(first);
        let task = WakeFlag::set();
        let connection = task.run(builder.handshake(wire.clone())).expect("the preface is there");
        let connection = connection.expect("the preface is right");
        let mut server = Server { connection, wire, requests: Vec::new(), ended: None, task };
        server.wake();
        server
    }

    /// A server whose client has acknowledged its SETTINGS.
    pub fn open(builder: &server::Builder) -> Self {
        let mut ack = Vec::new();
        settings().ack().encode(&mut ack);
        let server = Server::new(builder, &ack);
        assert_eq!(server.wire.frames(), ["SETTINGS", "SETTINGS ack"]);
        server
    }

    /// Something that the application or the peer did wakes the task.
    pub fn wake(&mut self) {
        self.task.wake();
        self.run();
    }

    /// Polls as often as the task is woken.
    pub fn run(&mut self) {
        let Server { connection, requests, ended, task, .. } = self;
        let end = task.run(poll_fn(|cx| loop {
            match ready!(connection.poll_accept(cx)) {
                Some(Ok(request)) => requests.push(request),
                Some(Err(error)) => return Poll::Ready(Err(error)),
                None => return Poll::Ready(Ok(())),
            }
        }));
        if ended.is_none() {
            *ended = end;
        }
    }

    /// The peer sends frames.
    pub fn take(&mut self, frames: impl IntoIterator<Item = Frame>) {
        send(&self.wire, frames);
        self.wake();
    }

    /// Time passes in steps of a second, and only the timer wakes the task.
    pub fn pass(&mut self, seconds: u32) {
        for _ in 0..seconds {
            virtual_time::advance(SECOND);
            self.run();
        }
    }

    /// The frames that were sent since the last call, in words.
    pub fn sent(&self) -> Vec<String> {
        self.wire.frames()
    }

    /// Responds to the oldest request, which ends its stream.
    pub fn respond(&mut self) {
        let (_, mut response) = self.requests.remove(0);
        response.send_response(http::Response::new(()), true).expect("the stream is open");
        self.wake();
    }
}

/// A client that made requests.
pub struct Client {
    pub send: client::SendRequest<Bytes>,
    pub connection: client::Connection<Wire, Bytes>,
    pub wire: Wire,
    pub ended: Option<Result<(), Error>>,
    task: WakeFlag,
}

impl Client {
    pub fn open(builder: &client::Builder) -> Self {
        let wire = Wire::new();
        send(&wire, [settings(), settings().ack()]);
        let task = WakeFlag::set();
        let made = task.run(builder.handshake(wire.clone())).expect("it waits for nothing");
        let (requests, connection) = made.expect("nothing was written yet");
        wire.written.borrow_mut().frames.strip(PREFACE).expect("the preface");
        let mut client = Client { send: requests, connection, wire, ended: None, task };
        client.wake();
        assert_eq!(client.sent(), ["SETTINGS", "SETTINGS ack"]);
        client
    }

    pub fn wake(&mut self) {
        self.task.wake();
        self.run();
    }

    fn run(&mut self) {
        let Client { connection, ended, task, .. } = self;
        let end = task.run(poll_fn(|cx| Pin::new(&mut *connection).poll(cx)));
        if ended.is_none() {
            *ended = end;
        }
    }

    pub fn take(&mut self, frames: impl IntoIterator<Item = Frame>) {
        send(&self.wire, frames);
        self.wake();
    }

    pub fn pass(&mut self, seconds: u32) {
        for _ in 0..seconds {
            virtual_time::advance(SECOND);
            self.run();
        }
    }

    pub fn sent(&self) -> Vec<String> {
        self.wire.frames()
    }

    /// Makes a request.
    pub fn ask(&mut self) -> Result<client::ResponseFuture, Error> {
        let request = Request::get("http://test/").body(()).expect("a request");
        let response = self.send.send_request(request, true).map(|(response, _)| response);
        self.wake();
        response
    }
}

fn send(wire: &Wire, frames: impl IntoIterator<Item = Frame>) {
    let mut octets = Vec::new();
    frames.into_iter().for_each(|frame| frame.encode(&mut octets));
    wire.write(&octets);
}

/// Polls a future once.
pub fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut by_hand()) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
