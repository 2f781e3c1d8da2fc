//! Who sends next, and with whose credit (RFC 9113 sections 5.2 and 6.9).
//!
//! The connection's window is spent when DATA is written, never before: no stream can hold credit that another's data could
//! use. A reservation is an *offer*: its application is told how much it may hand over, so that what is buffered stays close to
//! what the window takes. Offers are made as far as the window is neither claimed by data nor offered already, else in turn;
//! an offer that nobody takes up keeps nobody from sending.
//!
//! A stream that was offered what the window is worth leaves the turns until the window is twice as large, or as large as all
//! that the stream wants. So a stream is offered something in turn a few times between two events of its own, and streams that
//! reserve and do not send cost the others nothing.
//!
//! Streams stand in one of a few lanes. Lanes are served in rotation; within a lane streams take turns of a quantum.

#[cfg(feature = "__invariants")]
mod audit;
mod lanes;
mod outgoing;
mod pass;
mod payload;
mod promises;
#[cfg(test)]
mod scale_tests;
mod share;
mod stall;
mod window;

pub(crate) use self::outgoing::Outgoing;
pub(crate) use self::payload::Prioritized;

use self::lanes::{Lane, Lanes};
use self::outgoing::{Head, Wait};
use self::promises::Promises;
use self::share::{Clock, QUANTUM};
use self::window::Window;
use super::buffer::Buffer;
use super::counts::Counts;
use super::store::{Key, Ptr, Resolve, Store};
use super::stream::Stream;
use super::Config;
use crate::codec::UserError;
use crate::frame::{self, Frame, Reason, StreamId};
use crate::insight::{Record, StallEnd};
use crate::proto::{Initiator, WindowSize, MAX_WINDOW_SIZE};

use bytes::Buf;
use std::task::Waker;
use std::time::Instant;

/// All sizes in octets.
#[derive(Debug)]
pub(super) struct Scheduler {
    /// The connection's window.
    window: Window,
    /// What of it the data handed over could use: the sum of all claims.
    claimed: u64,
    /// The sum of all offers.
    offered: u64,
    /// Offered since the last write pass ended: applications that may not have run yet.
    offered_lately: u64,
    /// Write passes in a row after which nobody took up an offer that was made in turn. Each doubles what the next may offer.
    idle_passes: u32,
    another_pass: bool,
    /// What a stream gives up is not offered to others yet, because these may have to give it up next.
    offers_later: bool,
    lanes: Lanes,
    /// Promises are sent before all else and in the order in which they were made, because the numbers of new streams may not
    /// fall (RFC 9113 section 5.1.1).
    promises: Promises,
    /// The lane that was served last, as an index into the rotation.
    served: usize,
    clock: Clock,
    /// The stream whose DATA the codec is writing, if more of the same buffer follows.
    in_flight: Option<Key>,
    /// Handed over and not in frames yet.
    buffered: u64,
    /// What of it is of streams that may not send yet. The budget does not count it: it would keep streams that may send from
    /// making room.
    apart: u64,
    /// What may be buffered and offered, if that is limited.
    budget: u64,
    /// What a stream may buffer.
    max_buffer_size: usize,
    /// Since when the connection's window is spent while somebody could use more.
    stalled: Option<Instant>,
    record: Record,
}

impl Scheduler {
    pub(super) fn new(config: &Config) -> Self {
        Scheduler {
            window: Window::new(config.remote_init_window_sz),
            claimed: 0,
            offered: 0,
            offered_lately: 0,
            idle_passes: 0,
            another_pass: false,
            offers_later: false,
            lanes: Lanes::default(),
            promises: Promises::default(),
            served: 0,
            clock: Clock::default(),
            in_flight: None,
            buffered: 0,
            apart: 0,
            budget: u64::MAX,
            max_buffer_size: config.local_max_buffer_size,
            stalled: None,
            record: Record::default(),
        }
    }

    /// Limits what all streams may buffer.
    pub(crate) fn limit_buffer(&mut self, octets: usize) {
        self.budget = octets as u64;
    }

    /// Queues a frame that needs no credit.
    pub(super) fn queue<B>(
        &mut self,
        frame: Frame<B>,
        buffer: &mut Buffer<Frame<B>>,
        stream: &mut Ptr,
        task: &mut Option<Waker>,
    ) {
        self.append(frame, Head::Control, buffer, stream);
        self.settle(stream, task);
    }

    /// Queues a promise. The stream that it promises may send once it is sent.
    pub(super) fn queue_promise(&mut self, promise: frame::PushPromise, task: &mut Option<Waker>) {
        self.promises.push(promise);
        wake(task);
    }

