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
    pub(crate) going_away: Option<GoingAway>,
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
    /// The peer spent our window for the stream.
    pub(crate) spent: Option<Instant>,
    /// The application asked for what was not there.
    pub(crate) reads_since: Option<Instant>,
}

impl Default for Watch {
    fn default() -> Self {
        Watch {
            shared: None,
            notes: None,
            opened: clock::now(),
            transport_full: None,
            spent: None,
            going_away: None,
            peer_going_away: None,
            ended: None,
        }
    }
}

impl Watch {
    #[inline]
    pub(crate) fn is_observed(&self) -> bool {
        self.notes.is_some()
    }

    #[inline]
    pub(crate) fn tell(&self, stream: Option<frame::StreamId>, what: What) {
        if let Some(journal) = &self.notes {
            journal.note(stream.map(StreamId::from_internal), clock::now(), what);
        }
    }

    /// Somebody stalls from now on.
    #[cold]
    pub(crate) fn stalls(&self, stream: Option<frame::StreamId>, who: Side, on: Obstacle) -> Option<Instant> {
        let now = clock::now();
        if let Some(journal) = &self.notes {
            journal.note(stream.map(StreamId::from_internal), now, What::Stalled { who, on });
        }
        Some(now)
    }

    #[cold]
    pub(crate) fn resumes(&self, stream: Option<frame::StreamId>, who: Side, on: Obstacle, since: Instant) {
        resumed(&self.notes, stream, who, on, since);
    }

    pub(crate) fn transport_is_full(&mut self) {
        if self.transport_full.is_none() {
            self.transport_full = self.stalls(None, Side::Local, Obstacle::Transport);
        }
    }

    /// The transport took all there was.
    #[inline]
    pub(crate) fn transport_took_all(&mut self) {
        if let Some(since) = self.transport_full.take() {
            self.resumes(None, Side::Local, Obstacle::Transport, since);
        }
    }

    pub(crate) fn goes_away(&mut self, by: Side, reason: Reason, last_stream: frame::StreamId) {
        let last_stream = StreamId::from_internal(last_stream);
        let of = if by == Side::Local { &mut self.going_away } else { &mut self.peer_going_away };
        *of = Some(GoingAway { reason, last_stream });
        self.tell(None, What::GoingAway { by, reason, last_stream });
    }

    /// The connection is over: by an error, because there is nothing more to read, or because its owner dropped it.
    pub(crate) fn ends(&mut self, error: Option<&Error>, is_eof: bool) {
        if self.ended.is_none() {
            self.ended = Some(match (error, self.going_away) {
                (Some(error), _) => Cause::from(error),
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

impl From<&Error> for Cause {
    fn from(error: &Error) -> Self {
        match *error {
            Error::Reset(_, reason, initiator) | Error::GoAway(_, reason, initiator) => {
                let by = if initiator == Initiator::Remote { Side::Peer } else { Side::Local };
                Cause::Code { by, reason }
            }
            Error::Io(kind, _) => Cause::Transport(kind),
        }
    }
}
