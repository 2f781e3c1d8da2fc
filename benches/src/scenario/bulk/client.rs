//! A client that reads and does nothing else: it looks at frame headers, and gives windows back.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use h2_conformance_wire::build::{get, opening, settings, window_update};
use h2_conformance_wire::code::{flag, kind, setting, DEFAULT_WINDOW};

/// Longer than anything here takes; then it counts as a stall.
const PATIENCE: Duration = Duration::from_secs(10);
/// Octets of a frame header (RFC 9113 section 4.1).
const HEADER: usize = 9;

pub(super) struct Client {
    socket: TcpStream,
    window: u32,
    /// Octets that came and were not given back, of streams and of the connection (0).
    used: HashMap<u32, u32>,
    /// What came of a frame header.
    header: Vec<u8>,
    /// Octets of a payload that are still to come.
    rest: usize,
    /// DATA that came.
    octets: usize,
    ended: u32,
}

impl Client {
    pub(super) fn connect(mut socket: TcpStream, window: u32) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let mut octets = opening(&settings().with(setting::INITIAL_WINDOW_SIZE, window));
        if window > DEFAULT_WINDOW {
            window_update(0, window - DEFAULT_WINDOW).encode(&mut octets);
        }
        socket.write_all(&octets)?;
        let header = Vec::with_capacity(HEADER);
        Ok(Client { socket, window, used: HashMap::new(), header, rest: 0, octets: 0, ended: 0 })
    }

    /// Reads that many bodies of that many octets.
    pub(super) fn download(&mut self, streams: u32, octets: usize) -> io::Result<()> {
        let mut requests = Vec::new();
        (0..streams).for_each(|at| get(2 * at + 1).encode(&mut requests));
        self.socket.write_all(&requests)?;
        let mut buffer = vec![0; 256 << 10];
        while self.ended < streams {
            let length = self.socket.read(&mut buffer)?;
            if length == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let updates = self.take(&buffer[..length]);
            self.socket.write_all(&updates)?;
        }
        let expected = octets * streams as usize;
        if self.octets != expected {
            return Err(io::Error::other(format!("expected {expected} octets of DATA, found {}", self.octets)));
        }
        Ok(())
    }

    /// Takes what came. Returns the frames that give it back.
    fn take(&mut self, mut octets: &[u8]) -> Vec<u8> {
        let mut updates = Vec::new();
        while !octets.is_empty() {
            let skipped = self.rest.min(octets.len());
            (self.rest, octets) = (self.rest - skipped, &octets[skipped..]);
            let more = (HEADER - self.header.len()).min(octets.len());
            self.header.extend_from_slice(&octets[..more]);
            octets = &octets[more..];
            if let [a, b, c, kind, flags, d, e, f, g] = self.header[..] {
                self.rest = u32::from_be_bytes([0, a, b, c]) as usize;
                self.header.clear();
                self.frame(kind, flags, u32::from_be_bytes([d, e, f, g]), &mut updates);
            }
        }
        updates
    }

    fn frame(&mut self, kind: u8, flags: u8, stream: u32, updates: &mut Vec<u8>) {
        if kind != kind::DATA {
            return;
        }
        self.octets += self.rest;
        let ends = flags & flag::END_STREAM != 0;
        self.ended += u32::from(ends);
        for id in [0, stream] {
            let used = self.used.entry(id).or_default();
            *used += self.rest as u32;
            if *used > self.window / 2 && !(ends && id == stream) {
                window_update(id, std::mem::take(used)).encode(updates);
            }
        }
    }
}
