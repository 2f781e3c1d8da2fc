//! A client whose peer allows one stream: all other requests wait.

use std::future::Future;
use std::pin::{pin, Pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use h2_conformance_wire::build::{data, response, settings};
use h2_conformance_wire::code::setting::{INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS};
use h2_conformance_wire::pipe::pipe;
use http::Request;

use super::drive::{expect, read, Connection, Drive, PEER_WINDOW};
use super::h2::client::{self, ResponseFuture, SendRequest};
use super::h2::{RecvStream, SendStream};
use super::{not_here, snapshot, Clock, CHUNK, ROUND_TRIP, STEP};
use crate::subject::{Loaded, Operation};

/// The stream that the peer allows.
const OPEN: u32 = 1;

pub(super) struct Client {
    drive: Drive,
    clock: Clock,
    requester: SendRequest<Bytes>,
    /// The body of the stream that is open.
    body: RecvStream,
    waiting: Vec<(ResponseFuture, SendStream<Bytes>)>,
}

impl Client {
    pub(super) fn new(streams: usize) -> Result<Self, String> {
        let (pipe, end) = pipe();
        let mut clock = Clock::default();
        clock.pass(STEP);
        let mut cx = Context::from_waker(Waker::noop());
        let handshake = pin!(client::Builder::new().handshake(end)).poll(&mut cx);
        let Poll::Ready(Ok((requester, connection))) = handshake else {
            return Err("a client's handshake waits for nothing".into());
        };
        let mut drive = Drive::new(pipe, Connection::Client(connection));
        drive.turn(&[], &mut Vec::new())?;
        clock.pass(ROUND_TRIP);
        let mut octets = settings().with(MAX_CONCURRENT_STREAMS, 1).with(INITIAL_WINDOW_SIZE, PEER_WINDOW).to_bytes();
        octets.extend(settings().ack().to_bytes());
        drive.turn(&octets, &mut Vec::new())?;
        let (first, _) = request(&requester)?;
        drive.turn(&[], &mut Vec::new())?;
        drive.turn(&response(OPEN, 200).to_bytes(), &mut Vec::new())?;
        let mut first = first;
        let Poll::Ready(Ok(response)) = Pin::new(&mut first).poll(&mut cx) else {
            return Err("the response does not arrive".into());
        };
        let mut body = response.into_body();
        read(&mut body)?;
        let waiting = (0..streams).map(|_| request(&requester)).collect::<Result<_, _>>()?;
        expect(drive.turn(&[], &mut Vec::new())?.is_empty(), "a request is sent above the peer's limit")?;
        Ok(Client { drive, clock, requester, body, waiting })
    }

    /// A request that has to wait, and is given up.
    fn request(&mut self) -> Result<(), String> {
        let waiting = request(&self.requester)?;
        self.drive.turn(&[], &mut Vec::new())?;
        drop(waiting);
        self.drive.turn(&[], &mut Vec::new()).map(drop)
    }

    /// A DATA frame of the response on the open stream, read and released.
    fn release(&mut self) -> Result<(), String> {
        self.drive.turn(&data(OPEN, CHUNK).to_bytes(), &mut Vec::new())?;
        expect(read(&mut self.body)? == (CHUNK, false), "content does not arrive")?;
        self.drive.turn(&[], &mut Vec::new()).map(drop)
    }
}

impl Loaded for Client {
    fn operate(&mut self, operation: Operation) -> Result<bool, String> {
        self.clock.pass(STEP);
        match operation {
            Operation::Ping => self.drive.ping()?,
            Operation::WindowUpdate => self.drive.window_update()?,
            Operation::Settings => self.drive.settings()?,
            Operation::Reopen => self.drive.reopen()?,
            Operation::Request => self.request()?,
            Operation::Release => self.release()?,
            Operation::Snapshot => return snapshot(self.waiting.len()),
            Operation::Upload | Operation::Open | Operation::Burst => return Err(not_here(operation)),
        }
        Ok(true)
    }
}

/// Each clone of a handle may have one request that waits.
fn request(requester: &SendRequest<Bytes>) -> Result<(ResponseFuture, SendStream<Bytes>), String> {
    let request = Request::get("http://example.test/").body(()).expect("a plain request");
    requester.clone().send_request(request, true).map_err(|error| error.to_string())
}
