//! A connection in memory and its peer.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2_conformance_wire::build::{ping, settings, window_update};
use h2_conformance_wire::code::setting::INITIAL_WINDOW_SIZE;
use h2_conformance_wire::pipe::{PeerEnd, SubjectEnd};
use h2_conformance_wire::wake::{by_hand, WakeFlag};

use super::h2::{client, server, RecvStream};

/// What the peer grants each stream for sending: more than the connection's window of 65 535, as
/// browsers do.
pub(super) const PEER_WINDOW: u32 = 1 << 20;

pub(super) enum Connection {
    Server(server::Connection<SubjectEnd, Bytes>),
    Client(client::Connection<SubjectEnd, Bytes>),
}

pub(super) type Request = (http::Request<RecvStream>, server::SendResponse<Bytes>);

pub(super) struct Drive {
    pub(super) pipe: PeerEnd,
    pub(super) connection: Connection,
    /// The connection's task is polled when it was woken, and never otherwise.
    pub(super) woken: WakeFlag,
    /// Times that the initial window was set by the peer.
    toggles: u32,
}

impl Drive {
    pub(super) fn new(pipe: PeerEnd, connection: Connection) -> Self {
        Drive { pipe, connection, woken: WakeFlag::set(), toggles: 0 }
    }

    /// Hands over what the peer sends and polls until the connection waits: what it wrote. Requests
    /// go to `requests`.
    pub(super) fn turn(&mut self, octets: &[u8], requests: &mut Vec<Request>) -> Result<Vec<u8>, String> {
        if !octets.is_empty() {
            self.pipe.write(octets);
        }
        let waker = self.woken.waker();
        let mut cx = Context::from_waker(&waker);
        while self.woken.take() {
            let failure = match &mut self.connection {
                Connection::Server(connection) => match connection.poll_accept(&mut cx) {
                    Poll::Pending => continue,
                    Poll::Ready(Some(Ok(request))) => {
                        requests.push(request);
                        self.woken.wake();
                        continue;
                    }
                    Poll::Ready(Some(Err(error))) => error.to_string(),
                    Poll::Ready(None) => "the connection ends".to_owned(),
                },
                Connection::Client(connection) => match Pin::new(connection).poll(&mut cx) {
                    Poll::Pending => continue,
                    Poll::Ready(end) => end.err().map_or_else(|| "the connection ends".to_owned(), |e| e.to_string()),
                },
            };
            return Err(failure);
        }
        Ok(self.pipe.read())
    }

    /// A PING and its acknowledgement.
    pub(super) fn ping(&mut self) -> Result<(), String> {
        let written = self.turn(&ping([7; 8]).to_bytes(), &mut Vec::new())?;
        expect(written.ends_with(&ping([7; 8]).ack().to_bytes()), "PING is not acknowledged")
    }

    /// One octet more for the connection.
    pub(super) fn window_update(&mut self) -> Result<(), String> {
        self.turn(&window_update(0, 1).to_bytes(), &mut Vec::new()).map(drop)
    }

    /// The peer sets an initial window that differs by one octet.
    pub(super) fn settings(&mut self) -> Result<(), String> {
        self.toggles += 1;
        self.initial_window(PEER_WINDOW + self.toggles % 2)
    }

    /// The peer closes the windows of all streams and opens them again.
    pub(super) fn reopen(&mut self) -> Result<(), String> {
        self.initial_window(0)?;
        self.initial_window(PEER_WINDOW)
    }

    fn initial_window(&mut self, octets: u32) -> Result<(), String> {
        let written = self.turn(&settings().with(INITIAL_WINDOW_SIZE, octets).to_bytes(), &mut Vec::new())?;
        let ack = settings().ack().to_bytes();
        expect(written.windows(ack.len()).any(|octets| octets == ack), "SETTINGS are not acknowledged")
    }
}

/// Reads and releases what has arrived: how many octets, and whether that was the end. The stream's
/// reader then waits.
pub(super) fn read(body: &mut RecvStream) -> Result<(usize, bool), String> {
    let mut octets = 0;
    let mut cx = by_hand();
    loop {
        match body.poll_data(&mut cx) {
            Poll::Pending => return Ok((octets, false)),
            Poll::Ready(None) => return Ok((octets, true)),
            Poll::Ready(Some(chunk)) => {
                let length = chunk.map_err(|error| error.to_string())?.len();
                octets += length;
                body.flow_control().release_capacity(length).map_err(|error| error.to_string())?;
            }
        }
    }
}

pub(super) fn expect(holds: bool, otherwise: &str) -> Result<(), String> {
    holds.then_some(()).ok_or_else(|| otherwise.to_owned())
}