    /// Lets a new stream wait until the peer's limit of concurrent streams takes it.
    pub(super) fn queue_open(&mut self, stream: &mut Ptr) {
        self.lanes.place(stream, Some(Lane::Open));
    }

    /// Whether streams wait for the peer's limit of concurrent ones.
    pub(super) fn has_queued_streams(&self) -> bool {
        self.lanes.len(Lane::Open) > 0
    }

    pub(super) fn send_data<B: Buf>(
        &mut self,
        frame: frame::Data<B>,
        buffer: &mut Buffer<Frame<B>>,
        stream: &mut Ptr,
        task: &mut Option<Waker>,
    ) -> Result<(), UserError> {
        let octets = frame.payload().remaining();
        if octets > MAX_WINDOW_SIZE as usize {
            return Err(UserError::PayloadTooBig);
        }
        if !stream.state.is_send_streaming() {
            let closed = stream.state.is_closed();
            return Err(if closed { UserError::InactiveStreamId } else { UserError::UnexpectedFrameType });
        }
        self.set_apart(stream);
        stream.buffered_send_data += octets;
        self.buffered += octets as u64;
        if stream.outgoing.apart {
            self.apart += octets as u64;
        }
        let taken_up = stream.outgoing.offered.min(octets as WindowSize);
        stream.outgoing.offered -= taken_up;
        self.offered -= u64::from(taken_up);
        if taken_up > 0 {
            self.idle_passes = 0;
        }
        stream.outgoing.reserved = stream.outgoing.reserved.saturating_sub(octets as WindowSize);
        if frame.is_end_stream() {
            stream.state.send_close();
            stream.outgoing.reserved = 0;
        }
        let head = if octets == 0 { Head::Control } else { Head::Data };
        self.append(frame.into(), head, buffer, stream);
        self.settle(stream, task);
        Ok(())
    }

    /// Asks for an offer of `octets` beyond what was handed over; less than before gives back.
    pub(super) fn reserve(&mut self, octets: WindowSize, stream: &mut Ptr, task: &mut Option<Waker>) {
        if octets > stream.outgoing.reserved && stream.state.is_send_closed() {
            return;
        }
        stream.outgoing.reserved = octets;
        self.settle(stream, task);
    }

    /// The stream's reset was scheduled: what it has queued is sent or discarded first.
    pub(super) fn reset_scheduled(&mut self, stream: &mut Ptr, task: &mut Option<Waker>) {
        stream.outgoing.reserved = 0;
        self.settle(stream, task);
    }

    /// Lets go of a stream that its peer never heard of, without a frame. What it has queued goes in the next write pass.
    pub(super) fn withdraw(
        &mut self,
        reason: Reason,
        initiator: Initiator,
        stream: &mut Ptr,
        task: &mut Option<Waker>,
    ) {
        stream.set_reset(reason, initiator);
        stream.is_pending_push = false;
        stream.outgoing.withdrawn = true;
        stream.outgoing.reserved = 0;
        self.settle(stream, task);
    }

    pub(super) fn grow_stream(
        &mut self,
        octets: WindowSize,
        stream: &mut Ptr,
        task: &mut Option<Waker>,
    ) -> Result<(), Reason> {
        // Nothing more will be sent: the window does not matter.
        if stream.state.is_send_closed() && stream.buffered_send_data == 0 {
            return Ok(());
        }
        let before = self.could_send(stream);
        stream.outgoing.window.grow(octets)?;
        if self.could_send(stream) != before {
            self.settle(stream, task);
        }
        Ok(())
    }

    /// Shrinks a stream's window. What that frees is offered by [`Self::windows_shrank`], once for all streams.
    pub(super) fn shrink_stream(
        &mut self,
        octets: WindowSize,
        stream: &mut Ptr,
        task: &mut Option<Waker>,
    ) -> Result<(), Reason> {
        if stream.state.is_send_closed() && stream.buffered_send_data == 0 {
            return Ok(());
        }
        let before = self.could_send(stream);
        stream.outgoing.window.shrink(octets)?;
        if self.could_send(stream) != before {
            self.offers_later = true;
            self.settle(stream, task);
            self.offers_later = false;
        }
        Ok(())
    }

    /// All that the stream's window decides: whether anything may be sent, the claim, and the limit of offers. While these stay,
    /// so do its lane and its stall.
    #[inline]
    fn could_send(&self, stream: &Stream) -> (bool, WindowSize, WindowSize) {
        if stream.demand() == 0 {
            return (false, 0, 0);
        }
        (stream.outgoing.window.octets() > 0, stream.claim(), stream.offer_limit(self.max_buffer_size))
    }

