//! One connection's half of the protocol, without a socket: octets come in and go out.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use h2_conformance::endpoint::Endpoint;
use h2_conformance_wire::build::{headers_block, ping, reset, settings, window_update};
use h2_conformance_wire::code::{error, setting, DEFAULT_FRAME_SIZE, DEFAULT_WINDOW, MAX_WINDOW};
use h2_conformance_wire::hpack::{self, Decoder};
use h2_conformance_wire::{Frame, FrameReader, View, PREFACE};

use super::pool::Pool;
use super::tally::{Failure, Tally};

/// Where a frame has its stream's identifier (RFC 9113 section 4.1).
const STREAM_ID: Range<usize> = 5..9;
const MAX_STREAM: u32 = (1 << 31) - 1;
/// The largest field section that is read, in octets on the wire.
const MAX_BLOCK: usize = 64 << 10;
/// The dynamic table that servers may use: the default of SETTINGS_HEADER_TABLE_SIZE.
const TABLE: usize = 4096;
/// Nothing is read and no request is added while more octets than these wait to be written.
pub(super) const MAX_OUTGOING: usize = 64 << 10;

/// A request in flight.
#[derive(Debug)]
struct Open {
    sent_at: Instant,
    /// The final status, once its HEADERS have arrived.
    status: Option<u16>,
    /// Octets of DATA that were not given back by WINDOW_UPDATE.
    used: u32,
}

/// A field section whose CONTINUATION is due.
#[derive(Debug)]
struct Section {
    stream: u32,
    block: Vec<u8>,
    ends_stream: bool,
}

/// The state of a connection.
#[derive(Debug)]
pub(super) struct Session {
    /// The octets to write next.
    pub(super) outgoing: Vec<u8>,
    /// Answers so far.
    pub(super) answered: u64,
    frames: FrameReader,
    decoder: Decoder,
    section: Option<Section>,
    /// The frame of one request.
    request: Vec<u8>,
    open: BTreeMap<u32, Open>,
    next: u32,
    /// The most streams at a time: ours, and the server's.
    limits: [usize; 2],
    /// The server's SETTINGS have arrived.
    is_ready: bool,
    /// The server takes no further requests on this connection.
    is_leaving: bool,
    /// Octets of DATA of all streams that were not given back by WINDOW_UPDATE.
    used: u32,
}

impl Session {
    /// A connection that sends the preface first.
    pub(super) fn new(endpoint: &Endpoint, streams: usize) -> Self {
        let mut outgoing = PREFACE.to_vec();
        let own = settings().with(setting::ENABLE_PUSH, 0).with(setting::INITIAL_WINDOW_SIZE, MAX_WINDOW);
        own.encode(&mut outgoing);
        window_update(0, MAX_WINDOW - DEFAULT_WINDOW).encode(&mut outgoing);
        let mut decoder = Decoder::default();
        decoder.allow_table(TABLE);
        Session {
            outgoing,
            answered: 0,
            frames: FrameReader::default(),
            decoder,
            section: None,
            request: headers_block(1, request_block(endpoint)).end_stream().to_bytes(),
            open: BTreeMap::new(),
            next: 1,
            limits: [streams, usize::MAX],
            is_ready: false,
            is_leaving: false,
            used: 0,
        }
    }

    /// Whether the server's SETTINGS have arrived.
    pub(super) fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// Whether this connection has nothing to wait for and can send no more.
    pub(super) fn is_done(&self, pool: &Pool, now: Instant) -> bool {
        self.open.is_empty() && (!self.takes_requests() || pool.is_empty(now))
    }

    /// Whether there are requests to send and the server's limit lets none through.
    pub(super) fn is_starved(&self) -> bool {
        self.open.is_empty() && self.limits[1] == 0
    }

    fn takes_requests(&self) -> bool {
        !self.is_leaving && self.next <= MAX_STREAM
    }

    /// Adds as many requests as the limits allow.
    pub(super) fn fill(&mut self, pool: &Pool, now: Instant, tally: &mut Tally) {
        let limit = self.limits[0].min(self.limits[1]);
        while self.is_ready
            && self.takes_requests()
            && self.open.len() < limit
            && self.outgoing.len() < MAX_OUTGOING
            && pool.take(now)
        {
            self.request[STREAM_ID].copy_from_slice(&self.next.to_be_bytes());
            self.outgoing.extend_from_slice(&self.request);
            self.open.insert(self.next, Open { sent_at: now, status: None, used: 0 });
            self.next += 2;
            tally.sent(now);
        }
    }

