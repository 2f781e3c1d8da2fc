//! A write pass: hands frames to the codec until the codec is full or nothing may be sent.

use super::super::{BufferStatus, Codec};
use super::*;

use tokio::io::AsyncWrite;

/// The order in which queues take turns. [`SendQueue::Open`] goes before all.
const ROTATION: [SendQueue; 5] =
    [SendQueue::Control, SendQueue::SmallData, SendQueue::SmallAsk, SendQueue::BulkData, SendQueue::BulkAsk];

/// What was handed to the codec.
enum Written {
    Data,
    Other,
}

fn write<T, B>(frame: Frame<Prioritized<B>>, codec: &mut Codec<T, Prioritized<B>>) -> Written
where
    T: AsyncWrite + Unpin,
    B: Buf,
{
    let written = if matches!(frame, Frame::Data(_)) { Written::Data } else { Written::Other };
    codec.buffer(frame).expect("frames are made no larger than the peer takes");
    written
}

impl Scheduler {
    pub(crate) fn buffer_pending<T, B>(
        &mut self,
        buffer: &mut Buffer<Frame<B>>,
        store: &mut Store,
        counts: &mut Counts,
        codec: &mut Codec<T, Prioritized<B>>,
    ) -> BufferStatus
    where
        T: AsyncWrite + Unpin,
        B: Buf,
    {
        self.reclaim(buffer, store, codec);
        while codec.has_send_capacity() {
            match self.write_frame(buffer, store, counts, codec) {
                Some(Written::Data) => {
                    codec.frame_counter().log_windows(|_, stream| self.windows(stream, store));
                    // A small frame is in the codec's buffer already.
                    self.reclaim(buffer, store, codec);
                }
                Some(Written::Other) => {}
                None => {
                    self.end_pass(store);
                    return BufferStatus::Complete;
                }
            }
        }
        BufferStatus::CodecFull
    }

    /// Takes back what the codec did not write of buffers. Returns whether there is more of one.
    pub(crate) fn reclaim<T, B: Buf>(
        &mut self,
        buffer: &mut Buffer<Frame<B>>,
        store: &mut Store,
        codec: &mut Codec<T, Prioritized<B>>,
    ) -> bool {
        let mut has_more = false;
        while let Some(frame) = codec.take_last_data_frame() {
            let Some(key) = frame.payload().rest_of else { continue };
            // Without a stream: it was cleared in the meantime.
            let Some(at) = self.in_flight.iter().position(|stream| *stream == key) else { continue };
            self.in_flight.remove(at);
            let mut end_stream = false;
            let mut frame = frame.map(|payload| {
                end_stream = payload.end_stream;
                payload.octets.into_inner()
            });
            frame.set_end_stream(end_stream);
            let mut stream = store.resolve(key);
            stream.pending_send.push_front(buffer, frame.into());
            stream.outgoing.is_in_flight = false;
            self.settle(&mut stream, &mut None);
            has_more = true;
        }
        has_more
    }

    /// Whether there may be credit for streams that ask, which other streams were advertised and do
    /// not use.
    pub(crate) fn wants_another_pass(&self) -> bool {
        self.another_pass
    }

    fn end_pass(&mut self, store: &mut Store) {
        self.note_waiting(store);
        // Applications that were advertised capacity run first. If they do not use it, the next
        // pass advertises twice as much, so that the number of passes is logarithmic in the number
        // of streams.
        self.another_pass = self.asks_are_due() && self.credit() > 0 && self.advertised_lately > 0;
        self.idle_passes = if self.another_pass { (self.idle_passes + 1).min(31) } else { 0 };
        self.advertised_lately = 0;
    }

    /// Hands the next frame to the codec, if there is one that may be sent.
    fn write_frame<T, B>(
        &mut self,
        buffer: &mut Buffer<Frame<B>>,
        store: &mut Store,
        counts: &mut Counts,
        codec: &mut Codec<T, Prioritized<B>>,
    ) -> Option<Written>
    where
        T: AsyncWrite + Unpin,
        B: Buf,
    {
        if let Some(promise) = self.promises.pop() {
            self.announce(promise.promised_id(), store, counts);
            return Some(write(Frame::PushPromise(promise), codec));
        }
        loop {
            let queue = self.next_queue(counts)?;
            if queue.is_ask() {
                self.advertise_in_turn(queue, store);
                continue;
            }
            let next = if queue.is_data() { self.next_due(queue, store)? } else { self.queues.first(queue)? };
            let mut stream = store.resolve(next);
            if queue == SendQueue::Open {
                self.queues.place(&mut stream, None);
                counts.inc_num_send_streams(&mut stream);
                self.last_opened = stream.id;
                tracing::trace!(stream = u32::from(stream.id), "stream opened");
                stream.notify_send();
            }
            let written = self.write_frame_of(&mut stream, buffer, counts, codec);
            #[cfg(feature = "__invariants")]
            self.audit_turn(&stream, written.is_some());
            if stream.is_closed() {
                let was_retained = stream.is_pending_reset_expiration();
                counts.transition_after(stream, was_retained);
            }
            if written.is_some() {
                return written;
            }
        }
    }