    /// Offers what streams lost whose windows shrank.
    pub(super) fn windows_shrank(&mut self, store: &mut Store, task: &mut Option<Waker>) {
        self.settle_offers(store, task);
    }

    pub(super) fn grow_connection(&mut self, octets: WindowSize, store: &mut Store) -> Result<(), Reason> {
        self.window.grow(octets)?;
        self.connection_resumes();
        self.offer_what_is_free(store);
        Ok(())
    }

    /// Discards what the stream has queued.
    pub(super) fn clear<B>(&mut self, buffer: &mut Buffer<Frame<B>>, stream: &mut Ptr, task: &mut Option<Waker>) {
        while stream.pending_send.pop_front(buffer).is_some() {}
        while let Some(promised) = self.promises.pop_of(stream.id) {
            self.withdraw_promised(promised, stream.store_mut(), task);
        }
        self.buffered -= stream.buffered_send_data as u64;
        if stream.outgoing.apart {
            self.apart -= stream.buffered_send_data as u64;
        }
        stream.buffered_send_data = 0;
        stream.outgoing.reserved = 0;
        stream.outgoing.head = Head::Nothing;
        if self.in_flight == Some(stream.key()) {
            self.in_flight = None;
        }
        self.settle(stream, task);
    }

    /// Drops all promises that are not sent yet, and the streams that they promise.
    pub(super) fn withdraw_promises(&mut self, store: &mut Store, task: &mut Option<Waker>) {
        while let Some(promise) = self.promises.pop() {
            self.withdraw_promised(promise.promised_id(), store, task);
        }
    }

    fn withdraw_promised(&mut self, promised: StreamId, store: &mut Store, task: &mut Option<Waker>) {
        if let Some(mut promised) = store.find_mut(&promised) {
            self.withdraw(Reason::CANCEL, Initiator::Library, &mut promised, task);
        }
    }

    /// The connection is over: nobody waits any more.
    pub(super) fn close(&mut self, store: &mut Store, counts: &mut Counts) {
        use Lane::*;
        self.withdraw_promises(store, &mut None);
        for lane in [Open, Control, SmallData, BulkData, SmallAsk, BulkAsk, Exhausted] {
            while let Some(first) = self.lanes.any(lane) {
                let mut stream = store.resolve(first);
                let in_grace = stream.is_pending_reset_expiration();
                self.lanes.place(&mut stream, None);
                self.end_stall(&mut stream, StallEnd::ConnectionEnded);
                stream.outgoing.withdrawn = false;
                if let Some(reason) = stream.state.get_scheduled_reset() {
                    stream.set_reset(reason, Initiator::Library);
                    counts.stream_over(&mut stream);
                }
                counts.transition_after(stream, in_grace);
            }
        }
        self.connection_over();
    }

    #[inline]
    fn append<B>(&mut self, frame: Frame<B>, kind: Head, buffer: &mut Buffer<Frame<B>>, stream: &mut Ptr) {
        // While a part of the first frame is being written, that frame is the head.
        if stream.outgoing.head == Head::Nothing {
            stream.outgoing.head = kind;
        }
        stream.pending_send.push_back(buffer, frame);
    }

    /// Brings the books and the stream's place in line up to date after anything about it changed, and wakes the connection
    /// where there is something to do.
    fn settle(&mut self, stream: &mut Ptr, task: &mut Option<Waker>) {
        let entry = &mut **stream;
        let limit = self.settle_books(entry);
        let before = entry.outgoing.standing.lane();
        let lane = self.lane(entry, limit);
        if entry.outgoing.awaits_drain && !entry.has_unsent() {
            entry.outgoing.awaits_drain = false;
            entry.notify_send();
        }
        // Who asks is served from what others were offered and do not use.
        let (has_work, may_wait) = match lane {
            Some(Lane::Control) => (true, false),
            Some(lane) if lane.is_data() => (self.window.octets() > 0, self.window.octets() == 0),
            Some(Lane::SmallAsk | Lane::BulkAsk) => (self.credit() > 0, true),
            Some(Lane::Exhausted) => (false, true),
            // Whether there is a place for it is seen when a write pass ends.
            Some(_) => (false, false),
            None => (false, entry.demand() > 0),
        };
        let is_noted = may_wait || entry.outgoing.stall.is_some();
        let was_apart = entry.outgoing.apart;
        let misplaced = lane.filter(|lane| entry.outgoing.is_misplaced(*lane, limit));
        if lane != before {
            self.lanes.place(stream, lane);
            if was_apart {
                self.set_apart(stream);
            }
        } else if let Some(lane) = misplaced {
            self.lanes.requeue(stream, lane);
        }
        if is_noted {
            self.note_stall(stream, lane);
        }
        if has_work {
            wake(task);
        }
        if self.asking() > 0 && !self.offers_later {
            self.settle_offers(stream.store_mut(), task);
        }
    }

