//! A server with many open requests.

use bytes::Bytes;
use h2_conformance_wire::build::{data, post, settings};
use h2_conformance_wire::code::setting::INITIAL_WINDOW_SIZE;
use h2_conformance_wire::code::DEFAULT_FRAME_SIZE;
use h2_conformance_wire::pipe::{pipe, PeerEnd, SubjectEnd};
use h2_conformance_wire::wake::WakeFlag;
use h2_conformance_wire::{FlowWindows, FrameReader, PREFACE};
use http::Response;

use super::super::handshaken;
use super::drive::{expect, read, Connection, Drive, Request, PEER_WINDOW};
use super::h2::{self, server, RecvStream, SendStream};
use super::{not_here, snapshot, Clock, CHUNK, ROUND_TRIP, STEP};
use crate::subject::{Beside, Loaded, Operation, WindowSizes, BURST};

/// Receive windows: the connection's is hyper's, a stream's the one of the protocol.
const CONNECTION_WINDOW: u32 = 1 << 20;
const STREAM_WINDOW: u32 = 65_535;
/// The connection's where content stays unread on every stream.
const LARGE_CONNECTION_WINDOW: u32 = 30 << 20;
/// Content that stays unread on a stream: the least that does not count as an attack with small
/// frames.
const UNREAD: usize = 256;
/// Receive window of a stream that is to grow, so that the growth of all of them is within a budget
/// of 64 MiB.
const SMALL_WINDOW: u32 = 512;
/// Requests that are opened at a time while the state is set up.
const BATCH: usize = 100;
/// Send capacity that a stream reserves: as much as its own window, and more than the connection's
/// leaves.
const RESERVED: usize = PEER_WINDOW as usize;
/// Round trips for which one upload fills its windows before anything is measured, so that they
/// have grown where they grow.
const ROUND_TRIPS: u32 = 12;
/// Content of an upload.
const UPLOAD: usize = 40_000;

pub(super) struct Server {
    drive: Drive,
    clock: Clock,
    frames: FrameReader,
    windows: FlowWindows,
    /// The number of the next stream.
    next: u32,
    /// The upload that goes on for as long as the connection.
    long: Stream,
    beside: Vec<Stream>,
}

struct Stream {
    id: u32,
    body: RecvStream,
    /// Answered, with more to come.
    answer: SendStream<Bytes>,
}

impl Server {
    pub(super) fn new(state: Beside, streams: usize) -> Result<Self, String> {
        let (pipe, end) = pipe();
        let mut clock = Clock::default();
        clock.pass(STEP);
        let stream = if state == Beside::Grown { SMALL_WINDOW } else { STREAM_WINDOW };
        let connection = if state == Beside::Unread { LARGE_CONNECTION_WINDOW } else { CONNECTION_WINDOW };
        let connection = connect(&pipe, end, WindowSizes { stream, connection })?;
        let mut drive = Drive::new(pipe, Connection::Server(connection));
        let mut frames = FrameReader::default();
        frames.push(&drive.turn(&[], &mut Vec::new())?);
        clock.pass(ROUND_TRIP);
        frames.push(&drive.turn(&settings().ack().to_bytes(), &mut Vec::new())?);
        let request = open(&mut drive, 1)?.ok_or("the first request does not arrive")?;
        let long = Stream::answered(1, request)?;
        let windows = FlowWindows::default();
        let mut server = Server { drive, clock, frames, windows, next: 3, long, beside: Vec::with_capacity(streams) };
        server.hear();
        for _ in 0..streams.div_ceil(BATCH) {
            server.open_more(BATCH.min(streams - server.beside.len()))?;
        }
        server.let_the_long_upload_grow()?;
        server.bring_to(state)?;
        Ok(server)
    }

    /// Takes notice of the windows that the server announces. Only the set-up fills them.
    fn hear(&mut self) {
        while let Some(frame) = self.frames.next_frame() {
            self.windows.heard(&frame);
        }
    }

