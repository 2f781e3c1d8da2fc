//! The send scheduler: decides which stream sends next, and with which credit (RFC 9113 sections
//! 5.2 and 6.9).
//!
//! The connection's window is spent when DATA is written, never before, so that no stream can hold
//! credit that another stream's data could use. Capacity that is advertised for a reservation is a
//! hint: the application learns how much it may hand over, so that what is buffered stays close to
//! what the window takes. Capacity is advertised while the window exceeds the sum of sendable and
//! advertised octets. Beyond that, streams get it in turn. Advertised capacity that is not used
//! keeps no stream from sending.
//!
//! A stream is exhausted once its advertised capacity is all that the window is worth. It gets no
//! more until the window is twice as large, or as large as all that the stream wants. Between two
//! events of its own a stream therefore gets capacity in turn only a few times, and streams that
//! reserve and do not send cost the others nothing.
//!
//! A stream is in one send queue at most. The queues are served in rotation. Within a queue,
//! streams take turns of a quantum.

#[cfg(feature = "__invariants")]
mod audit;
mod capacity;
mod fair_queueing;
mod outgoing;
mod pass;
mod payload;
mod promises;
mod queues;
#[cfg(test)]
mod scale_tests;
mod stall;
mod window;

pub(crate) use self::outgoing::Outgoing;
pub(crate) use self::payload::Prioritized;

use self::fair_queueing::{VirtualTime, QUANTUM, SMALL_PIECE};
use self::outgoing::{Head, Wait};
use self::promises::Promises;
use self::queues::{SendQueue, SendQueues};
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

/// The state of the scheduler of a connection. All sizes are in octets.
#[derive(Debug)]
pub(super) struct Scheduler {
    /// The connection's window.
    window: Window,
    /// The sum of the sendable octets of all streams.
    sendable: u64,
    /// The sum of the advertised capacity of all streams.
    advertised: u64,
    /// Capacity advertised since the last write pass ended. Its applications may not have run yet.
    advertised_lately: u64,
    /// Write passes in a row after which no application used the capacity that was advertised in
    /// turn. Each doubles what the next pass may advertise.
    idle_passes: u32,
    another_pass: bool,
    /// While set, credit that a stream gives up is not advertised to others, because these may have
    /// to give it up next.
    advertise_later: bool,
    queues: SendQueues,
    /// Promises are sent before all else and in the order in which they were made, because the
    /// numbers of new streams may not fall (RFC 9113 section 5.1.1).
    promises: Promises,
    /// The queue that was served last, as an index into the rotation.
    served: usize,
    virtual_time: VirtualTime,
    /// The last request whose HEADERS were written.
    last_opened: StreamId,
    /// The streams whose DATA the codec is writing, if more of the same buffer follows.
    in_flight: Vec<Key>,
    /// Handed over and not in frames yet.
    buffered: u64,
    /// What of it is of streams that may not send yet. The budget does not count it: it would keep
    /// streams that may send from making room.
    apart: u64,
    /// The limit of what is buffered and advertised, if there is one.
    budget: u64,
    /// What a stream may buffer.
    max_buffer_size: usize,
    /// Since when the connection's window is spent while some stream could use more.
    stalled: Option<Instant>,
    /// Whether the connection is woken when a stream begins to wait for window: it has a deadline
    /// for that.
    wakes_on_stall: bool,
    record: Record,
}

impl Scheduler {
    pub(super) fn new(config: &Config) -> Self {
        Scheduler {
            window: Window::new(config.remote_init_window_sz),
            sendable: 0,
            advertised: 0,
            advertised_lately: 0,
            idle_passes: 0,
            another_pass: false,
            advertise_later: false,
            queues: SendQueues::default(),
            promises: Promises::default(),
            served: 0,
            virtual_time: VirtualTime::default(),
            last_opened: StreamId::ZERO,
            in_flight: Vec::new(),
            buffered: 0,
            apart: 0,
            budget: u64::MAX,
            max_buffer_size: config.local_max_buffer_size,
            stalled: None,
            wakes_on_stall: false,
            record: Record::default(),
        }
    }

    /// Limits what all streams may buffer.
    pub(crate) fn limit_buffer(&mut self, octets: usize) {
        self.budget = octets as u64;
    }

    /// Sets whether the connection is woken when a stream begins to wait for window.
    pub(crate) fn wake_on_stall(&mut self, enabled: bool) {
        self.wakes_on_stall = enabled;
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
        tracing::trace!(stream = u32::from(promise.promised_id()), "promise queued");
        self.promises.push(promise);
        wake(task);
    }

    /// Lets a new stream wait until the peer's limit of concurrent streams takes it.
    pub(super) fn queue_open(&mut self, stream: &mut Ptr) {
        tracing::trace!(stream = u32::from(stream.id), "stream waits to be opened");
        self.queues.place(stream, Some(SendQueue::Open));
    }

