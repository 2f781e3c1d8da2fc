//! Statistics of a connection and its streams, for snapshots and events. They are under the lock of
//! the streams.

use std::sync::Arc;
use std::time::Instant;

use super::{BlockedOn, CloseReason, EventKind, Events, GoingAway, Shared, Side, StallEnd};
use crate::proto::{Error, Initiator};
use crate::{clock, frame, Reason, StreamId};

/// The statistics of a connection.
#[derive(Debug, Default)]
pub(crate) struct ConnectionStats {
    pub(crate) record: Record,
    /// The transport took less than there was.
    pub(crate) transport_full: Option<Instant>,
    /// The peer spent our window for the connection.
    pub(crate) spent: Option<Instant>,
    pub(crate) peer_going_away: Option<GoingAway>,
    pub(crate) close_reason: Option<CloseReason>,
}

/// Counts stalls, and queues their events if there is an observer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// From when the connection is open.
    pub(crate) shared: Option<Arc<Shared>>,
    pub(crate) events: Events,
}

impl Record {
    /// A stall begins now: of a stream, or of the connection.
    #[cold]
    pub(crate) fn stalls(&self, stream: Option<frame::StreamId>, who: Side, on: BlockedOn) -> Instant {
        let now = clock::now();
        self.stalls_since(now, stream, who, on);
        now
    }

    #[cold]
    pub(crate) fn stalls_since(&self, since: Instant, stream: Option<frame::StreamId>, who: Side, on: BlockedOn) {
        if let Some(shared) = &self.shared {
            shared.stalled.begin(stream.is_some(), who, on);
        }
        if let Some(event_queue) = &self.events {
            event_queue.enqueue(stream.map(StreamId::from_internal), since, EventKind::Stalled { who, on });
        }
    }

    /// The stall ends now.
    #[cold]
    pub(crate) fn stall_ends(
        &self,
        stream: Option<frame::StreamId>,
        who: Side,
        on: BlockedOn,
        since: Instant,
        end: StallEnd,
    ) {
        if let Some(shared) = &self.shared {
            shared.stalled.end(stream.is_some(), who, on);
        }
        if let Some(event_queue) = &self.events {
            let now = clock::now();
            let lasted = now.saturating_duration_since(since);
            let kind = match end {
                StallEnd::Resumed => EventKind::Resumed { who, on, lasted },
                end => EventKind::StallEnded { who, on, lasted, end },
            };
            event_queue.enqueue(stream.map(StreamId::from_internal), now, kind);
        }
    }

    /// How many streams are stalled now.
    pub(crate) fn stalled_streams(&self, who: Side, on: BlockedOn) -> usize {
        self.shared.as_ref().map_or(0, |shared| shared.stalled.streams(who, on))
    }

    /// Sets the number of streams that wait for the connection's window while it is spent.
    pub(crate) fn wait_for_connection(&self, streams: usize) {
        if let Some(shared) = &self.shared {
            shared.stalled.set_streams(Side::Local, BlockedOn::ConnectionWindow, streams);
        }
    }
}

/// The statistics of a stream.
#[derive(Debug, Default)]
pub(crate) struct StreamStats {
    /// Whether the stream was opened and is not over.
    pub(crate) is_open: bool,
    pub(crate) updates_sent: u32,
    pub(crate) updates_received: u32,
    /// Octets queued for the application.
    unread: u32,
    /// Made when one of them is known for the first time: most streams wait for nothing.
    since: Option<Box<Since>>,
}

#[derive(Debug, Default)]
struct Since {
    spent: Option<Instant>,
    reads: Option<Instant>,
}

impl StreamStats {
    /// Adds octets that are queued for the application.
    #[inline]
    pub(crate) fn arrived(&mut self, octets: usize) {
        self.unread = self.unread.wrapping_add(octets as u32);
    }

    /// Subtracts octets that were read or discarded.
    #[inline]
    pub(crate) fn left(&mut self, octets: usize) {
        self.unread = self.unread.wrapping_sub(octets as u32);
    }

    pub(crate) fn unread(&self) -> u32 {
        self.unread
    }