    fn turn(&mut self, octets: &[u8]) -> Result<Vec<Request>, String> {
        let mut requests = Vec::new();
        let written = self.drive.turn(octets, &mut requests)?;
        self.frames.push(&written);
        self.hear();
        Ok(requests)
    }

    fn open_more(&mut self, count: usize) -> Result<(), String> {
        let mut octets = Vec::new();
        let first = self.next;
        for _ in 0..count {
            post(self.next).encode(&mut octets);
            self.next += 2;
        }
        let requests = self.turn(&octets)?;
        expect(requests.len() == count, "not all requests arrive")?;
        for (id, request) in (first..).step_by(2).zip(requests) {
            let mut stream = Stream::answered(id, request)?;
            // Its reader waits for content.
            read(&mut stream.body)?;
            self.beside.push(stream);
        }
        self.turn(&[]).map(drop)
    }

    fn bring_to(&mut self, state: Beside) -> Result<(), String> {
        match state {
            Beside::Idle | Beside::Waiting => {}
            Beside::Reserved => {
                self.beside.iter_mut().for_each(|stream| stream.answer.reserve_capacity(RESERVED));
            }
            Beside::Unread => self.send_to_all(UNREAD, false)?,
            Beside::Grown => {
                for _ in 0..2 {
                    self.send_to_all(SMALL_WINDOW as usize / 2, true)?;
                    self.clock.pass(ROUND_TRIP);
                }
                self.allow_large_windows()?;
            }
        }
        self.turn(&[]).map(drop)
    }

    /// So much content on each stream.
    fn send_to_all(&mut self, octets: usize, is_read: bool) -> Result<(), String> {
        for first in (0..self.beside.len()).step_by(BATCH) {
            let batch = first..self.beside.len().min(first + BATCH);
            let mut content = Vec::new();
            for stream in &self.beside[batch.clone()] {
                data(stream.id, octets).encode(&mut content);
                self.windows.used(stream.id, octets as u32);
            }
            self.turn(&content)?;
            if is_read {
                for stream in &mut self.beside[batch] {
                    expect(read(&mut stream.body)? == (octets, false), "content does not arrive")?;
                }
                self.turn(&[])?;
            }
        }
        Ok(())
    }

    fn allow_large_windows(&mut self) -> Result<(), String> {
        if let Connection::Server(connection) = &mut self.drive.connection {
            connection.set_initial_window_size(STREAM_WINDOW).map_err(|error| error.to_string())?;
        }
        self.turn(&[])?;
        self.turn(&settings().ack().to_bytes()).map(drop)
    }

    /// The long upload uses all of its window in every round trip, up to 2 MiB.
    fn let_the_long_upload_grow(&mut self) -> Result<(), String> {
        for _ in 0..ROUND_TRIPS {
            self.clock.pass(ROUND_TRIP);
            let mut left = self.windows.available(self.long.id).min(2 << 20);
            while left > 0 {
                let octets = left.min(DEFAULT_FRAME_SIZE);
                left -= octets;
                self.windows.used(self.long.id, octets as u32);
                self.turn(&data(self.long.id, octets).to_bytes())?;
                expect(read(&mut self.long.body)?.0 == octets, "content does not arrive")?;
            }
            self.turn(&[])?;
        }
        Ok(())
    }

    /// A GET, its answer without content, and the end of its stream.
    fn request(&mut self) -> Result<(), String> {
        let mut requests = Vec::new();
        let octets = post(self.next).end_stream().to_bytes();
        self.next += 2;
        self.drive.turn(&octets, &mut requests)?;
        let (_, mut respond) = requests.pop().ok_or("a request does not arrive")?;
        respond.send_response(Response::new(()), true).map_err(|error| error.to_string())?;
        drop(respond);
        let written = self.drive.turn(&[], &mut requests)?;
        expect(!written.is_empty(), "a request is not answered")
    }