    /// Offers what is free to those who asked, and has the connection offer in turn what streams may be offered again.
    fn settle_offers(&mut self, store: &mut Store, task: &mut Option<Waker>) {
        self.offer_what_is_free(store);
        if self.exhausted_are_due() {
            wake(task);
        }
    }

    /// Decides whether the budget counts what the stream buffers: not while the stream may not send. A stream that buffers
    /// something and may send can do so until it ends.
    #[inline]
    fn set_apart(&mut self, stream: &mut Stream) {
        let apart = !stream.is_send_ready() || stream.outgoing.withdrawn;
        if apart != stream.outgoing.apart {
            stream.outgoing.apart = apart;
            let octets = stream.buffered_send_data as u64;
            self.apart = if apart { self.apart + octets } else { self.apart - octets };
        }
    }

    /// Counts what the stream claims and what it is offered; its limit of offers.
    fn settle_books(&mut self, stream: &mut Stream) -> WindowSize {
        let outgoing = &stream.outgoing;
        if stream.buffered_send_data == 0 && outgoing.reserved == 0 && outgoing.claimed == 0 && outgoing.offered == 0 {
            // Most frames are of streams without a body under way.
            return 0;
        }
        if stream.outgoing.apart {
            self.set_apart(stream);
        }
        let claim = stream.claim();
        self.claimed = self.claimed - u64::from(stream.outgoing.claimed) + u64::from(claim);
        stream.outgoing.claimed = claim;

        let limit = stream.offer_limit(self.max_buffer_size);
        let beyond = stream.outgoing.offered.saturating_sub(limit);
        stream.outgoing.offered -= beyond;
        self.offered -= u64::from(beyond);

        // Those who ask go before one that has data already.
        if self.asking() == 0 {
            self.offer(self.free().min(limit - stream.outgoing.offered), stream);
        }
        limit
    }

    /// Where the stream is to stand. Whoever waits for the same as before keeps its place.
    fn lane(&self, stream: &mut Stream, limit: WindowSize) -> Option<Lane> {
        use Lane::*;
        let lane = match (stream.waits_for(limit)?, stream.outgoing.standing.lane()) {
            (Wait::Open, _) => Open,
            (Wait::Turn, _) => Control,
            (Wait::Credit, Some(lane @ (SmallData | BulkData))) | (Wait::Offer, Some(lane @ (SmallAsk | BulkAsk))) => {
                lane
            }
            (Wait::Offer, Some(Exhausted)) if !stream.outgoing.is_misplaced(Exhausted, limit) => Exhausted,
            (wait, before) => {
                if !before.is_some_and(Lane::takes_credit) {
                    stream.outgoing.share.arrive(&self.clock);
                }
                let small = stream.outgoing.share.is_fresh(&self.clock) && stream.demand() <= QUANTUM as usize;
                match (wait, small) {
                    (Wait::Credit, true) => SmallData,
                    (Wait::Credit, false) => BulkData,
                    (_, true) => SmallAsk,
                    (_, false) => BulkAsk,
                }
            }
        };
        Some(lane)
    }

    /// What of the connection's window is neither claimed nor offered, as far as the budget goes.
    #[inline]
    fn free(&self) -> WindowSize {
        let window = u64::from(self.window.octets()).saturating_sub(self.claimed + self.offered);
        window.min(self.unspent()) as WindowSize
    }

    /// What of the buffered octets counts against the budget.
    #[inline]
    fn charged(&self) -> u64 {
        self.buffered.saturating_sub(self.apart)
    }

    /// What may be buffered and offered yet.
    #[inline]
    fn unspent(&self) -> u64 {
        self.budget.saturating_sub(self.charged() + self.offered)
    }

    /// What there would be to offer if nothing was offered or claimed.
    fn credit(&self) -> WindowSize {
        u64::from(self.window.octets()).min(self.budget.saturating_sub(self.charged())) as WindowSize
    }