    /// Whether streams wait for the peer's limit of concurrent ones.
    pub(super) fn has_queued_streams(&self) -> bool {
        self.queues.len(SendQueue::Open) > 0
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
        let taken_up = stream.outgoing.advertised.min(octets as WindowSize);
        stream.outgoing.advertised -= taken_up;
        self.advertised -= u64::from(taken_up);
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

    /// Asks for capacity of `octets` beyond what was handed over. Less than before gives capacity
    /// back.
    pub(super) fn reserve(&mut self, octets: WindowSize, stream: &mut Ptr, task: &mut Option<Waker>) {
        if octets > stream.outgoing.reserved && stream.state.is_send_closed() {
            return;
        }
        tracing::trace!(stream = u32::from(stream.id), octets, "capacity reserved");
        stream.outgoing.reserved = octets;
        self.settle(stream, task);
    }

    /// The stream's reset was scheduled: what it has queued is sent or discarded first.
    pub(super) fn reset_scheduled(&mut self, stream: &mut Ptr, task: &mut Option<Waker>) {
        stream.outgoing.reserved = 0;
        self.settle(stream, task);
    }

    /// Lets go of a stream that its peer never heard of, without a frame. What it has queued goes
    /// in the next write pass.
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
        tracing::trace!(stream = u32::from(stream.id), octets, "stream window grows");
        let before = self.could_send(stream);
        stream.outgoing.window.grow(octets)?;
        if self.could_send(stream) != before {
            self.settle(stream, task);
        }
        Ok(())
    }