    /// When the oldest request in flight was sent.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.open.first_key_value().map(|(_, open)| open.sent_at)
    }

    /// Gives up the requests that have waited for so long; whether there were any.
    pub(super) fn expire(&mut self, now: Instant, read: Duration, tally: &mut Tally) -> bool {
        let before = self.open.len();
        while self.oldest().is_some_and(|sent_at| now >= sent_at + read) {
            let Some((stream, _)) = self.open.pop_first() else { break };
            reset(stream, error::CANCEL).encode(&mut self.outgoing);
            tally.failed(Failure::ReadDeadline, 1);
        }
        self.open.len() < before
    }

    /// Counts all requests in flight as failed; how many there were.
    pub(super) fn fail(&mut self, failure: Failure, tally: &mut Tally) -> usize {
        let count = std::mem::take(&mut self.open).len();
        tally.failed(failure, count as u64);
        count
    }

    /// Takes octets of the server that arrived now.
    ///
    /// # Errors
    ///
    /// Why the connection cannot go on.
    pub(super) fn receive(
        &mut self,
        octets: &[u8],
        now: Instant,
        pool: &Pool,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        self.frames.push(octets);
        while let Some(frame) = self.frames.next_frame() {
            self.frame(&frame, now, pool, tally)?;
        }
        // A frame that is too large is refused before its payload is held.
        match self.frames.rest() {
            [a, b, c, ..] if u32::from_be_bytes([0, *a, *b, *c]) as usize > DEFAULT_FRAME_SIZE => {
                Err(Failure::Protocol)
            }
            _ => Ok(()),
        }
    }

    fn frame(&mut self, frame: &Frame, now: Instant, pool: &Pool, tally: &mut Tally) -> Result<(), Failure> {
        let view = View::from(frame);
        if frame.payload.len() > DEFAULT_FRAME_SIZE
            || self.section.is_some() != matches!(view, View::Continuation { .. })
            || (!self.is_ready && !matches!(view, View::Settings(_)))
        {
            return Err(Failure::Protocol);
        }
        match view {
            View::Data { .. } => self.data(frame, now, tally),
            View::Headers { block } => {
                self.known(frame.stream)?;
                let section = Section { stream: frame.stream, block: block.to_vec(), ends_stream: frame.ends_stream() };
                self.fields(section, frame.leaves_block_open(), now, tally)
            }
            View::Continuation { block } => {
                let mut section = self.section.take().ok_or(Failure::Protocol)?;
                section.block.extend_from_slice(block);
                let is_same = section.stream == frame.stream && section.block.len() <= MAX_BLOCK;
                is_same.then_some(()).ok_or(Failure::Protocol)?;
                self.fields(section, frame.leaves_block_open(), now, tally)
            }
            View::Reset { code } => {
                self.known(frame.stream)?;
                if self.open.remove(&frame.stream).is_some() {
                    tally.failed(Failure::reset(code), 1);
                }
                Ok(())
            }
            View::Settings(values) => {
                for (_, value) in values.iter().filter(|(id, _)| *id == setting::MAX_CONCURRENT_STREAMS) {
                    self.limits[1] = *value as usize;
                }
                self.is_ready = true;
                settings().ack().encode(&mut self.outgoing);
                Ok(())
            }
            View::Ping { opaque } => {
                ping(opaque).ack().encode(&mut self.outgoing);
                Ok(())
            }
            View::GoAway { code: error::NO_ERROR, last_stream, .. } => {
                // The server has not processed the streams above its last one (section 6.8).
                self.is_leaving = true;
                let unprocessed = self.open.split_off(&last_stream.saturating_add(1));
                pool.put_back(unprocessed.len() as u64);
                Ok(())
            }
            View::GoAway { code, .. } => Err(Failure::go_away(code)),
            View::PushPromise { .. } | View::Malformed(_) => Err(Failure::Protocol),
            View::Priority | View::SettingsAck | View::PingAck { .. } | View::WindowUpdate { .. } | View::Unknown => {
                Ok(())
            }
        }
    }

    /// Refuses a stream that was never opened.
    fn known(&self, stream: u32) -> Result<(), Failure> {
        (stream % 2 == 1 && stream < self.next).then_some(()).ok_or(Failure::Protocol)
    }

    fn data(&mut self, frame: &Frame, now: Instant, tally: &mut Tally) -> Result<(), Failure> {
        self.known(frame.stream)?;
        let octets = frame.flow_controlled();
        tally.octets += u64::from(octets);
        give_back(0, &mut self.used, octets, &mut self.outgoing);
        let Some(open) = self.open.get_mut(&frame.stream) else { return Ok(()) };
        match frame.ends_stream() {
            true => self.end(frame.stream, now, tally),
            false => give_back(frame.stream, &mut open.used, octets, &mut self.outgoing),
        }
        Ok(())
    }

    /// Reads a field section once it is whole, also of a stream that is closed: they share a table.
    fn fields(&mut self, section: Section, goes_on: bool, now: Instant, tally: &mut Tally) -> Result<(), Failure> {
        if goes_on {
            self.section = Some(section);
            return Ok(());
        }
        let mut status = None;
        match simple(&section.block) {
            Some(found) => status = Some(found),
            None => {
                let note = |name: &[u8], value: &[u8]| {
                    if name == b":status" {
                        status = std::str::from_utf8(value).ok().and_then(|text| text.parse::<u16>().ok());
                    }
                };
                self.decoder.read(&section.block, note).map_err(|_| Failure::Protocol)?;
            }
        }
        if let Some(open) = self.open.get_mut(&section.stream) {
            // Neither interim responses nor trailers say what the answer is.
            open.status = open.status.or(status.filter(|status| *status >= 200));
            if section.ends_stream {
                self.end(section.stream, now, tally);
            }
        }
        Ok(())
    }

    /// Counts an answer that is complete.
    fn end(&mut self, stream: u32, now: Instant, tally: &mut Tally) {
        let Some(open) = self.open.remove(&stream) else { return };
        self.answered += 1;
        match open.status {
            Some(200..=399) => tally.answered(open.sent_at, now),
            Some(status @ 400..=599) => tally.failed(Failure::Status(status / 100), 1),
            _ => tally.failed(Failure::Protocol, 1),
        }
    }
}

