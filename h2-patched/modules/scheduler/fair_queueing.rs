//! Who had how much. Octets are the time: it passes for a stream as it sends, and on the common virtual_time as fast as for one of
//! all who stand in line (weighted fair queueing with equal weights). Who is ahead of the virtual_time lets others go first.

use crate::proto::WindowSize;

/// What a stream may be ahead and what it is advertised at a time, in octets: one frame of the size that every peer takes
/// (RFC 9113 section 4.2).
pub(super) const QUANTUM: WindowSize = 16_384;

/// What others who want to send make up for at most, in octets, when a stream was served while it was ahead.
const MAX_AHEAD: u64 = 8 * QUANTUM as u64;

/// A stream's own time.
#[derive(Debug, Default)]
pub(super) struct FlowTime {
    used_until: u64,
}

/// The common time.
#[derive(Debug, Default)]
pub(super) struct VirtualTime {
    now: u64,
    /// Octets sent that were too few to be a tick for everybody.
    rest: u64,
}

impl FlowTime {
    /// It gets in line: what it left to others before is theirs.
    #[inline]
    pub(super) fn arrive(&mut self, virtual_time: &VirtualTime) {
        self.used_until = self.used_until.max(virtual_time.now);
    }

    /// Whether it had no more than others: it may go before all who did.
    #[inline]
    pub(super) fn is_fresh(&self, virtual_time: &VirtualTime) -> bool {
        self.used_until <= virtual_time.now
    }

    /// Where it is when it has sent what it was `advertised`.
    #[inline]
    pub(super) fn after(&self, advertised: WindowSize) -> u64 {
        self.used_until + u64::from(advertised)
    }

    /// Whether it had at most a quantum more than others when it has sent what it was `advertised`.
    #[inline]
    pub(super) fn is_due(&self, advertised: WindowSize, virtual_time: &VirtualTime) -> bool {
        virtual_time.is_due(self.after(advertised))
    }

    /// Octets were sent while `active` streams, this one among them, stood in line.
    pub(super) fn charge(&mut self, octets: WindowSize, active: usize, virtual_time: &mut VirtualTime) {
        self.used_until += u64::from(octets);
        let active = active.max(1) as u64;
        virtual_time.rest += u64::from(octets);
        virtual_time.now += virtual_time.rest / active;
        virtual_time.rest %= active;
    }
}

impl VirtualTime {
    /// Whether a stream that is at `until` had at most a quantum more than others.
    #[inline]
    pub(super) fn is_due(&self, until: u64) -> bool {
        until <= self.now + u64::from(QUANTUM)
    }

    /// A stream is served. Where it is ahead, the virtual_time does not stay behind for ever because of streams that stand in line
    /// and send nothing.
    #[inline]
    pub(super) fn catch_up(&mut self, flow_time: &FlowTime) {
        self.now = self.now.max(flow_time.used_until.saturating_sub(MAX_AHEAD));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_alone_is_never_ahead() {
        let (mut flow_time, mut virtual_time) = (FlowTime::default(), VirtualTime::default());
        for _ in 0..100 {
            flow_time.charge(QUANTUM, 1, &mut virtual_time);
            assert!(flow_time.is_fresh(&virtual_time));
        }
    }

    #[test]
    fn who_took_a_lump_lets_the_others_catch_up() {
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
