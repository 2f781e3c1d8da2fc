//! What the peer knows, from frames alone: the state of every stream, and which frames may come in
//! it.
//!
//! DATA beyond a window, malformed frames and the like are the judge's business; see
//! `support::Peer::keeps_the_rules`.

use std::collections::{BTreeMap, VecDeque};

use h2_conformance::transcript::EventKind;
use h2_conformance::wire::code::error::NO_ERROR;
use h2_conformance::wire::code::setting::{ENABLE_PUSH, MAX_CONCURRENT_STREAMS, MAX_FRAME_SIZE};
use h2_conformance::wire::code::{kind, DEFAULT_FRAME_SIZE};
use h2_conformance::wire::FlowWindows;
use h2_conformance::wire::{Frame, View};

/// One direction of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Half {
    /// Nothing was sent.
    #[default]
    Idle,
    Open,
    Ended,
}

/// The endpoint that ended a stream before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// The fork, with this code.
    Fork(u32),
    /// The peer, or its GOAWAY.
    Peer,
}

/// A stream as the peer knows it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wire {
    pub fork: Half,
    pub peer: Half,
    pub gone: Option<Gone>,
    /// Octets of content that the fork sent.
    pub sent: u64,
    /// Octets of content that the peer sent.
    pub received: u64,
    /// The stream on which this one was promised.
    pub parent: Option<u32>,
    /// The peer sent something while it did not read: the fork's frames may have crossed it.
    pub crossed: bool,
}

impl Wire {
    pub fn is_open(&self) -> bool {
        self.gone.is_none() && (self.fork != Half::Ended || self.peer != Half::Ended)
    }

    /// Whether it takes one of the places that SETTINGS_MAX_CONCURRENT_STREAMS gives: a promise
    /// does not yet.
    pub fn is_counted(&self) -> bool {
        self.is_open() && (self.parent.is_none() || self.fork == Half::Open || self.peer == Half::Open)
    }
}

#[derive(Default)]
pub struct Accounting {
    server: bool,
    pub streams: BTreeMap<u32, Wire>,
    /// What the fork may send.
    pub windows: FlowWindows,
    /// SETTINGS that the fork has not acknowledged.
    pending: VecDeque<Vec<(u16, u32)>>,
    /// The peer's SETTINGS_MAX_CONCURRENT_STREAMS in force.
    pub max_streams: Option<u32>,
    max_frame: Option<u32>,
    /// The peer has forbidden promises at some time: what was promised and not sent then is
    /// dropped.
    pub has_declined: bool,
    /// The peer's SETTINGS_ENABLE_PUSH in force.
    enable_push: Option<u32>,
    /// The last stream of the fork's newest GOAWAY.
    pub going: Option<u32>,
    /// The last stream of the peer's GOAWAY.
    pub peer_going: Option<u32>,
    pub closed: bool,
    /// How the connection ended for the application.
    pub ended: Option<Result<(), String>>,
    /// Whether the peer reads.
    pub blocked: bool,
    pub pongs: usize,
}

type Finding = Result<(), String>;

impl Accounting {
    pub fn new(server: bool) -> Self {
        Accounting { server, ..Accounting::default() }
    }

    /// Streams that take a place: the peer's own (`true`) or the fork's.
    pub fn counted(&self, of_the_peer: bool) -> usize {
        let of_the_client = of_the_peer == self.server;
        self.streams.iter().filter(|(id, wire)| (*id % 2 == 1) == of_the_client && wire.is_counted()).count()
    }

    /// Octets that may be sent on `stream` now.
    pub fn room(&self, stream: u32) -> usize {
        self.windows.available(stream)
    }