/// The status of a block that begins with one of the static table and does not change the dynamic
/// table (RFC 7541 section 6). The decoder needs 30 us for a string in Huffman's code, which is
/// more than a server needs for the answer.
fn simple(block: &[u8]) -> Option<u16> {
    const FIRST: u8 = 0x88;
    const STATUSES: [u16; 7] = [200, 204, 206, 304, 400, 404, 500];
    let status = *STATUSES.get(usize::from(block.first()?.checked_sub(FIRST)?))?;
    let mut at = 1;
    while let Some(pattern) = block.get(at) {
        let changes_table = (0x20..0x80).contains(pattern);
        if changes_table {
            return None;
        }
        at += hpack::first_representation(&block[at..])?.1;
    }
    Some(status)
}

/// Counts octets of DATA, and gives them back once they are half of the window.
fn give_back(stream: u32, used: &mut u32, octets: u32, outgoing: &mut Vec<u8>) {
    *used += octets;
    if *used > MAX_WINDOW / 2 {
        window_update(stream, std::mem::take(used)).encode(outgoing);
    }
}

/// The field block of a GET (RFC 7541 appendix A has the indices). It leaves the server's table as
/// it is, so that one block does for all requests.
fn request_block(endpoint: &Endpoint) -> Vec<u8> {
    const METHOD_GET: u8 = 0x82;
    const SCHEME_HTTP: u8 = 0x86;
    const SCHEME_HTTPS: u8 = 0x87;
    const PATH: u8 = 0x04;
    const AUTHORITY: u8 = 0x01;
    let mut block = vec![METHOD_GET, if endpoint.is_tls() { SCHEME_HTTPS } else { SCHEME_HTTP }];
    for (name, value) in [(PATH, endpoint.path()), (AUTHORITY, endpoint.authority())] {
        block.push(name);
        hpack::string(&mut block, value.as_bytes());
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_that_change_the_table_or_hide_the_status_are_not_simple() {
        let literal = hpack::encode(&[("a", "b")]);
        let mut indexed = vec![0x88];
        hpack::indexed_literal(&mut indexed, "a", "b");
        // The content length as xitca sends it, in Huffman's code.
        let coded = [0x88, 0xbe, 0x0f, 0x0d, 0x82, 0x08, 0xbf];
        assert_eq!([simple(&[0x88]), simple(&coded), simple(&[0x8d, 0xbf])], [Some(200), Some(200), Some(404)]);
        assert_eq!(simple(&[&[0x8e], &literal[..]].concat()), Some(500));
        for block in [&[][..], &literal, &indexed, &[0x88, 0x3f, 0xe1, 0x1f], &[0x8f], &[0xbe], &[0x88, 0x0f]] {
            assert_eq!(simple(block), None, "{block:x?}");
        }
    }
}
