//! Whether a window limits throughput, by how fast readers consume.
//!
//! A sender that never waits needs a window of what is under way in a round trip, and as much again
//! as the receiver keeps back until an update is due. With an update at half of the window that is
//! twice bandwidth times delay.
//!
//! Where readers consume more than half of the window in a round trip, the window is too small.
//! Where they consume about a half, it may be too small: the last growth takes a round trip until
//! it shows. The window then grows one step ahead, and if the rate does not follow it returns to
//! twice what a round trip consumes.

use std::time::{Duration, Instant};

use crate::window_policy::{WindowUpdatePolicy, FRAME};

/// Where a window is too small and cannot grow, less is kept back, if it is worth a frame.
const HASTY: WindowUpdatePolicy = WindowUpdatePolicy::new().threshold_percent(12).min_increment(FRAME);

/// Octets that readers consumed of a window since half of it was consumed last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Consumed(u32);

impl Consumed {
    /// Adds octets. Returns the sum when it is half of the window, and begins anew.
    #[inline]
    pub(super) fn add(&mut self, octets: u32, target: u32) -> Option<u32> {
        self.0 = self.0.saturating_add(octets);
        (self.0 >= (target / 2).max(1)).then(|| std::mem::take(&mut self.0))
    }
}

/// How fast one window is used up, by what readers consume and not by what arrives.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RateEstimator {
    /// When counting began, and what was consumed since.
    since: Option<Instant>,
    consumed: u64,
    /// What a round trip consumed when the window grew a step ahead of the rate, or more if the
    /// rate rose since.
    ahead_of: Option<u32>,
    /// The window limits throughput and could not grow.
    scarce: bool,
}

/// What the consumption of half of a window tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Autotune {
    /// The rate is not known yet.
    First,
    /// Less than a round trip has passed.
    Counting,
    /// The window suffices.
    Suffices,
    /// The window limits throughput: it should have this size.
    Grow(u32),
    /// The last growth did not help: the window needs no more than this size.
    Settle(u32),
}

impl RateEstimator {
    /// Readers have consumed so many octets, half of a window of this target or more.
    pub(super) fn judge(
        &mut self,
        consumed: u32,
        target: u32,
        round_trip: Option<Duration>,
        percent: u8,
        now: Instant,
    ) -> Autotune {
        let (Some(since), Some(round_trip)) = (self.since, round_trip) else {
            self.since = Some(now);
            return Autotune::First;
        };
        self.consumed += u64::from(consumed);
        let spent = now.saturating_duration_since(since);
        if spent < round_trip {
            return Autotune::Counting;
        }
        self.since = Some(now);
        let rate = in_round_trip(std::mem::take(&mut self.consumed), spent, round_trip);
        let needed = needed(rate, percent);
        let double = target.saturating_mul(2);
        if needed > target.saturating_add(target / 16) {
            return Autotune::Grow(needed.min(double));
        }
        let may_be_too_small = needed >= target - target / 4;
        match self.ahead_of {
            Some(before) if rate < before.saturating_add(before / 4) => {
                self.scarce = false;
                self.ahead_of = Some(before.max(rate));
                let needed = needed.max(self::needed(before, percent));
                Autotune::Settle(needed.saturating_add(needed / 16))
            }
            _ if may_be_too_small => {
                self.ahead_of = Some(rate);
                Autotune::Grow(double)
            }
            before => {
                self.scarce = false;
                self.ahead_of = before.map(|_| rate);
                Autotune::Suffices
            }
        }
    }

    /// Whether the window grew, where it should.
    pub(super) fn grew(&mut self, grew: bool) {
        self.scarce = !grew;
    }

    /// The policy for a window at this rate. One that the application chose is kept.
    #[inline]
    pub(super) fn policy(&self, policy: WindowUpdatePolicy) -> WindowUpdatePolicy {
        if self.scarce && policy == WindowUpdatePolicy::new() {
            HASTY
        } else {
            policy
        }
    }
}

/// What is consumed in a round trip at this rate.
fn in_round_trip(consumed: u64, spent: Duration, round_trip: Duration) -> u32 {
    let octets = u128::from(consumed) * round_trip.as_nanos() / spent.as_nanos().max(1);
    u32::try_from(octets).unwrap_or(u32::MAX)
}

