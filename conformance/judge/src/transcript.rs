//! What happened: every frame both ways, every call and its result, in one global order.

use std::fmt;
use std::time::Duration;

use crate::script::App;
use h2_conformance_wire::code::error::NO_ERROR;
use h2_conformance_wire::print::hex;
use h2_conformance_wire::{Frame, View};

/// The record of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    pub events: Vec<Event>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Time since the run began: virtual in memory, measured on a socket.
    pub at: Duration,
    pub kind: EventKind,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// From here on the case is under test.
    Mark,
    /// The peer sent a frame because the script says so.
    Peer(Frame),
    /// The peer sent a frame that is not in the script: an acknowledgement, credit, part of an
    /// upload.
    Automatic(Frame),
    /// The runner sent a PING to learn whether the connection still works.
    Probe(Frame),
    /// The peer sent octets that are not meant as a frame.
    PeerRaw(Vec<u8>),
    /// The peer has DATA to send, and the windows do not allow an octet of it.
    Stalled,
    /// The peer could not use up the window: the subject goes away, or gives back a few octets at a
    /// time.
    Unfinished,
    /// The peer ended its half.
    PeerClosed,
    /// The subject sent its connection preface.
    SubjectPreface,
    /// The subject sent a frame.
    Subject(Frame),
    /// The subject's first octets are those of another protocol. Nothing after them is read.
    OtherProtocol(OtherProtocol),
    /// The subject closed the connection; octets of an incomplete frame may be left over.
    SubjectClosed { rest: Vec<u8> },
    /// The subject, a program that makes one request, closed the connection after the request was
    /// over. `succeeded`: what its exit status says, where that can be told.
    SubjectLeft { succeeded: Option<bool> },
    /// The application made a call, the `call`-th of the script.
    Called { call: usize, app: App },
    /// A call came to its end, or made progress worth telling.
    Result { call: usize, result: AppResult },
    /// The subject, a server, handed a request to the application.
    Accepted { stream: u32 },
    /// The subject's connection came to its end with this result.
    ConnectionEnded(Result<(), String>),
    /// What came of a handshake of TLS, in words.
    Handshake(String),
    /// What became of requests on other connections to the same server meanwhile.
    Neighbour(Neighbour),
    /// The peer sent a flood: how often its frames were sent, and how often they should be.
    Flood { frames: u64, of: u64 },
    /// The process that is watched has ended.
    ProcessEnded,
    /// The most memory that the process took meanwhile beyond what it had before, in bytes.
    Grown { bytes: u64 },
    /// The subject panicked.
    Panicked(String),
    /// The subject did not come to rest within the bound on its work.
    Livelock,
    /// The environment failed: not the subject's fault.
    Harness(String),
}

/// Sound requests on connections of their own, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Neighbour {
    pub asked: u32,
    pub answered: u32,
    /// The longest time from the connection to the whole answer.
    pub slowest: Duration,
}

/// What a subject speaks instead of HTTP/2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherProtocol {
    Http1,
    Tls,
}

impl OtherProtocol {
    /// The protocol of the first octets of a connection, if they cannot be those of HTTP/2.
    #[must_use]
    pub fn of(octets: &[u8]) -> Option<Self> {
        match octets {
            [b'H', b'T', b'T', b'P', b'/', b'1', b'.', ..] => Some(OtherProtocol::Http1),
            // An alert (RFC 8446 section 5.1): what a server sends to a client that sends no TLS.
            [0x15, 0x03, 0x00..=0x04, ..] => Some(OtherProtocol::Tls),
            _ => None,
        }
    }
}

impl fmt::Display for OtherProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OtherProtocol::Http1 => "HTTP/1",
            OtherProtocol::Tls => "TLS",
        })
    }
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppResult {
    Done,
    /// A number: capacity, octets, a status, an error code.
    Value(u64),
    /// The subject refused or failed; its words.
    Failed(String),
}

/// The opaque data of the `number`-th PING that asks whether a connection still works.
#[must_use]
pub fn probe(number: u32) -> [u8; 8] {
    let mut opaque = *b"ask \0\0\0\0";
    opaque[4..].copy_from_slice(&number.to_be_bytes());
    opaque
}

impl Transcript {
    /// Frames the subject sent, with their places.
    pub fn subject_frames(&self) -> impl DoubleEndedIterator<Item = (usize, &Frame)> {
        self.events.iter().enumerate().filter_map(|(at, event)| match &event.kind {
            EventKind::Subject(frame) => Some((at, frame)),
            _ => None,
        })
    }

    /// Frames the subject sent from the mark on.
    pub fn answers(&self) -> impl DoubleEndedIterator<Item = &Frame> {
        let mark = self.mark().unwrap_or(usize::MAX);
        self.subject_frames().filter(move |(at, _)| *at > mark).map(|(_, frame)| frame)
    }

    /// Where the part under test begins.
    #[must_use]
    pub fn mark(&self) -> Option<usize> {
        self.events.iter().position(|event| event.kind == EventKind::Mark)
    }

    /// Where the subject closed the connection.
    #[must_use]
    pub fn closed(&self) -> Option<usize> {
        self.events.iter().position(|event| matches!(event.kind, EventKind::SubjectClosed { .. }))
    }

