//! Capacity: how much of it is free, and how it is advertised to streams that ask.

use super::*;

impl Scheduler {
    /// Advertises free credit to streams that ask, and wakes the connection if exhausted streams
    /// may get more in turn.
    pub(super) fn settle_capacity(&mut self, store: &mut Store, task: &mut Option<Waker>) {
        self.advertise_free(store);
        if self.exhausted_are_due() {
            wake(task);
        }
    }

    /// Returns the part of the connection's window that is neither sendable nor advertised, within
    /// the budget.
    #[inline]
    pub(super) fn free(&self) -> WindowSize {
        let window = u64::from(self.window.octets()).saturating_sub(self.sendable + self.advertised);
        window.min(self.unspent()) as WindowSize
    }

    /// What of the buffered octets counts against the budget.
    #[inline]
    pub(super) fn charged(&self) -> u64 {
        self.buffered.saturating_sub(self.apart)
    }

    /// Returns what may be buffered and advertised yet.
    #[inline]
    pub(super) fn unspent(&self) -> u64 {
        self.budget.saturating_sub(self.charged() + self.advertised)
    }

    /// Returns what could be advertised if nothing was sendable or advertised.
    pub(super) fn credit(&self) -> WindowSize {
        u64::from(self.window.octets()).min(self.budget.saturating_sub(self.charged())) as WindowSize
    }

    /// Returns how much capacity a stream may get in turn, free or not. No stream gets more than
    /// the window. Beyond the budget only a stream without capacity gets a little, because other
    /// streams do not use theirs.
    pub(super) fn room(&self, outgoing: &Outgoing, limit: WindowSize) -> WindowSize {
        let window = self.window.octets();
        if window < outgoing.exhausted_below(limit) {
            return 0;
        }
        match self.unspent() {
            0 if outgoing.advertised > 0 => 0,
            0 => self.credit().min(QUANTUM),
            unspent => u64::from(window.saturating_sub(outgoing.advertised)).min(unspent) as WindowSize,
        }
    }

    /// Whether the window is large enough for an exhausted stream to get more in turn.
    #[inline]
    pub(super) fn exhausted_are_due(&self) -> bool {
        let lowest = self.queues.lowest(SendQueue::Exhausted);
        lowest.is_some_and(|(least, _)| least <= u64::from(self.window.octets()) && self.unspent() > 0)
    }

    pub(super) fn advertise(&mut self, octets: WindowSize, stream: &mut Stream) {
        if octets > 0 {
            stream.outgoing.advertised += octets;
            stream.outgoing.grew = true;
            self.advertised += u64::from(octets);
            self.advertised_lately += u64::from(octets);
            let capacity = stream.outgoing.advertised;
            tracing::trace!(stream = u32::from(stream.id), octets, capacity, "capacity advertised");
            self.note_advertised(stream);
            stream.notify_send();
        }
    }

    /// Advertises free credit to streams that ask.
    pub(super) fn advertise_free(&mut self, store: &mut Store) {
        while let free @ 1.. = self.free() {
            let next = self.next_due(SendQueue::SmallAsk, store).or_else(|| self.next_due(SendQueue::BulkAsk, store));
            let Some(next) = next.or(self.queues.any(SendQueue::Exhausted)) else { return };
            self.advertise_to(next, free.min(self.part(free)), false, store);
        }
    }

    /// Returns how much capacity is advertised at a time: a quantum, or an even part of `credit` if
    /// that is more.
    pub(super) fn part(&self, credit: WindowSize) -> WindowSize {
        QUANTUM.max(credit / self.asking() as WindowSize)
    }

    /// Advertises `octets`, or less if the stream wants less, to a stream that asks. `exhausts`
    /// says that it is all the window is worth.
    pub(super) fn advertise_to(&mut self, next: Key, octets: WindowSize, exhausts: bool, store: &mut Store) {
        let mut stream = store.resolve(next);
        let limit = stream.capacity_limit(self.max_buffer_size);
        self.advertise(octets.min(limit - stream.outgoing.advertised), &mut stream);
        match stream.outgoing.links.queue() {
            _ if stream.outgoing.advertised == limit => self.queues.place(&mut stream, None),
            Some(queue) if queue != SendQueue::Exhausted && !exhausts => self.queues.requeue(&mut stream, queue),
            _ => self.exhaust(&mut stream, limit),
        }
    }

    /// Ranks a stream until the window is worth more than its advertised capacity.
    pub(super) fn exhaust(&mut self, stream: &mut Ptr, limit: WindowSize) {
        let rank = stream.outgoing.rank(SendQueue::Exhausted, limit);
        self.queues.rank(stream, SendQueue::Exhausted, rank);
    }
}
