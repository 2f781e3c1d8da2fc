//! Servers and clients that are polled by hand, and a peer that writes octets.

use std::cell::Cell;
use std::future::{poll_fn, Future};
use std::io;
use std::ops::Range;
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use h2::{client, server, virtual_time, RecvStream};
use h2_conformance::wire::build::{opening, settings};
use h2_conformance::wire::feed::Feed;
use h2_conformance::wire::wake::{by_hand, WakeFlag};
use h2_conformance::wire::Frame;
use http::Request;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A transport whose peer may not read.
#[derive(Clone)]
pub struct Wire {
    feed: Feed,
    reads: Rc<Cell<bool>>,
    written: Rc<Cell<usize>>,
    /// Octets that were sent to the endpoint and that it has not read.
    unread: Rc<Cell<usize>>,
}

impl Wire {
    fn new() -> Self {
        Wire {
            feed: Feed::with_capacity(8 << 20),
            reads: Rc::new(Cell::new(true)),
            written: Rc::default(),
            unread: Rc::default(),
        }
    }

    pub fn send(&self, frames: impl IntoIterator<Item = Frame>) {
        let mut octets = Vec::new();
        frames.into_iter().for_each(|frame| frame.encode(&mut octets));
        self.write(&octets);
    }

    fn write(&self, octets: &[u8]) {
        self.feed.write(octets);
        self.unread.set(self.unread.get() + octets.len());
    }

    /// Octets that wait to be read.
    pub fn unread(&self) -> usize {
        self.unread.get()
    }

    fn assert_all_read(&self) {
        assert_eq!(self.unread(), 0, "octets are not read at once");
    }

    /// The peer stops reading.
    pub fn stop_reading(&self) {
        self.reads.set(false);
    }

    /// The octets that the endpoint has written.
    pub fn written(&self) -> usize {
        self.written.get()
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.feed).poll_read(cx, buffer);
        self.unread.set(self.unread.get() - (buffer.filled().len() - before));
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        if !self.reads.get() {
            return Poll::Pending;
        }
        self.written.set(self.written.get() + octets.len());
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The time of this thread.
pub fn time_passes(time: Duration) {
    virtual_time::advance(time);
}

/// Polls as often as the task is woken.
fn until_rest<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Option<T> {
    WakeFlag::set().run(poll_fn(|cx| poll(cx)))
}

pub type Accepted = (Request<RecvStream>, server::SendResponse<Bytes>);

pub struct Server {
    pub connection: server::Connection<Wire, Bytes>,
    pub wire: Wire,
}

impl Server {
    pub fn new(builder: &server::Builder) -> Self {
        time_passes(Duration::ZERO);
        let wire = Wire::new();
        wire.write(&opening(&settings()));
        let Poll::Ready(connection) = pin!(builder.handshake(wire.clone())).poll(&mut by_hand()) else {
            panic!("the preface is there")
        };
        let mut server = Server { connection: connection.expect("the preface is right"), wire };
        server.accept().expect("nothing came");
        server
    }

    /// Polls until nothing moves; returns the requests that came.
    pub fn accept(&mut self) -> Result<Vec<Accepted>, h2::Error> {
        let mut accepted = Vec::new();
        while let Some(request) = until_rest(|cx| self.connection.poll_accept(cx)) {
            accepted.push(request.expect("the peer does not close")?);
        }
        Ok(accepted)
    }

    /// Sends frames and polls. The application drops the requests that come.
    pub fn give(&mut self, frames: impl IntoIterator<Item = Frame>) -> Result<(), h2::Error> {
        self.wire.send(frames);
        self.accept().map(drop)
    }

    /// The same, and all of it is read: the connection was not slowed.
    pub fn take(&mut self, frames: impl IntoIterator<Item = Frame>) -> Result<(), h2::Error> {
        self.give(frames)?;
        self.wire.assert_all_read();
        Ok(())
    }

