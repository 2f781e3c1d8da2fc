//! Records which streams have something to send and cannot, what they wait for, and since when. It
//! decides nothing.
//!
//! A wait is timed from when a stream is found to wait, so that streams that do not wait cost
//! nothing. Many streams may wait for the connection's window or for the stream limit at once, so
//! that these waits are recorded when a write pass ends.

use super::super::state::State;
#[cfg(feature = "__invariants")]
use super::super::streams::holds;
use super::*;
use crate::insight::{BlockedOn, EventKind, LoggedWindows, Record, SendHalf, Side, StallEnd};

/// A wait of a stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stall {
    on: BlockedOn,
    since: Instant,
}

impl Scheduler {
    /// Sets the record that counts stalls and queues events.
    pub(crate) fn observe(&mut self, record: Record) {
        self.record = record;
    }

    /// Returns what keeps a stream from sending what it has or reserved, other than its turn and
    /// the transport.
    pub(in crate::proto::streams) fn blocked_on(&self, stream: &Stream) -> Option<BlockedOn> {
        self.blocked_on_in(stream.outgoing.links.queue(), stream)
    }

    fn blocked_on_in(&self, queue: Option<SendQueue>, stream: &Stream) -> Option<BlockedOn> {
        let outgoing = &stream.outgoing;
        let asks_in_vain = outgoing.reserved > 0 && outgoing.advertised == 0;
        match queue {
            Some(SendQueue::Open) => Some(BlockedOn::StreamLimit),
            Some(SendQueue::Control) => None,
            Some(SendQueue::SmallData | SendQueue::BulkData) => {
                (self.window.octets() == 0).then_some(BlockedOn::ConnectionWindow)
            }
            Some(SendQueue::SmallAsk | SendQueue::BulkAsk | SendQueue::Exhausted) if !asks_in_vain => None,
            Some(SendQueue::SmallAsk | SendQueue::BulkAsk | SendQueue::Exhausted) => {
                let has_room = self.unspent() > 0;
                let has_window = self.window.octets() > 0;
                Some(if has_room || !has_window { BlockedOn::ConnectionWindow } else { BlockedOn::SendBuffer })
            }
            None if !stream.is_send_ready() || stream.is_cancelled() => None,
            None if outgoing.head != Head::Data && !asks_in_vain => None,
            None if outgoing.window.octets() == 0 => Some(BlockedOn::StreamWindow),
            None if outgoing.is_in_flight => None,
            None => asks_in_vain.then_some(BlockedOn::SendBuffer),
        }
    }

    /// Returns since when a stream waits, as far as that is known.
    pub(in crate::proto::streams) fn blocked_since(&self, stream: &Stream, on: BlockedOn) -> Option<Instant> {
        let own = stream.outgoing.stall.as_ref().filter(|stall| stall.on == on).map(|stall| stall.since);
        own.or(self.stalled.filter(|_| on == BlockedOn::ConnectionWindow))
    }

    /// Returns since when a stream has had no window, its own or that of the connection.
    pub(in crate::proto::streams) fn without_window_since(&self, stream: &Stream) -> Option<Instant> {
        let own = |on| self.blocked_since(stream, on);
        match self.blocked_on(stream)? {
            on @ BlockedOn::StreamWindow => own(on),
            // Window that other streams used was progress.
            on @ BlockedOn::ConnectionWindow => own(on).max(self.stalled),
            _ => None,
        }
    }

    /// Updates the stall of a stream that is to be in `queue`. Returns whether the stream begins to
    /// wait for window.
    #[cold]
    pub(super) fn note_stall(&mut self, stream: &mut Stream, queue: Option<SendQueue>) -> bool {
        let blocked_on = self.blocked_on_in(queue, stream);
        let noted = stream.outgoing.stall.as_ref().map(|stall| stall.on);
        let changes = noted != blocked_on && queue != Some(SendQueue::Open);
        if changes {
            self.change_stall(blocked_on, stream);
        }
        self.count_waiting(stream.state.stall_end());
        changes && matches!(blocked_on, Some(BlockedOn::StreamWindow | BlockedOn::ConnectionWindow))
    }

    /// Updates the number of streams that wait for the connection's window. The last one ended its
    /// wait for the reason given.
    fn count_waiting(&mut self, end: StallEnd) {
        if self.stalled.is_some() {
            match self.sharing() {
                0 if self.window.octets() > 0 => self.connection_stall_ends(StallEnd::Resumed),
                0 if end == StallEnd::Resumed => self.connection_stall_ends(StallEnd::Withdrawn),
                0 => self.connection_stall_ends(end),
                waiting => self.record.wait_for_connection(waiting),
            }
        }
    }

    fn change_stall(&mut self, blocked_on: Option<BlockedOn>, stream: &mut Stream) {
        let end = match stream.state.stall_end() {
            // The window did not grow: the application no longer wants what it reserved.
            StallEnd::Resumed if blocked_on.is_none() && self.still_misses(stream) => StallEnd::Withdrawn,
            end => end,
        };
        self.end_stall(stream, end);
        if let Some(on) = blocked_on {
            let since = crate::clock::now();
            tracing::trace!(stream = u32::from(stream.id), on = on.as_str(), "stream blocked");
            stream.outgoing.stall = Some(Box::new(Stall { on, since }));
            if on != BlockedOn::ConnectionWindow {
                self.record.stalls_since(since, Some(stream.id), Side::Local, on);
            } else if self.window.octets() == 0 {
                self.connection_stalls();
            }
        }
    }

    /// Whether the stream still lacks what it waited for.
    fn still_misses(&self, stream: &Stream) -> bool {
        let on = stream.outgoing.stall.as_ref().map(|stall| stall.on);
        on == Some(BlockedOn::StreamWindow) && stream.outgoing.window.octets() == 0
    }

