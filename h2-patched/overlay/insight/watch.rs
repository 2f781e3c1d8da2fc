//! What is kept of a connection and its streams for nothing but to be told. Under the lock of the streams.

use std::sync::Arc;
use std::time::Instant;

use super::{Cause, GoingAway, Notes, Obstacle, Shared, Side, What};
use crate::proto::{Error, Initiator};
use crate::{clock, frame, Reason, StreamId};

/// Of a connection.
#[derive(Debug)]
pub(crate) struct Watch {
    /// From when the connection is open.
    pub(crate) shared: Option<Arc<Shared>>,
    pub(crate) notes: Notes,
    pub(crate) opened: Instant,
    /// The transport took less than there was.
    pub(crate) transport_full: Option<Instant>,
    /// The peer spent our window for the connection.
    pub(crate) spent: Option<Instant>,
    pub(crate) peer_going_away: Option<GoingAway>,
    pub(crate) ended: Option<Cause>,
}

/// Of a stream.
#[derive(Debug, Default)]
pub(crate) struct StreamWatch {
    /// It was opened and is not over.
    pub(crate) is_open: bool,
    pub(crate) updates_sent: u32,
    pub(crate) updates_received: u32,
    /// Made when one of them is known for the first time: most streams wait for nothing.
    since: Option<Box<Since>>,
}

#[derive(Debug, Default)]
struct Since {
    spent: Option<Instant>,
    reads: Option<Instant>,
}

impl StreamWatch {
    /// Since when our window for the stream is spent.
    #[inline]
    pub(crate) fn spent(&self) -> Option<Instant> {
        self.since.as_ref()?.spent
    }

    pub(crate) fn set_spent(&mut self, spent: Option<Instant>) {
        self.since.get_or_insert_default().spent = spent;
    }

    /// Since when the application waits for something to read, if that is noted.
    pub(crate) fn reads_since(&self) -> Option<Instant> {
        self.since.as_ref()?.reads
    }

    pub(crate) fn set_reads_since(&mut self, reads: Instant) {
        self.since.get_or_insert_default().reads = Some(reads);
    }
}

impl Default for Watch {
    fn default() -> Self {
        Watch {
            shared: None,
            notes: None,
            opened: clock::now(),
            transport_full: None,
            spent: None,
            peer_going_away: None,
            ended: None,
        }
    }
}

impl Watch {
    #[inline]
    pub(crate) fn tell(&self, stream: Option<frame::StreamId>, what: What) {
        if let Some(journal) = &self.notes {
            journal.note_now(stream, what);
        }
    }

    /// Somebody stalls from now on.
    #[cold]
    pub(crate) fn stalls(&self, stream: Option<frame::StreamId>, who: Side, on: Obstacle) -> Instant {
        let now = clock::now();
        if let Some(journal) = &self.notes {
            journal.note(stream.map(StreamId::from_internal), now, What::Stalled { who, on });
        }
        now
    }

    #[cold]
    pub(crate) fn resumes(&self, stream: Option<frame::StreamId>, who: Side, on: Obstacle, since: Instant) {
        resumed(&self.notes, stream, who, on, since);
    }

    #[cold]
    pub(crate) fn transport_is_full(&mut self) {
        if self.transport_full.is_none() {
            self.transport_full = Some(self.stalls(None, Side::Local, Obstacle::Transport));
        }
    }

    /// The transport took all there was.
    #[inline]
    pub(crate) fn transport_took_all(&mut self) {
        if let Some(since) = self.transport_full.take() {
            self.resumes(None, Side::Local, Obstacle::Transport, since);
        }
    }

    pub(crate) fn peer_goes_away(&mut self, reason: Reason, last_stream: frame::StreamId) {
        let last_stream = StreamId::from_internal(last_stream);
        self.peer_going_away = Some(GoingAway { reason, last_stream });
        self.tell(None, What::GoingAway { by: Side::Peer, reason, last_stream });
    }

    pub(crate) fn going_away(&self) -> Option<GoingAway> {
        self.shared.as_ref()?.going_away()
    }

    /// The connection is over: by an error, because there is nothing more to read, or because its owner dropped it.
    pub(crate) fn ends(&mut self, error: Option<&Error>, is_eof: bool) {
        if self.ended.is_none() {
            self.ended = Some(match (error, self.going_away()) {
                (Some(error), _) => Cause::of(error),
                (None, Some(GoingAway { reason, .. })) => Cause::Code { by: Side::Local, reason },
                (None, None) if is_eof => Cause::Transport(std::io::ErrorKind::UnexpectedEof),
                (None, None) => Cause::Ended,
            });
        }
    }

    /// The connection's owner let go of it: nothing happens after this.
    pub(crate) fn closes(&self) {
        self.tell(None, What::Closed { cause: self.ended.unwrap_or(Cause::Ended) });
    }
}

/// Notes that a stall is over.
pub(crate) fn resumed(notes: &Notes, stream: Option<frame::StreamId>, who: Side, on: Obstacle, since: Instant) {
    if let Some(journal) = notes {
        let now = clock::now();
        let lasted = now.saturating_duration_since(since);
        journal.note(stream.map(StreamId::from_internal), now, What::Resumed { who, on, lasted });
    }
}

impl Cause {
    /// What an error of ours means to others.
    pub(crate) fn of(error: &Error) -> Self {
        match *error {
            Error::Reset(_, reason, initiator) | Error::GoAway(_, reason, initiator) => {
                let by = if initiator == Initiator::Remote { Side::Peer } else { Side::Local };
                Cause::Code { by, reason }
            }
            Error::Io(kind, _) => Cause::Transport(kind),
        }
    }
}