    /// Whether a client has written the HEADERS of neither this request nor a later one. To the
    /// peer its stream is idle (RFC 9113 section 5.1).
    pub(in crate::proto::streams) fn is_unopened_request(&self, id: StreamId) -> bool {
        id.is_client_initiated() && id > self.last_opened
    }

    /// Returns the queue whose turn it is.
    fn next_queue(&mut self, counts: &Counts) -> Option<SendQueue> {
        if self.queues.len(SendQueue::Open) > 0 && counts.can_inc_num_send_streams() {
            return Some(SendQueue::Open);
        }
        if self.active() == 0 {
            return (self.queues.len(SendQueue::Control) > 0).then_some(SendQueue::Control);
        }
        for _ in ROTATION {
            self.served = if self.served + 1 == ROTATION.len() { 0 } else { self.served + 1 };
            let queue = ROTATION[self.served];
            if self.queues.len(queue) > 0 && self.may_serve(queue) {
                return Some(queue);
            }
        }
        // Exhausted streams have capacity already, so that the others go first.
        (self.exhausted_are_due() && self.may_serve(SendQueue::Exhausted)).then_some(SendQueue::Exhausted)
    }

    fn may_serve(&self, queue: SendQueue) -> bool {
        match queue {
            SendQueue::Control => true,
            SendQueue::SmallData | SendQueue::BulkData => self.window.octets() > 0,
            SendQueue::Open => false,
            SendQueue::SmallAsk | SendQueue::BulkAsk | SendQueue::Exhausted => {
                u64::from(self.credit()) << self.idle_passes > self.advertised_lately && self.capacity_is_due()
            }
        }
    }

    /// Whether there are streams that may get capacity in turn, as far as is known.
    fn asks_are_due(&self) -> bool {
        self.queues.len(SendQueue::SmallAsk) + self.queues.len(SendQueue::BulkAsk) > 0 || self.exhausted_are_due()
    }

    /// Whether streams that ask get credit that is not free. Other streams were advertised it and
    /// do not use it, or hand over more than there is credit for, so that none would ever be free.
    fn capacity_is_due(&self) -> bool {
        let queued = self.queues.len(SendQueue::SmallData) + self.queues.len(SendQueue::BulkData);
        let has_data = queued + self.in_flight.len() > 0;
        !has_data || self.sendable > u64::from(self.window.octets())
    }

    /// Advertises a quantum in all to streams that ask, free or not. A stream without capacity gets
    /// a part of the window. A stream with capacity gets all that there is room for.
    fn advertise_in_turn(&mut self, queue: SendQueue, store: &mut Store) {
        let before = self.advertised_lately;
        while self.advertised_lately - before < u64::from(QUANTUM) {
            let next = match queue {
                SendQueue::Exhausted if !self.exhausted_are_due() => None,
                SendQueue::Exhausted => self.queues.any(queue),
                queue => self.next_due(queue, store),
            };
            let Some(next) = next else { return };
            let mut stream = store.resolve(next);
            let limit = stream.capacity_limit(self.max_buffer_size);
            match self.room(&stream.outgoing, limit) {
                0 => self.exhaust(&mut stream, limit),
                room if stream.outgoing.advertised > 0 => self.advertise_to(next, room, true, store),
                room => self.advertise_to(next, room.min(self.part(self.credit())), false, store),
            }
        }
    }

    /// Hands the next frame of a stream to the codec, if it still has one to send. Frames are
    /// large, so that they go from the queue to the codec directly and not through the callers.
    fn write_frame_of<T, B>(
        &mut self,
        stream: &mut Ptr,
        buffer: &mut Buffer<Frame<B>>,
        counts: &mut Counts,
        codec: &mut Codec<T, Prioritized<B>>,
    ) -> Option<Written>
    where
        T: AsyncWrite + Unpin,
        B: Buf,
    {
        // A reset takes the place of DATA, and of everything where the peer counts no stream yet.
        let entry = &mut **stream;
        let discards = entry.is_cancelled() && {
            let never_opened = !entry.is_counted && counts.peer().is_local_init(entry.id);
            entry.outgoing.head == Head::Data || never_opened
        };
        if entry.outgoing.withdrawn || discards {
            entry.outgoing.is_cleared = true;
            self.clear(buffer, stream, &mut None);
        }
        let was_data = stream.outgoing.head == Head::Data;
        let written = match stream.pending_send.pop_front(buffer) {
            Some(Frame::Data(frame)) => {
                let frame = self.cut(frame, stream, codec, counts);
                Some(write(Frame::Data(frame), codec))
            }
            Some(Frame::Headers(headers)) => Some(write(Frame::Headers(headers), codec)),
            Some(Frame::Reset(reset)) => {
                self.reset_sent(&reset, &stream.state);
                Some(write(Frame::Reset(reset), codec))
            }
            Some(frame) => Some(write(frame.map(|_| unreachable!("only DATA has a payload")), codec)),
            None => stream.state.get_scheduled_reset().and_then(|reason| {
                stream.set_reset(reason, Initiator::Library);
                // No frame may follow the ends of both sides (RFC 9113 section 5.1).
                let ended = reason == Reason::NO_ERROR && stream.outgoing.peer_ended;
                let reset = (!ended).then(|| frame::Reset::new(stream.id, reason));
                reset.iter().for_each(|reset| self.reset_sent(reset, &stream.state));
                counts.stream_over(stream);
                reset.map(|reset| write(Frame::Reset(reset), codec))
            }),
        };
        if !stream.outgoing.is_in_flight {
            let entry = &mut **stream;
            entry.outgoing.head = match entry.pending_send.front(buffer) {
                Some(Frame::Data(frame)) if frame.payload().has_remaining() => Head::Data,
                Some(_) => Head::Control,
                None => Head::Nothing,
            };
        }
        self.settle(stream, &mut None);
        if was_data {
            self.end_turn(stream);
        }
        written
    }

