//! Whether a window limits throughput: whether half of it is used up in little more than a round trip.
//!
//! A sender that never waits needs a window of what is under way in a round trip, and as much again as is kept back until an
//! update is due, which is half of the target. A third more allows for frames that are cut off where the window ends, and for a
//! sender that is in step with the window and takes exactly a round trip for each half.

use std::time::{Duration, Instant};

use crate::window_policy::WindowUpdatePolicy;

/// Where a window is too small and cannot grow, less is kept back: this share of the target, in percent.
const HASTY: u8 = 12;

/// Octets that readers consumed of a window since half of it was consumed last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Consumed(u32);

impl Consumed {
    /// So many more: what they make together, if that is half of the window.
    #[inline]
    pub(super) fn add(&mut self, octets: u32, target: u32) -> Option<u32> {
        self.0 = self.0.saturating_add(octets);
        (self.0 >= (target / 2).max(1)).then(|| std::mem::take(&mut self.0))
    }
}

/// How fast one window is used up, by what readers consume and not by what arrives.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// When half of the window was consumed last.
    since: Option<Instant>,
    /// The window limits throughput and could not grow.
    scarce: bool,
}

/// What it tells that half of a window was consumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is not known how fast.
    First,
    Suffices,
    Limits,
}

impl Pace {
    /// Readers have consumed so many octets, half of a window of this target or more.
    pub(super) fn judge(&mut self, consumed: u32, target: u32, round_trip: Option<Duration>) -> Verdict {
        let now = crate::clock::now();
        let (Some(since), Some(round_trip)) = (self.since.replace(now), round_trip) else {
            return Verdict::First;
        };
        let spent = now.saturating_duration_since(since);
        if u128::from(consumed) * round_trip.as_nanos() * 4 > u128::from(target / 2) * spent.as_nanos() * 3 {
            Verdict::Limits
        } else {
            self.scarce = false;
            Verdict::Suffices
        }
    }

    /// Whether it grew, where it should.
    pub(super) fn grew(&mut self, grew: bool) {
        self.scarce = !grew;
    }

    /// The policy for a window of this pace. What somebody chose stands.
    pub(super) fn hasten(&self, policy: WindowUpdatePolicy) -> WindowUpdatePolicy {
        if self.scarce && policy == WindowUpdatePolicy::new() {
            policy.hastened(HASTY)
        } else {
            policy
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::held;

    const ROUND_TRIP: Option<Duration> = Some(Duration::from_millis(100));

    fn after(millis: u64, consumed: u32) -> Verdict {
        held::set(Some(Duration::ZERO));
        let mut pace = Pace::default();
        assert_eq!(pace.judge(50, 100, ROUND_TRIP), Verdict::First);
        held::advance(Duration::from_millis(millis));
        pace.judge(consumed, 100, ROUND_TRIP)
    }

    #[test]
    fn half_a_window_in_a_round_trip_is_too_small_a_window() {
        assert_eq!(after(0, 50), Verdict::Limits);
        assert_eq!(after(100, 50), Verdict::Limits);
        assert_eq!(after(133, 50), Verdict::Limits);
        assert_eq!(after(134, 50), Verdict::Suffices);
        assert_eq!(after(200, 100), Verdict::Limits);
        assert_eq!(after(300, 100), Verdict::Suffices);
    }

    #[test]
    fn without_a_round_trip_nothing_is_known() {
        let mut pace = Pace::default();
        assert_eq!([pace.judge(50, 100, None), pace.judge(50, 100, None)], [Verdict::First; 2]);
    }

    #[test]
    fn half_of_a_window_is_counted_from_the_last_half() {
        let mut consumed = Consumed::default();
        assert_eq!([consumed.add(49, 100), consumed.add(1, 100), consumed.add(49, 100)], [None, Some(50), None]);
        assert_eq!([consumed.add(u32::MAX, 100), consumed.add(1, 0)], [Some(u32::MAX), Some(1)]);
    }

    #[test]
    fn scarce_windows_are_updated_sooner_until_they_suffice() {
        held::set(Some(Duration::ZERO));
        let policy = WindowUpdatePolicy::new();
        let mut pace = Pace::default();
        pace.grew(false);
        assert_ne!(pace.hasten(policy), policy);
        let chosen = policy.threshold(70);
        assert_eq!(pace.hasten(chosen), chosen);
        pace.judge(50, 100, ROUND_TRIP);
        held::advance(Duration::from_secs(1));
        assert_eq!(pace.judge(50, 100, ROUND_TRIP), Verdict::Suffices);
        assert_eq!(pace.hasten(policy), policy);
    }
}