    /// Accounting what happened; an error is a frame that may not come.
    pub fn take(&mut self, kind: &EventKind) -> Finding {
        match kind {
            EventKind::Peer(frame) | EventKind::Automatic(frame) => self.peer_sent(frame),
            EventKind::Subject(frame) => {
                return self.fork_sent(frame).map_err(|why| format!("the fork sent {frame}: {why}"));
            }
            EventKind::SubjectClosed { .. } => self.closed = true,
            EventKind::ConnectionEnded(result) => self.ended = Some(result.clone()),
            _ => {}
        }
        Ok(())
    }

    fn peer_sent(&mut self, frame: &Frame) {
        let opens = match View::from(frame) {
            View::PushPromise { promised, .. } => {
                let child =
                    Wire { fork: Half::Ended, parent: Some(frame.stream), crossed: self.blocked, ..Wire::default() };
                self.streams.insert(promised, child);
                false
            }
            View::Settings(values) => {
                self.has_declined |= values.contains(&(ENABLE_PUSH, 0));
                self.pending.push_back(values);
                false
            }
            View::GoAway { last_stream, .. } => {
                self.peer_going = Some(last_stream);
                for (_, wire) in
                    self.streams.range_mut(last_stream + 1..).filter(|(id, _)| (*id % 2 == 0) == self.server)
                {
                    wire.crossed |= self.blocked;
                    wire.gone.get_or_insert(Gone::Peer);
                }
                false
            }
            _ => frame.kind == kind::HEADERS,
        };
        self.windows.granted(frame);
        if frame.stream == 0 {
            return;
        }
        if opens {
            self.streams.entry(frame.stream).or_default();
        }
        let blocked = self.blocked;
        let Some(wire) = self.streams.get_mut(&frame.stream) else { return };
        wire.crossed |= blocked;
        match View::from(frame) {
            View::Headers { .. } => wire.peer = Half::Open,
            View::Data { data, .. } => wire.received += data.len() as u64,
            View::Reset { .. } => {
                wire.gone.get_or_insert(Gone::Peer);
            }
            _ => {}
        }
        if frame.ends_stream() {
            wire.peer = Half::Ended;
        }
    }

    fn fork_sent(&mut self, frame: &Frame) -> Finding {
        match View::from(frame) {
            View::SettingsAck => self.acknowledged(),
            View::PingAck { .. } => self.pongs += 1,
            View::GoAway { last_stream, code, .. } => {
                ensure(code == NO_ERROR, "nothing is wrong")?;
                ensure(self.going.is_none_or(|last| last_stream <= last), "the last stream grew")?;
                self.going = Some(last_stream);
            }
            View::Headers { .. } if !self.streams.contains_key(&frame.stream) => self.opened(frame)?,
            View::PushPromise { promised, .. } => self.promised(frame.stream, promised)?,
            _ if frame.stream != 0 => self.on_stream(frame)?,
            _ => {}
        }
        Ok(())
    }

    fn acknowledged(&mut self) {
        let Some(values) = self.pending.pop_front() else { return };
        self.windows.settings(&values);
        for (id, value) in values {
            match id {
                MAX_CONCURRENT_STREAMS => self.max_streams = Some(value),
                MAX_FRAME_SIZE => self.max_frame = Some(value),
                ENABLE_PUSH => self.enable_push = Some(value),
                _ => {}
            }
        }
    }

    /// Whether the fork may promise.
    fn may_push(&self) -> bool {
        self.limit(ENABLE_PUSH, self.enable_push, 1) == 1
    }

    /// Whether the fork has reason not to promise.
    pub fn forbids_push(&self) -> bool {
        self.enable_push == Some(0) || self.pending.iter().flatten().any(|setting| *setting == (ENABLE_PUSH, 0))
    }

    /// The largest value of a setting that the fork may act upon: what is on its way may have
    /// arrived.
    fn limit(&self, setting: u16, in_force: Option<u32>, default: u32) -> u32 {
        let coming = self.pending.iter().flatten().filter(|(id, _)| *id == setting).map(|(_, value)| *value);
        coming.chain([in_force.unwrap_or(default)]).max().unwrap_or(default)
    }

