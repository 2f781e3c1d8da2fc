//! Random parts of intervals, so that connections that were opened together do not act together.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

/// Random numbers of one connection. They need not be hard to guess.
#[derive(Debug)]
pub(super) struct Jitter(pub(super) u64);

impl Jitter {
    /// Each connection has numbers of its own. Where time is held for a test, all have the same.
    pub(super) fn new() -> Self {
        #[cfg(any(test, feature = "__virtual-time"))]
        if crate::clock::held::is_held() {
            return Jitter(0);
        }
        Jitter(RandomState::new().hash_one(()))
    }

    /// Returns `time` shortened or lengthened by up to `percent`.
    pub(super) fn spread(&mut self, time: Duration, percent: u8) -> Duration {
        if percent == 0 {
            return time;
        }
        // From -1 to 1 in steps of 1/2^31.
        let offset = (self.draw() >> 32) as f64 / f64::from(1_u32 << 31) - 1.0;
        let factor = 1.0 + offset * f64::from(percent) / 100.0;
        Duration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(time)
    }

    /// The generator SplitMix64.
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spread_evenly_within_the_range() {
        let mut jitter = Jitter(7);
        let second = Duration::from_secs(1);
        let draws: Vec<_> = (0..10_000).map(|_| jitter.spread(second, 30).as_secs_f64()).collect();
        assert!(draws.iter().all(|draw| (0.7..=1.3).contains(draw)));
        for tenth in 0..10 {
            let from = 0.7 + 0.06 * f64::from(tenth);
            let share = draws.iter().filter(|draw| (from..from + 0.06).contains(*draw)).count();
            assert!((800..1_200).contains(&share), "{share} of 10 000 from {from}");
        }
    }

    #[test]
    fn without_a_range_times_stay_and_a_time_without_end_too() {
        let mut jitter = Jitter(7);
        assert_eq!(jitter.spread(Duration::from_secs(1), 0), Duration::from_secs(1));
        assert_eq!(jitter.spread(Duration::MAX, 0), Duration::MAX);
        assert!(jitter.spread(Duration::MAX, 10) > Duration::from_secs(1 << 40));
    }
}