    /// A POST whose content is read as it arrives, and its answer.
    fn upload(&mut self) -> Result<(), String> {
        let id = self.next;
        self.next += 2;
        let (request, mut respond) = open(&mut self.drive, id)?.ok_or("a request does not arrive")?;
        let mut body = request.into_body();
        let mut arrived = 0;
        for start in (0..UPLOAD).step_by(DEFAULT_FRAME_SIZE) {
            let octets = DEFAULT_FRAME_SIZE.min(UPLOAD - start);
            let frame = data(id, octets);
            let frame = if start + octets == UPLOAD { frame.end_stream() } else { frame };
            self.drive.turn(&frame.to_bytes(), &mut Vec::new())?;
            arrived += read(&mut body)?.0;
        }
        expect(arrived == UPLOAD, "content does not arrive")?;
        respond.send_response(Response::new(()), true).map_err(|error| error.to_string())?;
        drop((body, respond));
        expect(!self.drive.turn(&[], &mut Vec::new())?.is_empty(), "an upload is not answered")
    }

    /// Requests that are all open at a time. The answers are without content, and end the streams.
    fn burst(&mut self) -> Result<(), String> {
        let mut requests = Vec::new();
        // In batches, so that the pipe needs little memory of its own.
        for _ in 0..BURST / BATCH {
            let mut octets = Vec::new();
            for _ in 0..BATCH {
                post(self.next).end_stream().encode(&mut octets);
                self.next += 2;
            }
            self.drive.turn(&octets, &mut requests)?;
        }
        expect(requests.len() == BURST, "not all requests arrive")?;
        for (_, mut respond) in requests {
            respond.send_response(Response::new(()), true).map_err(|error| error.to_string())?;
        }
        expect(!self.drive.turn(&[], &mut Vec::new())?.is_empty(), "requests are not answered")
    }

    /// A DATA frame on the long upload, read and released.
    fn release(&mut self) -> Result<(), String> {
        self.drive.turn(&data(self.long.id, CHUNK).to_bytes(), &mut Vec::new())?;
        expect(read(&mut self.long.body)? == (CHUNK, false), "content does not arrive")?;
        self.drive.turn(&[], &mut Vec::new()).map(drop)
    }
}

impl Stream {
    fn answered(id: u32, (request, mut respond): Request) -> Result<Self, String> {
        let answer = respond.send_response(Response::new(()), false).map_err(|error| error.to_string())?;
        Ok(Stream { id, body: request.into_body(), answer })
    }
}

impl Loaded for Server {
    fn operate(&mut self, operation: Operation) -> Result<bool, String> {
        self.clock.pass(STEP);
        match operation {
            Operation::Ping => self.drive.ping()?,
            Operation::WindowUpdate => self.drive.window_update()?,
            Operation::Settings => self.drive.settings()?,
            Operation::Reopen => self.drive.reopen()?,
            Operation::Request => self.request()?,
            Operation::Upload => self.upload()?,
            Operation::Release => self.release()?,
            Operation::Snapshot => return snapshot(self.beside.len()),
            Operation::Burst => self.burst()?,
            Operation::Open => return Err(not_here(operation)),
        }
        Ok(true)
    }
}

fn open(drive: &mut Drive, id: u32) -> Result<Option<Request>, String> {
    let mut requests = Vec::new();
    drive.turn(&post(id).to_bytes(), &mut requests)?;
    Ok(requests.pop())
}

/// The connection once the client's preface has come. The client has not acknowledged the server's
/// SETTINGS.
pub(super) fn connect(
    pipe: &PeerEnd,
    end: SubjectEnd,
    windows: WindowSizes,
) -> Result<server::Connection<SubjectEnd, Bytes>, String> {
    pipe.write(PREFACE);
    pipe.write(&settings().with(INITIAL_WINDOW_SIZE, PEER_WINDOW).to_bytes());
    let mut builder = h2::server::Builder::new();
    builder.initial_window_size(windows.stream).initial_connection_window_size(windows.connection);
    handshaken(&WakeFlag::set(), builder.handshake(end))
}