    /// Shrinks a stream's window. [`Self::windows_shrank`] advertises what that frees, once for all
    /// streams.
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
            self.advertise_later = true;
            self.settle(stream, task);
            self.advertise_later = false;
        }
        Ok(())
    }

    /// Returns all that the stream's window decides: whether anything may be sent, the sendable
    /// octets, and the limit of capacity. While these stay the same, so do the queue and the stall
    /// of the stream.
    #[inline]
    fn could_send(&self, stream: &Stream) -> (bool, WindowSize, WindowSize) {
        if stream.demand() == 0 {
            return (false, 0, 0);
        }
        (stream.outgoing.window.octets() > 0, stream.sendable(), stream.capacity_limit(self.max_buffer_size))
    }

    /// Advertises what shrunken windows freed.
    pub(super) fn windows_shrank(&mut self, store: &mut Store, task: &mut Option<Waker>) {
        self.settle_capacity(store, task);
    }

    pub(super) fn grow_connection(&mut self, octets: WindowSize, store: &mut Store) -> Result<(), Reason> {
        self.window.grow(octets)?;
        tracing::trace!(octets, window = self.window.octets(), "connection window grew");
        self.connection_resumes();
        self.advertise_free(store);
        Ok(())
    }

    /// Discards what the stream has queued.
    pub(super) fn clear<B>(&mut self, buffer: &mut Buffer<Frame<B>>, stream: &mut Ptr, task: &mut Option<Waker>) {
        tracing::trace!(stream = u32::from(stream.id), octets = stream.buffered_send_data, "queue cleared");
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
        if std::mem::take(&mut stream.outgoing.is_in_flight) {
            self.in_flight.retain(|key| *key != stream.key());
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

    /// Ends all waits, because the connection is over.
    pub(super) fn close(&mut self, store: &mut Store, counts: &mut Counts) {
        use SendQueue::*;
        self.withdraw_promises(store, &mut None);
        for queue in [Open, Control, SmallData, BulkData, SmallAsk, BulkAsk, Exhausted] {
            while let Some(first) = self.queues.any(queue) {
                let mut stream = store.resolve(first);
                let was_retained = stream.is_pending_reset_expiration();
                self.queues.place(&mut stream, None);
                self.end_stall(&mut stream, StallEnd::ConnectionEnded);
                stream.outgoing.withdrawn = false;
                if let Some(reason) = stream.state.get_scheduled_reset() {
                    stream.set_reset(reason, Initiator::Library);
                    counts.stream_over(&mut stream);
                }
                counts.transition_after(stream, was_retained);
            }
        }
        self.connection_over();
    }

    #[inline]
    fn append<B>(&mut self, frame: Frame<B>, kind: Head, buffer: &mut Buffer<Frame<B>>, stream: &mut Ptr) {
        tracing::trace!(stream = u32::from(stream.id), buffered = stream.buffered_send_data, "frame queued");
        // While a part of the first frame is being written, that frame is the head.
        if stream.outgoing.head == Head::Nothing {
            stream.outgoing.head = kind;
        }
        stream.pending_send.push_back(buffer, frame);
    }

    /// Updates the accounting and the send queue of a stream after anything about it changed, and
    /// wakes the connection if there is something to do.
    fn settle(&mut self, stream: &mut Ptr, task: &mut Option<Waker>) {
        let entry = &mut **stream;
        let limit = self.settle_accounting(entry);
        let before = entry.outgoing.links.queue();
        let queue = self.queue_for(entry, limit);
        if entry.outgoing.awaits_drain && !entry.has_unsent() {
            entry.outgoing.awaits_drain = false;
            entry.notify_send();
        }
        // A stream that asks gets what other streams were advertised and do not use.
        let (has_work, may_wait) = match queue {
            Some(SendQueue::Control) => (true, false),
            Some(queue) if queue.is_data() => (self.window.octets() > 0, self.window.octets() == 0),
            Some(SendQueue::SmallAsk | SendQueue::BulkAsk) => (self.credit() > 0, true),
            Some(SendQueue::Exhausted) => (false, true),
            // The end of a write pass shows whether the stream limit admits it.
            Some(_) => (false, false),
            // A stream in flight is settled again when the codec gives its rest back.
            None => (false, entry.demand() > 0 && !entry.outgoing.is_in_flight),
        };
        let is_noted = may_wait || entry.outgoing.stall.is_some();
        let was_apart = entry.outgoing.apart;
        let misplaced = queue.filter(|queue| entry.outgoing.is_misplaced(*queue, limit));
        if queue != before {
            self.queues.place(stream, queue);
            if was_apart {
                self.set_apart(stream);
            }
        } else if let Some(queue) = misplaced {
            self.queues.requeue(stream, queue);
        }
        let is_stalled = is_noted && self.note_stall(stream, queue);
        if has_work || (is_stalled && self.wakes_on_stall) {
            wake(task);
        }
        if self.asking() > 0 && !self.advertise_later {
            self.settle_capacity(stream.store_mut(), task);
        }
    }

    /// Decides whether the budget counts what the stream buffers: not while the stream may not
    /// send. A stream that buffers something and may send can do so until it ends.
    #[inline]
    fn set_apart(&mut self, stream: &mut Stream) {
        let apart = !stream.is_send_ready() || stream.outgoing.withdrawn;
        if apart != stream.outgoing.apart {
            stream.outgoing.apart = apart;
            let octets = stream.buffered_send_data as u64;
            self.apart = if apart { self.apart + octets } else { self.apart - octets };
        }
    }

    /// Updates the sendable octets and the advertised capacity of a stream. Returns the limit of
    /// its capacity.
    fn settle_accounting(&mut self, stream: &mut Stream) -> WindowSize {
        let outgoing = &stream.outgoing;
        if stream.buffered_send_data == 0
            && outgoing.reserved == 0
            && outgoing.sendable == 0
            && outgoing.advertised == 0
        {
            // Most frames are of streams without a body under way.
            return 0;
        }
        if stream.outgoing.apart {
            self.set_apart(stream);
        }
        let sendable = stream.sendable();
        self.sendable = self.sendable - u64::from(stream.outgoing.sendable) + u64::from(sendable);
        stream.outgoing.sendable = sendable;

        let limit = stream.capacity_limit(self.max_buffer_size);
        let beyond = stream.outgoing.advertised.saturating_sub(limit);
        stream.outgoing.advertised -= beyond;
        self.advertised -= u64::from(beyond);

        // Streams that ask go before one that has data already.
        if self.asking() == 0 {
            self.advertise(self.free().min(limit - stream.outgoing.advertised), stream);
        }
        limit
    }

    /// Returns the queue for a stream. A stream that waits for the same thing as before keeps its
    /// place.
    fn queue_for(&self, stream: &mut Stream, limit: WindowSize) -> Option<SendQueue> {
        use SendQueue::*;
        let queue = match (stream.waits_for(limit)?, stream.outgoing.links.queue()) {
            (Wait::Open, _) => Open,
            (Wait::Turn, _) => Control,
            (Wait::Credit, Some(queue @ (SmallData | BulkData)))
            | (Wait::Capacity, Some(queue @ (SmallAsk | BulkAsk))) => queue,
            (Wait::Capacity, Some(Exhausted)) if !stream.outgoing.is_misplaced(Exhausted, limit) => Exhausted,
            (wait, before) => {
                if !before.is_some_and(SendQueue::takes_credit) {
                    let unused = stream.outgoing.flow_time.arrive(&self.virtual_time);
                    stream.outgoing.recent.pause(unused);
                }
                let is_last = wait == Wait::Capacity || stream.state.is_send_closed();
                let most = if is_last { QUANTUM } else { SMALL_PIECE };
                let small = stream.outgoing.recent.is_small(stream.demand(), most);
                match (wait, small) {
                    (Wait::Credit, true) => SmallData,
                    (Wait::Credit, false) => BulkData,
                    (_, true) => SmallAsk,
                    (_, false) => BulkAsk,
                }
            }
        };
        Some(queue)
    }

    /// Returns the number of streams that ask for capacity.
    #[inline]
    fn asking(&self) -> usize {
        self.queues.len(SendQueue::SmallAsk)
            + self.queues.len(SendQueue::BulkAsk)
            + self.queues.len(SendQueue::Exhausted)
    }

    /// Returns the number of streams that want to send and are queued for it.
    #[inline]
    fn active(&self) -> usize {
        self.asking() + self.queues.len(SendQueue::SmallData) + self.queues.len(SendQueue::BulkData)
    }
}

/// Wakes the connection to write.
fn wake(task: &mut Option<Waker>) {
    if let Some(task) = task.take() {
        task.wake();
    }
}
