//! Fair queueing with equal weights. Times are in octets. The flow time of a stream advances by
//! what the stream sends. The virtual time of the connection advances by what is sent, divided by
//! the number of queued streams. A stream whose flow time is ahead of the virtual time lets other
//! streams go first.

use super::super::store::{Key, Resolve, Store};
use super::{Scheduler, SendQueue};
use crate::proto::WindowSize;

/// How far a stream may be ahead, and how much capacity is advertised at a time, in octets: one
/// frame of the size that every peer takes (RFC 9113 section 4.2).
pub(super) const QUANTUM: WindowSize = 16_384;

/// How far the virtual time may be behind a stream that is served, in octets. Other streams make up
/// for no more than this.
const MAX_AHEAD: u64 = 8 * QUANTUM as u64;

/// The flow time of a stream.
#[derive(Debug, Default)]
pub(super) struct FlowTime {
    used_until: u64,
}

/// The virtual time of a connection.
#[derive(Debug, Default)]
pub(super) struct VirtualTime {
    now: u64,
    /// Octets sent that were fewer than the number of queued streams.
    rest: u64,
}

impl FlowTime {
    /// Brings a stream that is queued anew up to the virtual time, so that a pause saves nothing
    /// up.
    #[inline]
    pub(super) fn arrive(&mut self, virtual_time: &VirtualTime) {
        self.used_until = self.used_until.max(virtual_time.now);
    }

    /// Whether the stream sent no more than others. It then goes first.
    #[inline]
    pub(super) fn is_fresh(&self, virtual_time: &VirtualTime) -> bool {
        self.used_until <= virtual_time.now
    }

    /// The flow time after the stream has sent its `advertised` capacity.
    #[inline]
    pub(super) fn after(&self, advertised: WindowSize) -> u64 {
        self.used_until + u64::from(advertised)
    }

    /// Whether the stream is at most a quantum ahead once it has sent its `advertised` capacity.
    #[inline]
    pub(super) fn is_due(&self, advertised: WindowSize, virtual_time: &VirtualTime) -> bool {
        virtual_time.is_due(self.after(advertised))
    }

    /// Records octets that the stream sent while `active` streams were queued, this one among them.
    pub(super) fn charge(&mut self, octets: WindowSize, active: usize, virtual_time: &mut VirtualTime) {
        self.used_until += u64::from(octets);
        let active = active.max(1) as u64;
        virtual_time.rest += u64::from(octets);
        virtual_time.now += virtual_time.rest / active;
        virtual_time.rest %= active;
    }
}

impl VirtualTime {
    /// Whether a stream with the flow time `until` is at most a quantum ahead.
    #[inline]
    pub(super) fn is_due(&self, until: u64) -> bool {
        until <= self.now + u64::from(QUANTUM)
    }

    /// Advances the virtual time when a stream is served that is far ahead. Otherwise queued
    /// streams that send nothing would keep the virtual time behind for ever.
    #[inline]
    pub(super) fn catch_up(&mut self, flow_time: &FlowTime) {
        self.now = self.now.max(flow_time.used_until.saturating_sub(MAX_AHEAD));
    }
}

impl Scheduler {
    /// Returns the stream of a queue whose turn it is: the first that is not ahead of the virtual
    /// time, or else the one that is the least ahead.
    pub(super) fn next_due(&mut self, queue: SendQueue, store: &mut Store) -> Option<Key> {
        let next = if self.queues.len(queue) <= 1 { self.queues.any(queue) } else { self.next_of_many(queue, store) }?;
        self.virtual_time.catch_up(&store[next].outgoing.flow_time);
        Some(next)
    }

    /// Ranks streams that are ahead, so that they are not visited again before the virtual time has
    /// caught up.
    pub(super) fn next_of_many(&mut self, queue: SendQueue, store: &mut Store) -> Option<Key> {
        if let Some((_, key)) = self.queues.lowest(queue).filter(|(rank, _)| self.virtual_time.is_due(*rank)) {
            self.queues.requeue(&mut store.resolve(key), queue);
        }
        while let Some(first) = self.queues.first(queue) {
            let mut stream = store.resolve(first);
            let rank = stream.outgoing.rank(queue, 0);
            if self.virtual_time.is_due(rank) {
                return Some(first);
            }
            self.queues.rank(&mut stream, queue, rank);
        }
        self.queues.any(queue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_stream_is_never_ahead() {
        let (mut flow_time, mut virtual_time) = (FlowTime::default(), VirtualTime::default());
        for _ in 0..100 {
            flow_time.charge(QUANTUM, 1, &mut virtual_time);
            assert!(flow_time.is_fresh(&virtual_time));
        }
    }

    #[test]
    fn a_stream_that_took_a_lump_lets_the_others_catch_up() {
        let (mut greedy, mut modest, mut virtual_time) =
            (FlowTime::default(), FlowTime::default(), VirtualTime::default());
        greedy.charge(4 * QUANTUM, 2, &mut virtual_time);
        assert!(!greedy.is_due(0, &virtual_time));
        for _ in 0..2 {
            assert!(modest.is_due(0, &virtual_time));
            modest.charge(QUANTUM, 2, &mut virtual_time);
        }
        assert!(greedy.is_due(0, &virtual_time) && !greedy.is_fresh(&virtual_time));
    }

    #[test]
    fn single_octets_among_many_move_the_clock() {
        let (mut flow_time, mut virtual_time) = (FlowTime::default(), VirtualTime::default());
        (0..1000).for_each(|_| flow_time.charge(1, 100, &mut virtual_time));
        assert_eq!(virtual_time.now, 10);
    }

    #[test]
    fn a_pause_saves_nothing_up() {
        let (mut idle, mut busy, mut virtual_time) = (FlowTime::default(), FlowTime::default(), VirtualTime::default());
        (0..100).for_each(|_| busy.charge(QUANTUM, 1, &mut virtual_time));
        idle.arrive(&virtual_time);
        idle.charge(2 * QUANTUM, 2, &mut virtual_time);
        assert!(!idle.is_fresh(&virtual_time));
    }
}