/// The window that a sender needs so that it never waits, where an update is due at `percent` of
/// it. At least twice what a round trip consumes: a sender that uses up all of a window in a round
/// trip may be limited by it.
fn needed(in_round_trip: u32, percent: u8) -> u32 {
    let kept_free = u64::from(100 - percent.clamp(50, 90));
    u32::try_from(u64::from(in_round_trip) * 100 / kept_free).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND_TRIP: Option<Duration> = Some(Duration::from_millis(100));

    struct Clock(RateEstimator, Instant);

    /// An estimator that has begun to count.
    fn counting() -> Clock {
        let mut clock = Clock(RateEstimator::default(), Instant::now());
        assert_eq!(clock.0.judge(50, 100, ROUND_TRIP, 50, clock.1), Autotune::First);
        clock
    }

    impl Clock {
        fn after(&mut self, millis: u64, consumed: u32) -> Autotune {
            self.after_with(millis, consumed, 100)
        }

        fn after_with(&mut self, millis: u64, consumed: u32, target: u32) -> Autotune {
            self.1 += Duration::from_millis(millis);
            self.0.judge(consumed, target, ROUND_TRIP, 50, self.1)
        }
    }

    #[test]
    fn a_window_is_to_be_twice_what_a_round_trip_consumes() {
        assert_eq!(counting().after(100, 100), Autotune::Grow(200));
        assert_eq!(counting().after(125, 100), Autotune::Grow(160));
        assert_eq!(counting().after(100, 54), Autotune::Grow(108));
        assert_eq!(counting().after(100, 1_000_000), Autotune::Grow(200));
        assert_eq!(counting().after(300, 100), Autotune::Suffices);
        assert_eq!(counting().after(100, 37), Autotune::Suffices);
    }

    #[test]
    fn a_window_that_may_be_too_small_grows_one_step_ahead() {
        let mut clock = counting();
        assert_eq!(clock.after(100, 50), Autotune::Grow(200));
        // The rate follows, so that another step may help.
        assert_eq!(clock.after_with(100, 100, 200), Autotune::Grow(400));
        // It does not follow: twice what a round trip consumes, and a sixteenth.
        assert_eq!(clock.after_with(200, 240, 400), Autotune::Settle(255));
        assert_eq!(clock.after_with(100, 120, 255), Autotune::Settle(255));
        // A pause changes nothing, and a higher rate is followed at once.
        assert_eq!(clock.after_with(60_000, 150, 255), Autotune::Settle(255));
        assert_eq!(clock.after_with(100, 200, 255), Autotune::Grow(400));
    }

    #[test]
    fn bursts_are_counted_for_a_round_trip() {
        let mut clock = counting();
        assert_eq!([clock.after(0, 50), clock.after(99, 50)], [Autotune::Counting; 2]);
        assert_eq!(clock.after(401, 50), Autotune::Suffices);
    }

    #[test]
    fn a_pause_is_no_high_rate_and_leaves_no_trace() {
        let mut clock = counting();
        assert_eq!(clock.after(60_000, 100), Autotune::Suffices);
        assert_eq!(clock.after(100, 100), Autotune::Grow(200));
    }

    #[test]
    fn without_a_round_trip_nothing_is_known() {
        let (mut estimator, now) = (RateEstimator::default(), Instant::now());
        assert_eq!([(); 2].map(|()| estimator.judge(50, 100, None, 50, now)), [Autotune::First; 2]);
    }

    #[test]
    fn later_updates_need_larger_windows() {
        assert_eq!([1, 50, 75, 100].map(|percent| needed(10, percent)), [20, 20, 40, 100]);
        assert_eq!(needed(u32::MAX, 50), u32::MAX);
        assert_eq!(in_round_trip(u64::MAX, Duration::ZERO, Duration::from_millis(100)), u32::MAX);
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
        let mut clock = counting();
        assert_eq!(clock.after(100, 100), Autotune::Grow(200));
        clock.0.grew(false);
        assert_ne!(clock.0.policy(policy), policy);
        assert_eq!(clock.0.policy(policy.threshold_percent(90)), policy.threshold_percent(90));
        assert_eq!(clock.after(1_000, 100), Autotune::Suffices);
        assert_eq!(clock.0.policy(policy), policy);
    }
}