    #[cold]
    pub(super) fn end_stall(&self, stream: &mut Stream, end: StallEnd) {
        let Some(stall) = stream.outgoing.stall.take() else { return };
        // One stall of the connection is reported for all streams that wait for its window.
        if stall.on != BlockedOn::ConnectionWindow {
            self.record.stall_ends(Some(stream.id), Side::Local, stall.on, stall.since, end);
        }
    }

    /// Ends the stall of a stream that gets capacity.
    #[inline]
    pub(super) fn note_advertised(&self, stream: &mut Stream) {
        if stream.outgoing.stall.is_some() && stream.outgoing.head == Head::Nothing {
            self.end_stall(stream, StallEnd::Resumed);
        }
    }

    #[cold]
    fn connection_stalls(&mut self) {
        if self.stalled.is_none() {
            self.stalled = Some(self.record.stalls(None, Side::Local, BlockedOn::ConnectionWindow));
        }
    }

    /// Ends the stall of the connection when its window grew.
    #[inline]
    pub(super) fn connection_resumes(&mut self) {
        if self.stalled.is_some() {
            self.connection_stall_ends(StallEnd::Resumed);
        }
    }

    /// Ends the stall of the connection, because no stream waits for its window any more.
    #[cold]
    fn connection_stall_ends(&mut self, end: StallEnd) {
        if let Some(since) = self.stalled.take() {
            self.record.stall_ends(None, Side::Local, BlockedOn::ConnectionWindow, since, end);
            self.record.wait_for_connection(0);
        }
    }

    /// Ends the stall of the connection when the connection is over.
    pub(in crate::proto::streams) fn connection_over(&mut self) {
        self.connection_stall_ends(StallEnd::ConnectionEnded);
    }

    /// Records waits at the end of a write pass: all streams that are still queued wait.
    #[inline]
    pub(super) fn note_waiting(&mut self, store: &mut Store) {
        if self.window.octets() == 0 {
            if self.sharing() > 0 {
                self.connection_stalls();
            }
            self.count_waiting(StallEnd::Withdrawn);
        }
        if self.has_queued_streams() {
            self.note_queued(store);
        }
    }

    /// Records the waits of streams that wait to be opened. The last ones of the queue came since
    /// the last call.
    #[cold]
    fn note_queued(&mut self, store: &mut Store) {
        let mut next = self.queues.last(SendQueue::Open);
        if next.is_none_or(|key| store[key].outgoing.stall.is_some()) {
            return;
        }
        let since = crate::clock::now();
        let on = BlockedOn::StreamLimit;
        let mut first = None;
        while let Some(key) = next.filter(|key| store[*key].outgoing.stall.is_none()) {
            store[key].outgoing.stall = Some(Box::new(Stall { on, since }));
            next = store[key].outgoing.links.prev();
            first = Some(key);
        }
        while let Some(key) = first {
            self.record.stalls_since(since, Some(store[key].id), Side::Local, on);
            first = store[key].outgoing.links.next();
        }
    }

    /// Queues the event of a RST_STREAM that is sent.
    pub(super) fn reset_sent(&self, reset: &frame::Reset, state: &State) {
        if let Some(event_queue) = &self.record.events {
            let (reason, error) = (reset.reason(), state.peer_error());
            event_queue.enqueue_now(Some(reset.stream_id()), EventKind::Reset { by: Side::Local, reason, error });
        }
    }

    pub(in crate::proto::streams) fn stalled_since(&self) -> Option<Instant> {
        self.stalled.filter(|_| self.sharing() > 0)
    }

    pub(in crate::proto::streams) fn waiting_to_open(&self) -> usize {
        self.queues.len(SendQueue::Open)
    }

    /// Returns the sending half of the connection, without what its streams reserved.
    pub(in crate::proto::streams) fn half(&self) -> SendHalf {
        SendHalf { window: self.window.signed(), queued: self.buffered, reserved: 0, capacity: self.advertised }
    }

    pub(in crate::proto::streams) fn half_of(&self, stream: &Stream) -> SendHalf {
        let outgoing = &stream.outgoing;
        SendHalf {
            window: outgoing.window.signed(),
            queued: stream.buffered_send_data as u64,
            reserved: outgoing.reserved.into(),
            capacity: outgoing.advertised.into(),
        }
    }

    /// Returns what the peer's windows leave after a frame on `stream`.
    pub(super) fn windows(&self, stream: u32, store: &mut Store) -> LoggedWindows {
        let stream = store.find_mut(&stream.into());
        LoggedWindows { connection: self.window.signed(), stream: stream.map(|stream| stream.outgoing.window.signed()) }
    }

    /// Checks that the counts of stalled streams are those of the streams.
    #[cfg(feature = "__invariants")]
    pub(super) fn audit_stalls(&self, streams: &[&Stream]) {
        let Some(shared) = &self.record.shared else { return };
        for on in [BlockedOn::StreamLimit, BlockedOn::StreamWindow, BlockedOn::SendBuffer] {
            let is_stalled = |stream: &&&Stream| stream.outgoing.stall.as_ref().is_some_and(|stall| stall.on == on);
            let (said, stalled) = (shared.stalled.streams(Side::Local, on), streams.iter().filter(is_stalled).count());
            holds!("I2", said == stalled, "{said} streams are said to be stalled on {on:?}, {stalled} are");
        }
        let said = shared.stalled.streams(Side::Local, BlockedOn::ConnectionWindow);
        holds!(
            "I2",
            said == 0 || self.stalled.is_some(),
            "{said} streams are said to wait for the connection's window"
        );
    }
}