    /// Sends frames that are all read, and the application accepts nothing.
    pub fn take_unaccepted(&mut self, frames: impl IntoIterator<Item = Frame>) -> Result<(), h2::Error> {
        self.wire.send(frames);
        until_rest(|cx| self.connection.poll_closed(cx)).unwrap_or(Ok(()))?;
        self.wire.assert_all_read();
        Ok(())
    }
}

pub struct Client {
    pub requests: client::SendRequest<Bytes>,
    connection: client::Connection<Wire, Bytes>,
    pub wire: Wire,
}

impl Client {
    pub fn new(builder: &client::Builder) -> Self {
        time_passes(Duration::ZERO);
        let wire = Wire::new();
        wire.send([settings(), settings().ack()]);
        let Poll::Ready(made) = pin!(builder.handshake(wire.clone())).poll(&mut by_hand()) else {
            panic!("it waits for nothing")
        };
        let (requests, connection) = made.expect("nothing was written yet");
        let mut client = Client { requests, connection, wire };
        client.take([]).expect("nothing came");
        client
    }

    /// Sends frames and polls until nothing moves.
    pub fn give(&mut self, frames: impl IntoIterator<Item = Frame>) -> Result<(), h2::Error> {
        self.wire.send(frames);
        until_rest(|cx| Pin::new(&mut self.connection).poll(cx)).unwrap_or(Ok(()))
    }

    /// The same, and all of it is read: the connection was not slowed.
    pub fn take(&mut self, frames: impl IntoIterator<Item = Frame>) -> Result<(), h2::Error> {
        self.give(frames)?;
        self.wire.assert_all_read();
        Ok(())
    }

    /// Makes a request.
    pub fn ask(&mut self) -> client::ResponseFuture {
        let request = Request::get("http://test/").body(()).expect("a request");
        let sent = self.requests.send_request(request, true);
        sent.expect("the connection is open").0
    }
}

/// A server or a client.
pub trait Endpoint {
    fn wire(&self) -> &Wire;

    /// Sends frames and polls until nothing moves.
    fn give(&mut self, frames: Vec<Frame>) -> Result<(), h2::Error>;

    /// Sends these frames, number after number, until the endpoint does not read them at once.
    /// Returns the number.
    fn slowed_by(&mut self, mut numbers: Range<u32>, mut frames: impl FnMut(u32) -> Vec<Frame>) -> u32 {
        let slowed = numbers.find(|number| {
            self.give(frames(*number)).expect("it is slowed first");
            self.wire().unread() > 0
        });
        slowed.expect("a flood is slowed")
    }

    /// Sends these frames for as long as the endpoint reads them. Returns how long it lives, and
    /// how many were sent.
    fn ended_by(&mut self, from: u32, mut frames: impl FnMut(u32) -> Vec<Frame>) -> (Duration, u32, h2::Error) {
        let (mut lived, mut number) = (Duration::ZERO, from);
        loop {
            // The smallest frame has 13 octets.
            let count = (256_usize << 10).saturating_sub(self.wire().unread()) / 13;
            let more = (number..number + count as u32).flat_map(&mut frames).collect();
            number += count as u32;
            if let Err(error) = self.give(more) {
                return (lived, number - from, error);
            }
            assert!(lived < Duration::from_secs(60), "a flood ends the connection");
            let step = Duration::from_millis(100);
            time_passes(step);
            lived += step;
        }
    }

    /// The flood ends the connection after it was slowed for five seconds, and GOAWAY says why.
    fn dies_of(&mut self, complaint: &str, from: u32, frames: impl FnMut(u32) -> Vec<Frame>) -> u32 {
        let (lived, read, error) = self.ended_by(from, frames);
        assert!((50..75).contains(&(lived.as_millis() / 100)), "{lived:?}");
        assert_eq!(error.reason(), Some(h2::Reason::ENHANCE_YOUR_CALM));
        assert!(error.to_string().contains(complaint), "{error}");
        read
    }
}

impl Endpoint for Server {
    fn wire(&self) -> &Wire {
        &self.wire
    }

    fn give(&mut self, frames: Vec<Frame>) -> Result<(), h2::Error> {
        Server::give(self, frames)
    }
}

impl Endpoint for Client {
    fn wire(&self) -> &Wire {
        &self.wire
    }

    fn give(&mut self, frames: Vec<Frame>) -> Result<(), h2::Error> {
        Client::give(self, frames)
    }
}