    /// Since when our window for the stream is spent.
    #[inline]
    pub(crate) fn spent(&self) -> Option<Instant> {
        self.since.as_ref()?.spent
    }

    pub(crate) fn set_spent(&mut self, since: Instant) {
        self.since.get_or_insert_default().spent = Some(since);
    }

    pub(crate) fn take_spent(&mut self) -> Option<Instant> {
        self.since.as_mut()?.spent.take()
    }

    /// Since when the application waits for something to read, if that is noted.
    pub(crate) fn reads_since(&self) -> Option<Instant> {
        self.since.as_ref()?.reads
    }

    pub(crate) fn set_reads_since(&mut self, reads: Instant) {
        self.since.get_or_insert_default().reads = Some(reads);
    }
}

impl ConnectionStats {
    #[inline]
    pub(crate) fn enqueue(&self, stream: Option<frame::StreamId>, kind: EventKind) {
        if let Some(event_queue) = &self.record.events {
            event_queue.enqueue_now(stream, kind);
        }
    }

    #[cold]
    pub(crate) fn transport_is_full(&mut self) {
        if self.transport_full.is_none() {
            self.transport_full = Some(self.record.stalls(None, Side::Local, BlockedOn::Transport));
        }
    }

    /// The transport took all there was.
    #[inline]
    pub(crate) fn transport_took_all(&mut self) {
        if self.transport_full.is_some() {
            self.transport_stall_ends(StallEnd::Resumed);
        }
    }

    #[cold]
    fn transport_stall_ends(&mut self, end: StallEnd) {
        if let Some(since) = self.transport_full.take() {
            self.record.stall_ends(None, Side::Local, BlockedOn::Transport, since, end);
        }
    }

    /// What the peer waited for, our window for the connection, is there or matters no more.
    #[cold]
    pub(crate) fn peer_stall_ends(&mut self, end: StallEnd) {
        if let Some(since) = self.spent.take() {
            self.record.stall_ends(None, Side::Peer, BlockedOn::ConnectionWindow, since, end);
        }
    }

    /// Nothing is sent or received any more.
    fn stalls_end_with_the_connection(&mut self) {
        self.transport_stall_ends(StallEnd::ConnectionEnded);
        self.peer_stall_ends(StallEnd::ConnectionEnded);
    }

    pub(crate) fn peer_goes_away(&mut self, reason: Reason, last_stream: frame::StreamId) {
        let last_stream = StreamId::from_internal(last_stream);
        self.peer_going_away = Some(GoingAway { reason, last_stream });
        self.enqueue(None, EventKind::GoingAway { by: Side::Peer, reason, last_stream });
    }

    pub(crate) fn going_away(&self) -> Option<GoingAway> {
        self.record.shared.as_ref()?.going_away()
    }

    /// The connection is over: by an error, because there is nothing more to read, or because its
    /// owner dropped it.
    pub(crate) fn ends(&mut self, error: Option<&Error>, is_eof: bool) {
        if self.close_reason.is_none() {
            self.close_reason = Some(match (error, self.going_away()) {
                (Some(error), _) => CloseReason::from_error(error),
                (None, Some(GoingAway { reason, .. })) => CloseReason::Code { by: Side::Local, reason },
                (None, None) if is_eof => CloseReason::Transport(std::io::ErrorKind::UnexpectedEof),
                (None, None) => CloseReason::Ended,
            });
        }
        self.stalls_end_with_the_connection();
    }

    /// The connection's owner let go of it: nothing happens after this.
    pub(crate) fn closes(&self) {
        self.enqueue(None, EventKind::Closed { reason: self.close_reason.unwrap_or(CloseReason::Ended) });
    }
}

impl CloseReason {
    /// What an error of ours means to others.
    pub(crate) fn from_error(error: &Error) -> Self {
        match *error {
            Error::Reset(_, reason, initiator) | Error::GoAway(_, reason, initiator) => {
                let by = if initiator == Initiator::Remote { Side::Peer } else { Side::Local };
                CloseReason::Code { by, reason }
            }
            Error::Io(kind, _) => CloseReason::Transport(kind),
        }
    }
}
