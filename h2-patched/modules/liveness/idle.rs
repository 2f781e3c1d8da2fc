//! How long a connection may have no open stream, from how long it had none before.

use std::time::{Duration, Instant};

use crate::tuning::IdleTimeout;

/// The times without an open stream that are kept.
const GAPS: usize = 32;

/// What the streams of the last minutes are counted in.
const SLOT: Duration = Duration::from_secs(10);
const SLOTS: usize = 30;

/// The largest factor that bursts give.
const MAX_FACTOR: f64 = 2.5;

/// Times without an open stream, and how evenly streams were opened.
#[derive(Debug)]
pub(super) struct Idle {
    timeout: IdleTimeout,
    gaps: [Duration; GAPS],
    /// How many of them there are, and the place of the next one.
    len: usize,
    next: usize,
    /// Streams opened in each slot; the newest is that of `slot`.
    opened: [u32; SLOTS],
    slot: u64,
    since: Instant,
}

impl Idle {
    pub(super) fn new(timeout: IdleTimeout, now: Instant) -> Self {
        Idle { timeout, gaps: [Duration::ZERO; GAPS], len: 0, next: 0, opened: [0; SLOTS], slot: 0, since: now }
    }

    /// Streams were opened after a time without an open stream, if there was one.
    pub(super) fn streams_opened(&mut self, streams: u32, gap: Option<Duration>, now: Instant) {
        if let Some(gap) = gap {
            self.gaps[self.next] = gap;
            self.next = (self.next + 1) % GAPS;
            self.len = (self.len + 1).min(GAPS);
        }
        self.move_to(now);
        let newest = &mut self.opened[self.slot as usize % SLOTS];
        *newest = newest.saturating_add(streams);
    }

    /// Forgets the slots that are over since the last time.
    fn move_to(&mut self, now: Instant) {
        let slot = (now.saturating_duration_since(self.since).as_secs() / SLOT.as_secs()).max(self.slot);
        let passed = (slot - self.slot).min(SLOTS as u64);
        for step in 1..=passed {
            self.opened[(slot - passed + step) as usize % SLOTS] = 0;
        }
        self.slot = slot;
    }

    /// How long the connection may have no open stream from now on.
    pub(super) fn timeout(&mut self, now: Instant) -> Duration {
        let IdleTimeout { min, max } = self.timeout;
        if min == max || self.len == 0 {
            return max;
        }
        self.move_to(now);
        let usual = self.usual_gap().as_secs_f64() * self.burst_factor();
        Duration::try_from_secs_f64(usual).unwrap_or(max).clamp(min, max)
    }

    /// The 95th percentile of the gaps that are kept.
    fn usual_gap(&self) -> Duration {
        let mut gaps = self.gaps;
        let gaps = &mut gaps[..self.len];
        gaps.sort_unstable();
        let rank = (gaps.len() * 95).div_ceil(100).max(1);
        gaps.get(rank - 1).copied().unwrap_or(Duration::MAX)
    }

    /// The busiest slot over the mean of all.
    fn burst_factor(&self) -> f64 {
        let slots = (self.slot + 1).min(SLOTS as u64) as f64;
        let peak = self.opened.iter().copied().max().unwrap_or(0);
        let sum: f64 = self.opened.iter().copied().map(f64::from).sum();
        if peak == 0 {
            return MAX_FACTOR;
        }
        (f64::from(peak) * slots / sum).clamp(1.0, MAX_FACTOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A connection whose times without a stream are `gaps` long, in seconds, and the time after.
    fn after(gaps: impl IntoIterator<Item = u64>) -> (Idle, Instant) {
        let mut now = Instant::now();
        let mut idle = Idle::new(IdleTimeout::adaptive(seconds(10), seconds(3_600)), now);
        for gap in gaps {
            now += seconds(gap);
            idle.streams_opened(1, Some(seconds(gap)), now);
        }
        (idle, now)
    }

    #[test]
    fn a_connection_whose_use_is_not_known_gets_the_maximum() {
        let (mut idle, now) = after([]);
        assert_eq!(idle.timeout(now), seconds(3_600));
    }

    #[test]
    fn heartbeats_are_not_cut() {
        let (mut idle, now) = after([25; 100]);
        let timeout = idle.timeout(now);
        assert!(timeout > seconds(50) && timeout <= seconds(63), "{timeout:?}");
    }

    #[test]
    fn one_long_gap_of_many_does_not_count_and_several_do() {
        let (mut idle, now) = after([1].into_iter().cycle().take(31).chain([900]));
        assert_eq!(idle.timeout(now), seconds(10));
        let (mut idle, now) = after([1].into_iter().cycle().take(29).chain([900; 3]));
        assert!(idle.timeout(now) >= seconds(900));
    }

    #[test]
    fn even_use_has_no_burst_and_uneven_use_has_at_most_the_largest() {
        let (idle, _) = after([1; 400]);
        assert!((1.0..1.2).contains(&idle.burst_factor()), "{}", idle.burst_factor());
        let (idle, _) = after([200, 1, 1, 1]);
        assert_eq!(idle.burst_factor(), MAX_FACTOR);
    }

    #[test]
    fn the_use_of_long_ago_is_forgotten() {
        let (mut idle, now) = after([1; 400]);
        idle.move_to(now + seconds(10_000));
        assert_eq!(idle.opened, [0; SLOTS]);
        assert_eq!(idle.timeout(now + seconds(10_000)), seconds(10));
    }

    #[test]
    fn a_fixed_time_does_not_follow_the_use() {
        let now = Instant::now();
        let mut idle = Idle::new(IdleTimeout::new(seconds(5)), now);
        idle.streams_opened(1, Some(seconds(100)), now);
        assert_eq!(idle.timeout(now), seconds(5));
    }
}
