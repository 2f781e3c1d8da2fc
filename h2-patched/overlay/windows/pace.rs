//! Whether a window limits throughput: whether half of it is used up in little more than a round trip, and the last growth helped.
//!
//! A sender that never waits needs a window of what is under way in a round trip, and as much again as is kept back until an
//! update is due, which is half of the target. A third more allows for frames that are cut off where the window ends, and for a
//! sender that is in step with the window and takes exactly a round trip for each half.
//!
//! A round trip may have been taken for longer than it is, so a window goes on growing only if that helps. It may take two steps
//! until it does: a sender may be in step with its window so that all of it is used in a round trip, or half of it.

use std::time::{Duration, Instant};

use crate::window_policy::{WindowUpdatePolicy, FRAME};

/// Where a window is too small and cannot grow, less is kept back, if it is worth a frame.
const HASTY: WindowUpdatePolicy = WindowUpdatePolicy::new().threshold(12).min_increment(FRAME);

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
    /// When counting began, and what was consumed since.
    since: Option<Instant>,
    consumed: u64,
    /// How fast it was when the window grew, and whether it grew once since without becoming faster.
    before: Option<Rate>,
    in_vain: bool,
    /// The window limits throughput and could not grow.
    scarce: bool,
}

/// Octets, and how long they took.
#[derive(Clone, Copy, Debug)]
struct Rate(u64, Duration);

impl Rate {
    /// Whether this is a quarter more than `before`, or more than that.
    fn exceeds(self, before: Rate) -> bool {
        u128::from(self.0) * before.1.as_nanos() * 4 >= u128::from(before.0) * self.1.as_nanos() * 5
    }

    /// Whether so many octets take little more than a round trip.
    fn fills(self, octets: u32, round_trip: Duration) -> bool {
        u128::from(self.0) * round_trip.as_nanos() * 4 > u128::from(octets) * self.1.as_nanos() * 3
    }
}

/// What it tells that half of a window was consumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is not known how fast.
    First,
    /// It is too early to say.
    Counting,
    Suffices,
    Limits,
}

impl Pace {
    /// Readers have consumed so many octets, half of a window of this target or more.
    pub(super) fn judge(&mut self, consumed: u32, target: u32, round_trip: Option<Duration>) -> Verdict {
        let now = crate::clock::now();
        let (Some(since), Some(round_trip)) = (self.since, round_trip) else {
            self.since = Some(now);
            return Verdict::First;
        };
        self.consumed += u64::from(consumed);
        let spent = now.saturating_duration_since(since);
        if spent < round_trip {
            return Verdict::Counting;
        }
        let rate = Rate(std::mem::take(&mut self.consumed), spent);
        self.since = Some(now);
        if !rate.fills(target / 2, round_trip) || !self.may_help(rate) {
            self.scarce = false;
            return Verdict::Suffices;
        }
        Verdict::Limits
    }

    /// Whether to grow at this rate: the last step helped, or it was one only.
    fn may_help(&mut self, rate: Rate) -> bool {
        if self.before.map_or(true, |before| rate.exceeds(before)) {
            self.before = Some(rate);
            self.in_vain = false;
            return true;
        }
        let again = self.scarce || !self.in_vain;
        self.in_vain = true;
        again
    }

    /// Whether it grew, where it should.
    pub(super) fn grew(&mut self, grew: bool) {
        self.scarce = !grew;
    }

    /// The policy for a window of this pace. One that the application chose stands.
    pub(super) fn hasten(&self, policy: WindowUpdatePolicy) -> WindowUpdatePolicy {
        if self.scarce && policy == WindowUpdatePolicy::new() {
            HASTY
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

    /// Paces that have begun to count.
    fn counting() -> Pace {
        held::set(Some(Duration::ZERO));
        let mut pace = Pace::default();
        assert_eq!(pace.judge(50, 100, ROUND_TRIP), Verdict::First);
        pace
    }

    fn after(pace: &mut Pace, millis: u64, consumed: u32) -> Verdict {
        held::advance(Duration::from_millis(millis));
        pace.judge(consumed, 100, ROUND_TRIP)
    }

    #[test]
    fn half_a_window_in_a_round_trip_is_too_small_a_window() {
        assert_eq!(after(&mut counting(), 100, 50), Verdict::Limits);
        assert_eq!(after(&mut counting(), 133, 50), Verdict::Limits);
        assert_eq!(after(&mut counting(), 134, 50), Verdict::Suffices);
        assert_eq!(after(&mut counting(), 200, 100), Verdict::Limits);
        assert_eq!(after(&mut counting(), 300, 100), Verdict::Suffices);
    }

    #[test]
    fn bursts_are_counted_for_a_round_trip() {
        let mut pace = counting();
        assert_eq!([after(&mut pace, 0, 50), after(&mut pace, 99, 50)], [Verdict::Counting; 2]);
        assert_eq!(after(&mut pace, 301, 50), Verdict::Suffices);
    }

    #[test]
    fn growth_that_does_not_help_ends() {
        let mut pace = counting();
        assert_eq!([after(&mut pace, 100, 100), after(&mut pace, 100, 124)], [Verdict::Limits; 2]);
        assert_eq!(after(&mut pace, 100, 124), Verdict::Suffices);
        assert_eq!(after(&mut pace, 100, 125), Verdict::Limits);
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
        let policy = WindowUpdatePolicy::new();
        let mut pace = counting();
        assert_eq!(after(&mut pace, 100, 100), Verdict::Limits);
        pace.grew(false);
        assert_eq!(after(&mut pace, 100, 100), Verdict::Limits);
        assert_ne!(pace.hasten(policy), policy);
        assert_eq!(pace.hasten(policy.threshold(90)), policy.threshold(90));
        assert_eq!(after(&mut pace, 1_000, 100), Verdict::Suffices);
        assert_eq!(pace.hasten(policy), policy);
    }
}
