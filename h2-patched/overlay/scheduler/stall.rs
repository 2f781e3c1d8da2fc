//! Who has something to send and cannot, for want of what, and since when. It decides nothing.
//!
//! A wait is timed from when a stream is found to wait, which costs those who send nothing. The connection's window and places
//! among concurrent streams are missed by many at once: they are looked at when a write pass ends.

use super::*;
use crate::insight::{resumed, Obstacle, SendHalf, Side, What, Windows};
use crate::StreamId as Id;

/// A stream waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stall {
    on: Obstacle,
    since: Instant,
}

impl Scheduler {
    /// From now on what happens is noted.
    pub(crate) fn observe(&mut self, notes: Notes) {
        self.notes = notes;
    }

    fn tell(&self, stream: Option<StreamId>, at: Instant, what: What) {
        if let Some(journal) = &self.notes {
            journal.note(stream.map(Id::from_internal), at, what);
        }
    }

    /// What keeps a stream from sending what it has or reserved, other than its turn and the transport.
    pub(in crate::proto::streams) fn obstacle(&self, stream: &Stream) -> Option<Obstacle> {
        self.obstacle_in(stream.outgoing.standing.lane(), stream)
    }

    fn obstacle_in(&self, lane: Option<Lane>, stream: &Stream) -> Option<Obstacle> {
        let outgoing = &stream.outgoing;
        let asks_in_vain = outgoing.reserved > 0 && outgoing.offered == 0;
        match lane {
            Some(Lane::Open) => Some(Obstacle::Slot),
            Some(Lane::Control) => None,
            Some(Lane::SmallData | Lane::BulkData) => (self.window.octets() == 0).then_some(Obstacle::ConnectionWindow),
            Some(Lane::SmallAsk | Lane::BulkAsk | Lane::Exhausted) if !asks_in_vain => None,
            Some(Lane::SmallAsk | Lane::BulkAsk | Lane::Exhausted) => {
                let has_room = self.unspent() > 0;
                let has_window = self.window.octets() > 0;
                Some(if has_room || !has_window { Obstacle::ConnectionWindow } else { Obstacle::SendBuffer })
            }
            None if !stream.is_send_ready() || stream.is_cancelled() => None,
            None if outgoing.head != Head::Data && !asks_in_vain => None,
            None if outgoing.window.octets() == 0 => Some(Obstacle::StreamWindow),
            None => asks_in_vain.then_some(Obstacle::SendBuffer),
        }
    }

    /// Since when a stream waits, as far as that is known.
    pub(in crate::proto::streams) fn blocked_since(&self, stream: &Stream, on: Obstacle) -> Option<Instant> {
        let own = stream.outgoing.stall.as_ref().filter(|stall| stall.on == on).map(|stall| stall.since);
        own.or(self.stalled.filter(|_| on == Obstacle::ConnectionWindow))
    }

    /// Brings what is noted of a stream that is to stand in `lane` up to date.
    #[cold]
    pub(super) fn note_stall(&mut self, stream: &mut Stream, lane: Option<Lane>) {
        let obstacle = self.obstacle_in(lane, stream);
        let noted = stream.outgoing.stall.as_ref().map(|stall| stall.on);
        if noted != obstacle && lane != Some(Lane::Open) {
            self.change_stall(obstacle, stream);
        }
        // Who waited for the connection's window may have given up.
        if self.active() == 0 {
            self.connection_resumes();
        }
    }

    fn change_stall(&mut self, obstacle: Option<Obstacle>, stream: &mut Stream) {
        self.end_stall(stream);
        if let Some(on) = obstacle {
            let since = crate::clock::now();
            stream.outgoing.stall = Some(Box::new(Stall { on, since }));
            if on != Obstacle::ConnectionWindow {
                self.tell(Some(stream.id), since, What::Stalled { who: Side::Local, on });
            } else if self.window.octets() == 0 {
                self.connection_stalls();
            }
        }
    }