    /// Moves a stream that sent DATA behind the others of its queue.
    fn end_turn(&mut self, stream: &mut Ptr) {
        let outgoing = &stream.outgoing;
        if let Some(queue) = outgoing.links.queue().filter(|queue| queue.is_data()) {
            let small = queue == SendQueue::SmallData && outgoing.flow_time.is_due(0, &self.virtual_time);
            self.queues.requeue(stream, if small { SendQueue::SmallData } else { SendQueue::BulkData });
        }
    }

    /// Returns the number of streams that share the connection: those that want to send, and those
    /// whose rest the codec has.
    #[inline]
    pub(super) fn sharing(&self) -> usize {
        self.active() + self.in_flight.len()
    }

    /// Returns how many octets a stream may send in its turn: one frame, or several if it shares
    /// the connection with few others. Of octets that are not in one piece it is one frame: only
    /// one piece can be split into frames without a copy.
    fn turn<T, B>(&self, data: &B, codec: &Codec<T, Prioritized<B>>) -> usize
    where
        T: AsyncWrite + Unpin,
        B: Buf,
    {
        let (frame, most) = (codec.max_send_frame_size(), codec.max_send_payload());
        if data.chunk().len() < data.remaining().min(most) {
            return frame;
        }
        // Streams that have HEADERS to send may have DATA behind them.
        let sharing = self.sharing() + self.queues.len(SendQueue::Control);
        (most / sharing.max(1) / frame).max(1) * frame
    }

    /// Cuts DATA to what may be sent now, and updates the accounting.
    fn cut<T, B>(
        &mut self,
        mut frame: frame::Data<B>,
        stream: &mut Ptr,
        codec: &Codec<T, Prioritized<B>>,
        counts: &mut Counts,
    ) -> frame::Data<Prioritized<B>>
    where
        T: AsyncWrite + Unpin,
        B: Buf,
    {
        let key = stream.key();
        let (sharing, turn) = (self.sharing(), self.turn(frame.payload(), codec));
        let stream = &mut **stream;
        let whole = frame.payload().remaining();
        let credit = self.window.octets().min(stream.outgoing.window.octets());
        let len = whole.min(turn).min(credit as usize);
        let octets = len as WindowSize;
        debug_assert!(len > 0 || whole == 0, "a stream without credit was in a queue for it");

        self.window.spend(octets);
        stream.outgoing.window.spend(octets);
        stream.buffered_send_data -= len;
        self.buffered -= len as u64;
        stream.outgoing.flow_time.charge(octets, sharing, &mut self.virtual_time);
        stream.outgoing.recent.send(octets);
        counts.data_sent(len, credit - octets <= stream.outgoing.reserved);
        // The wait for what follows begins now.
        if stream.outgoing.stall.is_some() {
            self.end_stall(stream, StallEnd::Resumed);
        }

        tracing::trace!(stream = u32::from(stream.id), octets, left = whole - len, "DATA sent");
        let end_stream = frame.is_end_stream();
        let rest_of = (len < whole).then_some(key);
        if len < whole {
            frame.set_end_stream(false);
            stream.outgoing.is_in_flight = true;
            self.in_flight.push(key);
        }
        frame.map(|octets| Prioritized { octets: octets.take(len), end_stream, rest_of })
    }

    /// Queues the stream that a promise promised, once the promise is sent.
    fn announce(&mut self, promised: StreamId, store: &mut Store, counts: &mut Counts) {
        let mut promised = store.find_mut(&promised).expect("a promised stream is kept until its promise is sent");
        tracing::trace!(stream = u32::from(promised.id), "promise sent");
        promised.is_pending_push = false;
        let was_retained = promised.is_pending_reset_expiration();
        // A stream without a response is not counted yet, and one with nothing but a reset never.
        if !promised.pending_send.is_empty() && !promised.state.is_reset() {
            if counts.can_inc_num_send_streams() {
                counts.inc_num_send_streams(&mut promised);
            } else {
                self.queue_open(&mut promised);
            }
        }
        self.settle(&mut promised, &mut None);
        counts.transition_after(promised, was_retained);
    }
}