    /// What a stream may be offered in turn, free or not: more than the window to nobody, and more than the budget only a
    /// little to those who have nothing, because others do not take up what they were offered.
    fn room(&self, outgoing: &Outgoing, limit: WindowSize) -> WindowSize {
        let window = self.window.octets();
        if window < outgoing.exhausted_below(limit) {
            return 0;
        }
        match self.unspent() {
            0 if outgoing.offered > 0 => 0,
            0 => self.credit().min(QUANTUM),
            unspent => u64::from(window.saturating_sub(outgoing.offered)).min(unspent) as WindowSize,
        }
    }

    /// Whether the window has become large enough for offers in turn to streams that had what it was worth.
    #[inline]
    fn exhausted_are_due(&self) -> bool {
        let lowest = self.lanes.lowest(Lane::Exhausted);
        lowest.is_some_and(|(least, _)| least <= u64::from(self.window.octets()) && self.unspent() > 0)
    }

    fn offer(&mut self, octets: WindowSize, stream: &mut Stream) {
        if octets > 0 {
            stream.outgoing.offered += octets;
            stream.outgoing.grew = true;
            self.offered += u64::from(octets);
            self.offered_lately += u64::from(octets);
            self.note_offer(stream);
            stream.notify_send();
        }
    }

    /// Offers what is free to those who asked.
    fn offer_what_is_free(&mut self, store: &mut Store) {
        while let free @ 1.. = self.free() {
            let next = self.next_due(Lane::SmallAsk, store).or_else(|| self.next_due(Lane::BulkAsk, store));
            let Some(next) = next.or(self.lanes.any(Lane::Exhausted)) else { return };
            self.offer_to(next, free.min(self.part(free)), false, store);
        }
    }

    /// What a stream is offered at a time: a quantum, or an even part of `credit` if that is more.
    fn part(&self, credit: WindowSize) -> WindowSize {
        QUANTUM.max(credit / self.asking() as WindowSize)
    }

    /// Offers `octets`, or less if the stream wants less, to a stream that asks. `exhausts` says that it is all the window is
    /// worth.
    fn offer_to(&mut self, next: Key, octets: WindowSize, exhausts: bool, store: &mut Store) {
        let mut stream = store.resolve(next);
        let limit = stream.offer_limit(self.max_buffer_size);
        self.offer(octets.min(limit - stream.outgoing.offered), &mut stream);
        match stream.outgoing.standing.lane() {
            _ if stream.outgoing.offered == limit => self.lanes.place(&mut stream, None),
            Some(lane) if lane != Lane::Exhausted && !exhausts => self.lanes.requeue(&mut stream, lane),
            _ => self.exhaust(&mut stream, limit),
        }
    }

    /// Lets a stream wait until the window is worth more than what the stream was offered.
    fn exhaust(&mut self, stream: &mut Ptr, limit: WindowSize) {
        let rank = stream.outgoing.rank(Lane::Exhausted, limit);
        self.lanes.rank(stream, Lane::Exhausted, rank);
    }

    /// Whose turn it is in a lane: the first who is not ahead of the others, else who is ahead the least.
    fn next_due(&mut self, lane: Lane, store: &mut Store) -> Option<Key> {
        let next = if self.lanes.len(lane) <= 1 { self.lanes.any(lane) } else { self.next_of_many(lane, store) }?;
        self.clock.catch_up(&store[next].outgoing.share);
        Some(next)
    }

    /// Who is found ahead is ranked, and so not looked at again before the clock has caught up.
    fn next_of_many(&mut self, lane: Lane, store: &mut Store) -> Option<Key> {
        if let Some((_, key)) = self.lanes.lowest(lane).filter(|(rank, _)| self.clock.is_due(*rank)) {
            self.lanes.requeue(&mut store.resolve(key), lane);
        }
        while let Some(first) = self.lanes.first(lane) {
            let mut stream = store.resolve(first);
            let rank = stream.outgoing.rank(lane, 0);
            if self.clock.is_due(rank) {
                return Some(first);
            }
            self.lanes.rank(&mut stream, lane, rank);
        }
        self.lanes.any(lane)
    }

    /// How many ask for an offer.
    #[inline]
    fn asking(&self) -> usize {
        self.lanes.len(Lane::SmallAsk) + self.lanes.len(Lane::BulkAsk) + self.lanes.len(Lane::Exhausted)
    }

    /// How many want to send.
    #[inline]
    fn active(&self) -> usize {
        self.asking() + self.lanes.len(Lane::SmallData) + self.lanes.len(Lane::BulkData)
    }
}

/// Has the connection write.
fn wake(task: &mut Option<Waker>) {
    if let Some(task) = task.take() {
        task.wake();
    }
}