    #[cold]
    fn end_stall(&self, stream: &mut Stream) {
        let Some(stall) = stream.outgoing.stall.take() else { return };
        // Who is reset does not go on, but after a complete response all of it is sent first.
        let goes_on = !stream.state.is_reset() || stream.state.get_scheduled_reset() == Some(Reason::NO_ERROR);
        // The connection speaks for all who wait for its window.
        if goes_on && stall.on != Obstacle::ConnectionWindow {
            resumed(&self.notes, Some(stream.id), Side::Local, stall.on, stall.since);
        }
    }

    /// The stream is offered something.
    #[inline]
    pub(super) fn note_offer(&self, stream: &mut Stream) {
        if stream.outgoing.stall.is_some() && stream.outgoing.head == Head::Nothing {
            self.end_stall(stream);
        }
    }

    #[cold]
    fn connection_stalls(&mut self) {
        if self.stalled.is_none() {
            let since = crate::clock::now();
            self.stalled = Some(since);
            self.tell(None, since, What::Stalled { who: Side::Local, on: Obstacle::ConnectionWindow });
        }
    }

    /// The connection's window grew, or nobody wants it any more.
    #[inline]
    pub(super) fn connection_resumes(&mut self) {
        if let Some(since) = self.stalled.take() {
            resumed(&self.notes, None, Side::Local, Obstacle::ConnectionWindow, since);
        }
    }

    /// All was written that may be: whoever still stands in line waits.
    #[inline]
    pub(super) fn note_waiting(&mut self, store: &mut Store) {
        if self.window.octets() == 0 {
            if self.active() > 0 {
                self.connection_stalls();
            } else {
                self.connection_resumes();
            }
        }
        if self.has_queued_streams() {
            self.note_queued(store);
        }
    }

    /// Those at the end of the line came since this was done last.
    #[cold]
    fn note_queued(&mut self, store: &mut Store) {
        let mut next = self.lanes.last(Lane::Open);
        if next.is_none_or(|key| store[key].outgoing.stall.is_some()) {
            return;
        }
        let since = crate::clock::now();
        let on = Obstacle::Slot;
        let mut first = None;
        while let Some(key) = next.filter(|key| store[*key].outgoing.stall.is_none()) {
            store[key].outgoing.stall = Some(Box::new(Stall { on, since }));
            next = store[key].outgoing.standing.before();
            first = Some(key);
        }
        if self.notes.is_some() {
            while let Some(key) = first {
                self.tell(Some(store[key].id), since, What::Stalled { who: Side::Local, on });
                first = store[key].outgoing.standing.behind();
            }
        }
    }

    /// RST_STREAM is on its way.
    pub(super) fn reset_sent(&self, reset: &frame::Reset) {
        if self.notes.is_some() {
            let what = What::Reset { by: Side::Local, reason: reset.reason() };
            self.tell(Some(reset.stream_id()), crate::clock::now(), what);
        }
    }

    pub(in crate::proto::streams) fn stalled_since(&self) -> Option<Instant> {
        self.stalled.filter(|_| self.active() > 0)
    }

    pub(in crate::proto::streams) fn waiting_for_slot(&self) -> usize {
        self.lanes.len(Lane::Open)
    }

    /// The connection's half, but for what its streams reserved.
    pub(in crate::proto::streams) fn half(&self) -> SendHalf {
        SendHalf { window: self.window.signed(), queued: self.buffered, reserved: 0, capacity: self.offered }
    }

    pub(in crate::proto::streams) fn half_of(&self, stream: &Stream) -> SendHalf {
        let outgoing = &stream.outgoing;
        SendHalf {
            window: outgoing.window.signed(),
            queued: stream.buffered_send_data as u64,
            reserved: outgoing.reserved.into(),
            capacity: outgoing.offered.into(),
        }
    }

    /// What the peer's windows leave after a frame on `stream`.
    pub(super) fn windows(&self, stream: u32, store: &mut Store) -> Windows {
        let stream = store.find_mut(&stream.into());
        Windows { connection: self.window.signed(), stream: stream.map(|stream| stream.outgoing.window.signed()) }
    }
}
