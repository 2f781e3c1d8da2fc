//! Fair queueing with equal weights. Times are in octets. The flow time of a stream advances by
//! what the stream sends. The virtual time of the connection advances by what is sent, divided by
//! the number of queued streams. A stream whose flow time is ahead of the virtual time lets other
//! streams go first. A stream that has sent little since its last pause goes before all of these.

use super::super::store::{Key, Resolve, Store};
use super::{Scheduler, SendQueue};
use crate::proto::WindowSize;

/// How far a stream may be ahead, and how much capacity is advertised at a time, in octets: one
/// frame of the size that every peer takes (RFC 9113 section 4.2).
pub(super) const QUANTUM: WindowSize = 16_384;

/// How much data goes first on a stream that may send more later, in octets. The first piece of a
/// large body is mostly larger.
pub(super) const SMALL_PIECE: WindowSize = QUANTUM / 4;

/// How far the virtual time may be behind a stream that is served, in octets. Other streams make up
/// for no more than this.
const MAX_AHEAD: u64 = 8 * QUANTUM as u64;

/// The flow time of a stream.
#[derive(Debug, Default)]
pub(super) struct FlowTime {
    used_until: u64,
}

/// Octets that a stream sent and no pause has made up for, a quantum at most.
#[derive(Debug, Default)]
pub(super) struct Recent(u16);

/// The virtual time of a connection.
#[derive(Debug, Default)]
pub(super) struct VirtualTime {
    now: u64,
    /// Octets sent that were fewer than the number of queued streams.
    rest: u64,
}

impl FlowTime {
    /// Brings a stream that is queued anew up to the virtual time, so that a pause saves nothing
    /// up. Returns the octets that the stream did not send of its share.
    #[inline]
    pub(super) fn arrive(&mut self, virtual_time: &VirtualTime) -> u64 {
        let unused = virtual_time.now.saturating_sub(self.used_until);
        self.used_until += unused;
        unused
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

impl Recent {
    /// Makes up for octets that the stream did not send of its share.
    #[inline]
    pub(super) fn pause(&mut self, unused: u64) {
        self.0 = self.0.saturating_sub(unused.min(u64::from(QUANTUM)) as u16);
    }

    #[inline]
    pub(super) fn send(&mut self, octets: WindowSize) {
        self.0 = (u32::from(self.0) + octets).min(QUANTUM) as u16;
    }

    /// Whether a stream goes first with so many octets: with what it has sent lately they are no
    /// more than `most`. The octets alone do not tell a small message from the next piece of a
    /// large one.
    #[inline]
    pub(super) fn is_small(&self, octets: usize, most: WindowSize) -> bool {
        usize::from(self.0) + octets <= most as usize
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
            assert_eq!(flow_time.used_until, virtual_time.now);
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
        assert!(greedy.is_due(0, &virtual_time) && greedy.used_until > virtual_time.now);
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
        assert!(idle.used_until > virtual_time.now);
    }

    #[test]
    fn small_messages_are_small_until_they_are_a_quantum_together_and_again_after_a_pause() {
        let mut recent = Recent::default();
        for _ in 0..16 {
            assert!(recent.is_small(1024, QUANTUM) && !recent.is_small(QUANTUM as usize + 1, QUANTUM));
            recent.send(1024);
        }
        recent.pause(0);
        assert!(!recent.is_small(1, QUANTUM));
        recent.pause(u64::MAX);
        recent.send(u32::MAX >> 1);
        recent.pause(1024);
        assert!(recent.is_small(1024, QUANTUM) && !recent.is_small(1025, QUANTUM));
    }

    #[test]
    fn a_stream_that_uses_its_share_is_never_small_again() {
        let mut streams = [(); 10].map(|()| (FlowTime::default(), Recent::default()));
        let mut virtual_time = VirtualTime::default();
        for round in 0..100 {
            for (flow_time, recent) in &mut streams {
                recent.pause(flow_time.arrive(&virtual_time));
                assert_eq!(recent.is_small(1, QUANTUM), round == 0);
                flow_time.charge(QUANTUM, 10, &mut virtual_time);
                recent.send(QUANTUM);
            }
        }
    }
}
