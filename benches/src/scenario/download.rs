//! A client that reads over loopback and does nothing else: it looks at frame headers, and gives
//! windows back.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use h2_conformance_wire::build::{opening, settings, window_update};
use h2_conformance_wire::code::{flag, kind, setting, DEFAULT_WINDOW};
use h2_conformance_wire::Frame;

/// Longer than anything here takes; then it counts as a stall.
const PATIENCE: Duration = Duration::from_secs(10);
/// Octets of a frame header (RFC 9113 section 4.1).
const HEADER: usize = 9;
/// Octets that one call reads at most.
const READ: usize = 256 << 10;

pub(super) struct Client {
    socket: TcpStream,
    window: u32,
    buffer: Vec<u8>,
    /// Octets that came and were not given back, of streams and of the connection (0).
    used: HashMap<u32, u32>,
    /// What came of a frame header.
    header: Vec<u8>,
    /// Octets of a payload that are still to come.
    rest: usize,
}

/// A frame whose header has come. The frames of one read are often many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) kind: u8,
    pub(super) stream: u32,
    /// Octets of the payload.
    pub(super) octets: usize,
    pub(super) ends_stream: bool,
}

impl Client {
    /// With this window for each stream and for the connection, in octets.
    pub(super) fn connect(mut socket: TcpStream, window: u32) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let mut octets = opening(&settings().with(setting::INITIAL_WINDOW_SIZE, window));
        if window > DEFAULT_WINDOW {
            window_update(0, window - DEFAULT_WINDOW).encode(&mut octets);
        }
        socket.write_all(&octets)?;
        let (used, header) = (HashMap::new(), Vec::with_capacity(HEADER));
        Ok(Client { socket, window, buffer: vec![0; READ], used, header, rest: 0 })
    }

    pub(super) fn send(&mut self, frames: impl IntoIterator<Item = Frame>) -> io::Result<()> {
        let mut octets = Vec::new();
        frames.into_iter().for_each(|frame| frame.encode(&mut octets));
        self.socket.write_all(&octets)
    }

    /// Reads once, and gives back what has to be.
    pub(super) fn read(&mut self) -> io::Result<Vec<Seen>> {
        let length = self.socket.read(&mut self.buffer)?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let seen = self.parse(length);
        let mut updates = Vec::new();
        seen.iter().filter(|frame| frame.kind == kind::DATA).for_each(|frame| self.give_back(frame, &mut updates));
        self.socket.write_all(&updates)?;
        Ok(seen)
    }

    /// The frames whose headers are complete with these octets of the buffer.
    fn parse(&mut self, length: usize) -> Vec<Seen> {
        let mut octets = &self.buffer[..length];
        let mut seen = Vec::new();
        while !octets.is_empty() {
            let skipped = self.rest.min(octets.len());
            (self.rest, octets) = (self.rest - skipped, &octets[skipped..]);
            let more = (HEADER - self.header.len()).min(octets.len());
            self.header.extend_from_slice(&octets[..more]);
            octets = &octets[more..];
            if let [a, b, c, kind, flags, d, e, f, g] = self.header[..] {
                self.rest = u32::from_be_bytes([0, a, b, c]) as usize;
                self.header.clear();
                let stream = u32::from_be_bytes([d, e, f, g]);
                let ends_stream = matches!(kind, kind::DATA | kind::HEADERS) && flags & flag::END_STREAM != 0;
                seen.push(Seen { kind, stream, octets: self.rest, ends_stream });
            }
        }
        seen
    }

    fn give_back(&mut self, data: &Seen, updates: &mut Vec<u8>) {
        for id in [0, data.stream] {
            if data.ends_stream && id == data.stream {
                self.used.remove(&id);
                continue;
            }
            let used = self.used.entry(id).or_default();
            *used += data.octets as u32;
            if *used > self.window / 2 {
                window_update(id, std::mem::take(used)).encode(updates);
            }
        }
    }
}
