//! Who had how much. Octets are the time: it passes for a stream as it sends, and on the common clock as fast as for one of
//! all who stand in line (weighted fair queueing with equal weights). Who is ahead of the clock lets others go first.

use crate::proto::WindowSize;

/// What a stream may be ahead and what it is offered at a time, in octets: one frame of the size that every peer takes
/// (RFC 9113 section 4.2).
pub(super) const QUANTUM: WindowSize = 16_384;

/// What others who want to send make up for at most, in octets, when a stream was served while it was ahead.
const MAX_AHEAD: u64 = 8 * QUANTUM as u64;

/// A stream's own time.
#[derive(Debug, Default)]
pub(super) struct Share {
    used_until: u64,
}

/// The common time.
#[derive(Debug, Default)]
pub(super) struct Clock {
    now: u64,
    /// Octets sent that were too few to be a tick for everybody.
    rest: u64,
}

impl Share {
    /// It gets in line: what it left to others before is theirs.
    #[inline]
    pub(super) fn arrive(&mut self, clock: &Clock) {
        self.used_until = self.used_until.max(clock.now);
    }

    /// Whether it had no more than others: it may go before all who did.
    #[inline]
    pub(super) fn is_fresh(&self, clock: &Clock) -> bool {
        self.used_until <= clock.now
    }

    /// Where it is when it has sent what it was `offered`.
    #[inline]
    pub(super) fn after(&self, offered: WindowSize) -> u64 {
        self.used_until + u64::from(offered)
    }

    /// Whether it had at most a quantum more than others when it has sent what it was `offered`.
    #[inline]
    pub(super) fn is_due(&self, offered: WindowSize, clock: &Clock) -> bool {
        clock.is_due(self.after(offered))
    }

    /// Octets were sent while `active` streams, this one among them, stood in line.
    pub(super) fn charge(&mut self, octets: WindowSize, active: usize, clock: &mut Clock) {
        self.used_until += u64::from(octets);
        let active = active.max(1) as u64;
        clock.rest += u64::from(octets);
        clock.now += clock.rest / active;
        clock.rest %= active;
    }
}

impl Clock {
    /// Whether a stream that is at `until` had at most a quantum more than others.
    #[inline]
    pub(super) fn is_due(&self, until: u64) -> bool {
        until <= self.now + u64::from(QUANTUM)
    }

    /// A stream is served. Where it is ahead, the clock does not stay behind for ever because of streams that stand in line
    /// and send nothing.
    #[inline]
    pub(super) fn catch_up(&mut self, share: &Share) {
        self.now = self.now.max(share.used_until.saturating_sub(MAX_AHEAD));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_alone_is_never_ahead() {
        let (mut share, mut clock) = (Share::default(), Clock::default());
        for _ in 0..100 {
            share.charge(QUANTUM, 1, &mut clock);
            assert!(share.is_fresh(&clock));
        }
    }

    #[test]
    fn who_took_a_lump_lets_the_others_catch_up() {
        let (mut greedy, mut modest, mut clock) = (Share::default(), Share::default(), Clock::default());
        greedy.charge(4 * QUANTUM, 2, &mut clock);
        assert!(!greedy.is_due(0, &clock));
        for _ in 0..2 {
            assert!(modest.is_due(0, &clock));
            modest.charge(QUANTUM, 2, &mut clock);
        }
        assert!(greedy.is_due(0, &clock) && !greedy.is_fresh(&clock));
    }

    #[test]
    fn single_octets_among_many_move_the_clock() {
        let (mut share, mut clock) = (Share::default(), Clock::default());
        (0..1000).for_each(|_| share.charge(1, 100, &mut clock));
        assert_eq!(clock.now, 10);
    }

    #[test]
    fn a_pause_saves_nothing_up() {
        let (mut idle, mut busy, mut clock) = (Share::default(), Share::default(), Clock::default());
        (0..100).for_each(|_| busy.charge(QUANTUM, 1, &mut clock));
        idle.arrive(&clock);
        idle.charge(2 * QUANTUM, 2, &mut clock);
        assert!(!idle.is_fresh(&clock));
    }
}
