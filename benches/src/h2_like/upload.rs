//! An upload from a peer made of frames, in memory: every turn is the same in each run, and so is
//! every figure.

use std::task::{Context, Poll};

use bytes::Bytes;
use h2_conformance_wire::build::{data, post, settings};
use h2_conformance_wire::code::DEFAULT_FRAME_SIZE;
use h2_conformance_wire::pipe::{pipe, PeerEnd, SubjectEnd};
use h2_conformance_wire::wake::{by_hand, WakeFlag};
use h2_conformance_wire::{FlowWindows, FrameReader, View, PREFACE};

use super::h2::server::{Connection, SendResponse};
use super::h2::RecvStream;
use super::{builder, set_announcing};
use crate::subject::{Announcing, ReadPerTurn, Upload};

const STREAM: u32 = 1;

struct Run {
    peer: Peer,
    connection: Connection<SubjectEnd, Bytes>,
    /// The connection's task is polled when it was woken, and never otherwise.
    woken: WakeFlag,
    failed: Option<String>,
}

/// The peer and its accounting.
struct Peer {
    pipe: PeerEnd,
    frames: FrameReader,
    sendable: FlowWindows,
    left: usize,
    /// Increments for the connection since the first DATA.
    increments: Vec<u32>,
}

/// The application: what it reads from, and octets that it read and did not release.
struct App {
    body: RecvStream,
    /// Holds the stream open; there is no answer before the upload is over.
    _respond: SendResponse<Bytes>,
    held: usize,
    released: usize,
    ended: bool,
}

pub(super) fn upload(plan: &Upload) -> Result<Vec<u32>, String> {
    let (mut run, mut app) = open(plan).ok_or("the request does not arrive")?;
    while !app.ended {
        let sent = run.peer.send(plan.frames);
        run.settle();
        let read = app.turn(plan.reader)?;
        run.settle();
        if let Some(why) = run.failed {
            return Err(why);
        }
        if sent == 0 && !read && !app.ended {
            return Err(format!("it makes no progress after {} octets", app.released));
        }
    }
    match app.released {
        Upload::OCTETS => Ok(run.peer.increments),
        octets => Err(format!("it ends after {octets} octets")),
    }
}

/// The connection with the request's head received.
fn open(plan: &Upload) -> Option<(Run, App)> {
    let (pipe, end) = pipe();
    let peer = Peer {
        pipe,
        frames: FrameReader::default(),
        sendable: FlowWindows::default(),
        left: Upload::OCTETS,
        increments: Vec::new(),
    };
    let woken = WakeFlag::set();
    peer.pipe.write(PREFACE);
    peer.pipe.write(&settings().to_bytes());
    let mut builder = builder(plan.window);
    set_announcing(&mut builder, Announcing::Fixed);
    // All that the handshake waits for is written; it yields in between.
    let connection = woken.run(builder.handshake(end))?.ok()?;
    woken.wake();
    let mut run = Run { peer, connection, woken, failed: None };
    run.settle();
    run.peer.pipe.write(&settings().ack().to_bytes());
    run.peer.pipe.write(&post(STREAM).to_bytes());
    let (request, respond) = run.settle()?;
    run.peer.increments.clear();
    let app = App { body: request.into_body(), _respond: respond, held: 0, released: 0, ended: false };
    Some((run, app))
}

impl Run {
    /// Lets the connection work until it waits, and the peer read what it wrote. A request, if one
    /// came.
    fn settle(&mut self) -> Option<(http::Request<RecvStream>, SendResponse<Bytes>)> {
        let waker = self.woken.waker();
        let mut request = None;
        while self.woken.take() {
            match self.connection.poll_accept(&mut Context::from_waker(&waker)) {
                Poll::Pending => {}
                Poll::Ready(Some(Ok(accepted))) => {
                    request = Some(accepted);
                    self.woken.wake();
                }
                Poll::Ready(Some(Err(error))) => self.failed = Some(error.to_string()),
                Poll::Ready(None) => self.failed = Some("the connection ends".into()),
            }
        }
        self.peer.read();
        request
    }
}

impl Peer {
    /// Sends up to `frames` frames as the windows allow; how many.
    fn send(&mut self, frames: usize) -> usize {
        for sent in 0..frames {
            let octets = self.sendable.available(STREAM).min(self.left).min(DEFAULT_FRAME_SIZE);
            if octets == 0 {
                return sent;
            }
            self.left -= octets;
            let frame = data(STREAM, octets);
            let frame = if self.left == 0 { frame.end_stream() } else { frame };
            self.sendable.sent(&frame);
            self.pipe.write(&frame.to_bytes());
        }
        frames
    }

    fn read(&mut self) {
        self.frames.push(&self.pipe.read());
        while let Some(frame) = self.frames.next_frame() {
            self.sendable.heard(&frame);
            if let (0, View::WindowUpdate { increment }) = (frame.stream, View::from(&frame)) {
                self.increments.push(increment);
            }
        }
    }
}

impl App {
    /// Does what the reader does in one turn; whether that was anything.
    fn turn(&mut self, reader: ReadPerTurn) -> Result<bool, String> {
        match reader {
            ReadPerTurn::Chunk => Ok(self.read()? && self.release(usize::MAX)),
            ReadPerTurn::Everything => {
                let mut any = false;
                while self.read()? && self.release(usize::MAX) {
                    any = true;
                }
                Ok(any)
            }
            ReadPerTurn::Octets(octets) => Ok((self.held > 0 || self.read()?) && self.release(octets)),
        }
    }

    /// Reads a chunk, if there is one, or learns of the end.
    fn read(&mut self) -> Result<bool, String> {
        // Each turn asks anew, so that no task needs to be woken.
        match self.body.poll_data(&mut by_hand()) {
            Poll::Ready(Some(chunk)) => {
                self.held += chunk.map_err(|error| error.to_string())?.len();
                Ok(true)
            }
            Poll::Ready(None) => {
                self.ended = true;
                Ok(false)
            }
            Poll::Pending => Ok(false),
        }
    }

    fn release(&mut self, octets: usize) -> bool {
        let octets = octets.min(self.held);
        self.held -= octets;
        self.released += octets;
        self.body.flow_control().release_capacity(octets).is_ok()
    }
}