    /// Whether the subject left because its one request was over, and if so, what its exit status
    /// says.
    #[must_use]
    pub fn left(&self) -> Option<Option<bool>> {
        self.events.iter().find_map(|event| match event.kind {
            EventKind::SubjectLeft { succeeded } => Some(succeeded),
            _ => None,
        })
    }

    /// Whether the subject sent GOAWAY with an error code.
    #[must_use]
    pub fn error_sent(&self) -> bool {
        self.subject_frames()
            .any(|(_, frame)| matches!(View::from(frame), View::GoAway { code, .. } if code != NO_ERROR))
    }

    /// What the subject speaks instead of HTTP/2.
    #[must_use]
    pub fn other_protocol(&self) -> Option<OtherProtocol> {
        self.events.iter().find_map(|event| match event.kind {
            EventKind::OtherProtocol(protocol) => Some(protocol),
            _ => None,
        })
    }

    /// What came of the `call`-th call of the application (from 0), if anything did.
    #[must_use]
    pub fn result(&self, call: usize) -> Option<&AppResult> {
        self.events.iter().rev().find_map(|event| match &event.kind {
            EventKind::Result { call: of, result } if *of == call => Some(result),
            _ => None,
        })
    }

    /// The same record without its times, for comparing runs.
    pub fn timeless(&self) -> impl Iterator<Item = &EventKind> {
        self.events.iter().map(|event| &event.kind)
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.events.iter().try_for_each(|event| {
            write!(f, "{:>7.1} ms  ", event.at.as_secs_f64() * 1e3)?;
            writeln!(f, "{}", event.kind)
        })
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EventKind::Mark => f.write_str("---- under test from here ----"),
            EventKind::Peer(frame) => write!(f, "peer    -> {frame}"),
            EventKind::Automatic(frame) => write!(f, "peer    -> {frame}  (automatic)"),
            EventKind::Probe(frame) => write!(f, "peer    -> {frame}  (is it alive?)"),
            EventKind::PeerRaw(bytes) if bytes == h2_conformance_wire::PREFACE => {
                f.write_str("peer    -> connection preface")
            }
            EventKind::PeerRaw(bytes) => {
                write!(f, "peer    -> {} raw octets {}", bytes.len(), hex(&bytes[..bytes.len().min(24)]))
            }
            EventKind::Stalled => f.write_str("peer    waits in vain for a WINDOW_UPDATE"),
            EventKind::Unfinished => f.write_str("peer    leaves off before the window was used up"),
            EventKind::PeerClosed => f.write_str("peer    -> end of its half"),
            EventKind::SubjectPreface => f.write_str("subject <- connection preface"),
            EventKind::Subject(frame) => write!(f, "subject <- {frame}"),
            EventKind::OtherProtocol(protocol) => write!(f, "subject <- answers in {protocol}, which is not read"),
            EventKind::SubjectClosed { rest } if rest.is_empty() => f.write_str("subject <- closes"),
            EventKind::SubjectClosed { rest } => {
                write!(f, "subject <- closes in the middle of a frame ({} octets left)", rest.len())
            }
            EventKind::SubjectLeft { succeeded } => f.write_str(match succeeded {
                None => "subject <- closes: its request is over",
                Some(true) => "subject <- closes: its request is over; its exit status says success",
                Some(false) => "subject <- closes: its request is over; its exit status says failure",
            }),
            EventKind::Called { call, app } => write!(f, "app     #{call} {app:?}"),
            EventKind::Result { call, result } => write!(f, "app     #{call} = {result}"),
            EventKind::Accepted { stream } => write!(f, "app     gets the request on stream {stream}"),
            EventKind::ConnectionEnded(Ok(())) => f.write_str("app     connection ended"),
            EventKind::ConnectionEnded(Err(error)) => write!(f, "app     connection ended: {error}"),
            EventKind::Handshake(came) => write!(f, "TLS     {came}"),
            EventKind::Neighbour(Neighbour { asked, answered, slowest }) => {
                let slowest = slowest.as_secs_f64() * 1e3;
                write!(f, "others  {answered} of {asked} requests are answered, the slowest after {slowest:.1} ms")
            }
            EventKind::Flood { frames, of } => write!(f, "peer    -> a flood, {frames} of {of} times"),
            EventKind::ProcessEnded => f.write_str("process has ended"),
            EventKind::Grown { bytes } => write!(f, "process grows by {:.1} MiB", *bytes as f64 / f64::from(1 << 20)),
            EventKind::Panicked(message) => write!(f, "subject PANICKED: {message}"),
            EventKind::Livelock => f.write_str("subject does not come to rest"),
            EventKind::Harness(message) => write!(f, "runner  {message}"),
        }
    }
}

impl fmt::Display for AppResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppResult::Done => f.write_str("done"),
            AppResult::Value(value) => write!(f, "{value}"),
            AppResult::Failed(error) => write!(f, "failed: {error}"),
        }
    }
}

impl From<Result<(), String>> for AppResult {
    fn from(result: Result<(), String>) -> Self {
        result.map_or_else(AppResult::Failed, |()| AppResult::Done)
    }
}