    fn opened(&mut self, frame: &Frame) -> Finding {
        ensure(!self.server && frame.stream % 2 == 1, "that stream was not opened")?;
        let newer = self.streams.range(frame.stream..).any(|(id, _)| id % 2 == 1);
        ensure(!newer, "a newer stream was opened before")?;
        let late = self.is_late(frame.stream);
        ensure(!late || self.blocked, "the peer is going away")?;
        self.within_limit()?;
        let fork = if frame.ends_stream() { Half::Ended } else { Half::Open };
        let gone = late.then_some(Gone::Peer);
        self.streams.insert(frame.stream, Wire { fork, gone, crossed: late, ..Wire::default() });
        Ok(())
    }

    /// Whether the peer's GOAWAY leaves out a new stream of the fork.
    fn is_late(&self, stream: u32) -> bool {
        self.peer_going.is_some_and(|last| stream > last)
    }

    fn within_limit(&self) -> Finding {
        let limit = self.limit(MAX_CONCURRENT_STREAMS, self.max_streams, u32::MAX);
        ensure(self.counted(false) < limit as usize, "too many streams")
    }

    fn promised(&mut self, parent: u32, promised: u32) -> Finding {
        let wire = self.streams.get(&parent).ok_or("the stream is idle")?;
        ensure(self.server && promised % 2 == 0, "that is not the fork's to promise")?;
        ensure(self.may_push(), "the peer forbids it")?;
        ensure(wire.is_open() && wire.fork != Half::Ended || wire.crossed, "the stream is closed")?;
        ensure(self.streams.range(promised..).all(|(id, _)| id % 2 == 1), "a newer stream was promised before")?;
        let late = self.is_late(promised);
        ensure(!late || self.blocked, "the peer is going away")?;
        let (gone, parent) = (late.then_some(Gone::Peer), Some(parent));
        self.streams.insert(promised, Wire { peer: Half::Ended, gone, parent, crossed: late, ..Wire::default() });
        Ok(())
    }

    fn on_stream(&mut self, frame: &Frame) -> Finding {
        let max_frame = self.limit(MAX_FRAME_SIZE, self.max_frame, DEFAULT_FRAME_SIZE as u32);
        self.windows.sent(frame);
        let wire = *self.streams.get(&frame.stream).ok_or("the stream is idle")?;
        ensure(!matches!(wire.gone, Some(Gone::Fork(_))) || wire.crossed, "the fork has reset the stream")?;
        ensure(wire.gone != Some(Gone::Peer) || wire.crossed, "the peer has reset the stream")?;
        ensure(wire.is_open() || wire.crossed, "the stream is closed")?;
        if wire.parent.is_some() && wire.fork == Half::Idle && frame.kind == kind::HEADERS {
            self.within_limit()?;
        }
        let wire = self.streams.get_mut(&frame.stream).ok_or("the stream is idle")?;
        match View::from(frame) {
            View::Headers { .. } => {
                ensure(wire.fork != Half::Ended, "the fork has ended it")?;
                ensure(wire.fork == Half::Idle || frame.ends_stream(), "trailers end a stream")?;
                wire.fork = Half::Open;
            }
            View::Data { data, .. } => {
                ensure(wire.fork == Half::Open, "there is no message under way")?;
                ensure(frame.payload.len() <= max_frame as usize, "longer than a frame may be")?;
                wire.sent += data.len() as u64;
            }
            View::Reset { code } => {
                wire.gone.get_or_insert(Gone::Fork(code));
            }
            View::WindowUpdate { .. } => ensure(wire.peer != Half::Ended || wire.crossed, "nothing more can come")?,
            _ => {}
        }
        if frame.ends_stream() {
            wire.fork = Half::Ended;
        }
        Ok(())
    }
}

fn ensure(holds: bool, says: &str) -> Finding {
    if holds {
        Ok(())
    } else {
        Err(says.into())
    }
}
