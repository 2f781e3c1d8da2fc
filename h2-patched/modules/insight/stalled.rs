//! How many streams and connections are stalled now, by cause. Each connection keeps its counts at
//! the moment they change.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::{BlockedOn, Role, Side};

/// The stalls that are counted. Each is also an event.
const CAUSES: [(Side, BlockedOn); 7] = [
    (Side::Local, BlockedOn::StreamLimit),
    (Side::Local, BlockedOn::StreamWindow),
    (Side::Local, BlockedOn::ConnectionWindow),
    (Side::Local, BlockedOn::SendBuffer),
    (Side::Local, BlockedOn::Transport),
    (Side::Peer, BlockedOn::StreamWindow),
    (Side::Peer, BlockedOn::ConnectionWindow),
];

const ROLES: [Role; 2] = [Role::Client, Role::Server];

fn index(who: Side, on: BlockedOn) -> Option<usize> {
    CAUSES.iter().position(|cause| *cause == (who, on))
}

/// The counts of one connection. They are written under the lock of its streams and read without
/// it.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    streams: [AtomicU32; CAUSES.len()],
    connection: [AtomicU32; CAUSES.len()],
}

impl Gauges {
    fn at(&self, is_stream: bool, who: Side, on: BlockedOn) -> Option<&AtomicU32> {
        let gauges = if is_stream { &self.streams } else { &self.connection };
        Some(&gauges[index(who, on)?])
    }

    /// A stall begins: of a stream, or of the connection itself.
    pub(super) fn begin(&self, is_stream: bool, who: Side, on: BlockedOn) {
        if let Some(gauge) = self.at(is_stream, who, on) {
            // There is one writer.
            gauge.store(gauge.load(Relaxed).wrapping_add(1), Relaxed);
        }
    }

    pub(super) fn end(&self, is_stream: bool, who: Side, on: BlockedOn) {
        if let Some(gauge) = self.at(is_stream, who, on) {
            gauge.store(gauge.load(Relaxed).wrapping_sub(1), Relaxed);
        }
    }

    /// Sets how many streams are stalled, where that is known as a whole.
    pub(super) fn set_streams(&self, who: Side, on: BlockedOn, streams: usize) {
        if let Some(gauge) = self.at(true, who, on) {
            gauge.store(streams.try_into().unwrap_or(u32::MAX), Relaxed);
        }
    }

    /// How many streams are stalled.
    pub(crate) fn streams(&self, who: Side, on: BlockedOn) -> usize {
        self.at(true, who, on).map_or(0, |gauge| gauge.load(Relaxed) as usize)
    }

    pub(crate) fn read(&self, role: Role) -> Stalled {
        let mut stalled = Stalled::default();
        stalled.add(role, self);
        stalled
    }
}

/// How many streams and connections are stalled at one moment.
///
/// A stream is counted from the event [`EventKind::Stalled`](super::EventKind::Stalled) until that
/// stall ends, whether or not an observer is set. Streams that wait for the connection's window
/// have no events of their own: they are counted as long as the connection is stalled for it, as of
/// the end of the connection's last turn. A stall of the transport is counted for the connection
/// only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stalled {
    streams: [[u64; CAUSES.len()]; ROLES.len()],
    connections: [[u64; CAUSES.len()]; ROLES.len()],
}

/// One cause of stalls, and how many streams and connections it stalls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StalledBy {
    /// What this end of the connections is.
    pub role: Role,
    /// The side that has something to send and cannot.
    pub who: Side,
    /// What is missing.
    pub on: BlockedOn,
    /// The streams stalled.
    pub streams: u64,
    /// The connections stalled as a whole.
    pub connections: u64,
}

#[cfg(feature = "metrics")]
impl StalledBy {
    /// Whether the cause can stall single streams.
    pub(super) fn stalls_streams(&self) -> bool {
        self.on != BlockedOn::Transport && (self.who, self.on) != (Side::Peer, BlockedOn::ConnectionWindow)
    }

    /// Whether the cause can stall a connection as a whole.
    pub(super) fn stalls_connections(&self) -> bool {
        matches!(self.on, BlockedOn::Transport | BlockedOn::ConnectionWindow)
    }
}

impl Stalled {
    pub(super) fn add(&mut self, role: Role, gauges: &Gauges) {
        let streams = self.streams[role as usize].iter_mut().zip(&gauges.streams);
        let connections = self.connections[role as usize].iter_mut().zip(&gauges.connection);
        streams.chain(connections).for_each(|(sum, gauge)| *sum += u64::from(gauge.load(Relaxed)));
    }

    /// The streams on connections where this end is `role` that are stalled because `who` misses
    /// `on`.
    pub fn streams(&self, role: Role, who: Side, on: BlockedOn) -> u64 {
        index(who, on).map_or(0, |cause| self.streams[role as usize][cause])
    }

    /// The connections where this end is `role` that are stalled as a whole because `who` misses
    /// `on`.
    pub fn connections(&self, role: Role, who: Side, on: BlockedOn) -> u64 {
        index(who, on).map_or(0, |cause| self.connections[role as usize][cause])
    }

    /// Every cause, those that stall nothing now included.
    pub fn iter(&self) -> impl Iterator<Item = StalledBy> + '_ {
        ROLES.into_iter().flat_map(move |role| {
            CAUSES.into_iter().map(move |(who, on)| {
                let (streams, connections) = (self.streams(role, who, on), self.connections(role, who, on));
                StalledBy { role, who, on, streams, connections }
            })
        })
    }

    /// Whether nothing is stalled.
    pub fn is_zero(&self) -> bool {
        *self == Stalled::default()
    }
}
