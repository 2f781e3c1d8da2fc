//! When the credit that a reader gave back is announced to the peer (RFC 9113 section 6.9).
//!
//! Announcing each octet floods the peer; waiting too long stalls it. The rule here measures
//! against the *target* window, so that a window which happens to be nearly used up does not make
//! updates small, and has one exception: a reader that has read everything and waits must not wait
//! for credit that it holds itself.

use std::time::Duration;

use crate::proto::MAX_WINDOW_SIZE;

/// The smallest value of SETTINGS_MAX_FRAME_SIZE, in octets (RFC 9113 section 6.5.2). A sender may
/// like to fill one such frame.
pub(crate) const FRAME: u32 = 16_384;

/// When WINDOW_UPDATE frames are sent ([RFC 9113, section
/// 6.9](https://www.rfc-editor.org/rfc/rfc9113#section-6.9)), for a connection and its streams or
/// for one stream.
///
/// An update carries all that readers released since the last one. It is sent when that reaches the
/// threshold and the minimum increment, not sooner than the minimum interval after the last one
/// while the peer still has a comfortable window, and in any case before a reader that has read all
/// there is could wait in vain: no policy stalls a reader, or a sender that waits for room for up
/// to one frame of 16,384 octets, as far as there is so much. Of a connection of which other
/// streams hold some, that is two thirds of what they leave where this is less than a frame and a
/// half: they may release more at any moment.
///
/// The default is half of the target window, in any increment, at any time. A window that limits
/// throughput but may not grow any further is updated sooner, at an eighth or so: only by default,
/// and only where windows grow at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowUpdatePolicy {
    percent: u8,
    min_increment: u32,
    min_interval: Duration,
}

impl WindowUpdatePolicy {
    /// The default policy.
    #[must_use]
    pub const fn new() -> Self {
        WindowUpdatePolicy { percent: 50, min_increment: 1, min_interval: Duration::ZERO }
    }

    /// Sets the share of the target window that must have been released, in percent, 1 to 100. The
    /// default is 50.
    ///
    /// Less makes more and smaller updates and leaves the peer a larger window. More than 50 holds
    /// while readers are behind; one that has read all there is gets an update at half in any case,
    /// because its peer may wait for as much.
    ///
    /// # Panics
    ///
    /// If `percent` is not within 1 and 100.
    #[must_use]
    #[track_caller]
    pub const fn threshold_percent(mut self, percent: u8) -> Self {
        assert!(
            percent >= 1 && percent <= 100,
            "the threshold of window updates: expected 1 to 100 percent of the target"
        );
        self.percent = percent;
        self
    }

    /// Sets the smallest increment worth a frame, in octets, 1 to 2^31-1. The default is 1.
    ///
    /// One above the target window has the effect of a threshold of 100 percent. As there, an
    /// update at half of the target is sent where a reader has read all there is, however small.
    ///
    /// # Panics
    ///
    /// If `octets` is 0 or above 2^31-1, which no WINDOW_UPDATE can carry.
    #[must_use]
    #[track_caller]
    pub const fn min_increment(mut self, octets: u32) -> Self {
        assert!(
            octets >= 1 && octets <= MAX_WINDOW_SIZE,
            "the smallest increment of window updates: expected 1 to 2147483647 octets"
        );
        self.min_increment = octets;
        self
    }

    /// Sets how long after an update of a window the next one is sent at the earliest, 0 to 1
    /// second. The default is 0.
    ///
    /// It holds only while the peer has a comfortable window: a quarter of the target, and a frame
    /// of 16,384 octets. What was kept back is sent with the next octets that arrive or are
    /// released after the interval; no timer is used.
    ///
    /// # Panics
    ///
    /// If `interval` is longer than one second.
    #[must_use]
    #[track_caller]
    pub const fn min_interval(mut self, interval: Duration) -> Self {
        assert!(interval.as_nanos() <= 1_000_000_000, "the interval of window updates: expected 0 to 1 second");
        self.min_interval = interval;
        self
    }

    /// The threshold, in percent of the target.
    #[inline]
    pub(crate) fn percent(&self) -> u8 {
        self.percent
    }

    /// The interval, unless there is none.
    pub(crate) fn interval(&self) -> Option<Duration> {
        (!self.min_interval.is_zero()).then_some(self.min_interval)
    }
}

impl Default for WindowUpdatePolicy {
    fn default() -> Self {
        WindowUpdatePolicy::new()
    }
}

/// What the readers of a window do: of its stream, or any of the connection's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// There is something left to read.
    Reads,
    /// The reader has read all there is and waits for more.
    Waits,
    /// The reader has just read all there is, and nothing will be released for sure before more has
    /// come.
    Parks,
}

/// One receive window, of a stream or of the connection. All in octets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReceiveWindow {
    /// What the peer may still send. Negative after SETTINGS lowered it.
    pub(crate) announced: i32,
    /// What the peer could still send if everything released had been announced. Negative after
    /// SETTINGS lowered it.
    pub(crate) available: i32,
    /// What it would be if nothing were in flight.
    pub(crate) target: i64,
    /// What may be missing to the threshold.
    pub(crate) slack: i64,
}

impl ReceiveWindow {
    /// Whether to announce what was released since the last update. `rested` says whether the
    /// interval has passed since.
    ///
    /// A share of the target is rounded down, so that two frames of 16 384 octets cut short by a
    /// window of 65 535 still make half of it.
    #[inline]
    pub(crate) fn is_update_due(
        self,
        policy: &WindowUpdatePolicy,
        reader: Reader,
        rested: impl FnOnce(Duration) -> bool,
    ) -> bool {
        let unclaimed = i64::from(self.available) - i64::from(self.announced);
        if unclaimed <= 0 {
            return false;
        }
        // No more can be released than the target.
        let worth_a_frame = i64::from(policy.min_increment).min(self.target);
        if unclaimed >= self.target * i64::from(policy.percent) / 100 - self.slack && unclaimed >= worth_a_frame {
            return !self.is_comfortable() || policy.interval().map_or(true, rested);
        }
        reader != Reader::Reads && self.starves_reader(unclaimed, i64::from(policy.percent.max(50)), reader)
    }

    fn is_comfortable(self) -> bool {
        i64::from(self.announced) >= i64::from(FRAME).max(self.target / 4)
    }

    /// Whether a reader that waits could wait in vain. What is in flight is held by readers and may
    /// never come back, so the window cannot grow beyond `available`: the threshold is a share of
    /// that, half of it or more. A peer left with less than one frame may prefer not to send a
    /// smaller one: it gets an update a little sooner, at a third, and where a third of what there
    /// can be is less than what it may wait for, whatever there is.
    fn starves_reader(self, unclaimed: i64, percent: i64, reader: Reader) -> bool {
        let available = i64::from(self.available);
        if available <= 0 {
            return false;
        }
        let frame = i64::from(FRAME);
        let short_of_a_frame = i64::from(self.announced) < frame;
        let settled = reader == Reader::Parks || available == self.target;
        unclaimed >= available * percent / 100
            || (short_of_a_frame && (unclaimed >= available / 3 || (settled && available * 2 < frame * 3)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Reader::{Parks, Reads, Waits};

    const POLICY: WindowUpdatePolicy = WindowUpdatePolicy::new();

    fn window(target: u32, announced: i32, in_flight: u32) -> ReceiveWindow {
        ReceiveWindow { announced, available: target as i32 - in_flight as i32, target: target.into(), slack: 0 }
    }

    fn is_due(window: ReceiveWindow, reader: Reader) -> bool {
        window.is_update_due(&POLICY, reader, |_| panic!("the default has no interval"))
    }

    #[test]
    fn half_of_the_target_is_announced_for_each_reader() {
        for reader in [Reads, Waits, Parks] {
            assert!(!is_due(window(65_535, 32_769, 0), reader));
            assert!(is_due(window(65_535, 32_768, 0), reader));
        }
    }

    #[test]
    fn slack_lowers_the_threshold() {
        let at = |announced| ReceiveWindow { slack: 10_000, ..window(100_000, announced, 0) };
        assert!(!is_due(at(60_001), Reads));
        assert!(is_due(at(60_000), Reads));
    }

    #[test]
    fn a_used_up_window_makes_no_small_updates() {
        for released in 1..32_767 {
            assert!(!is_due(window(65_535, 0, 65_535 - released), Reads), "{released} octets");
        }
        assert!(is_due(window(65_535, 0, 32_768), Reads));
    }

    #[test]
    fn a_reader_that_holds_data_back_gets_what_it_released() {
        assert!(is_due(window(65_535, 0, 60_535), Waits));
        // Once announced, further octets wait for half of what the peer can have.
        assert!(!is_due(window(65_535, 5_000, 60_534), Waits));
        // The peer may want all there can be, and a reader that parks releases no more.
        assert!(is_due(window(65_535, 5_000, 60_534), Parks));
    }

    #[test]
    fn no_peer_waits_for_a_frame_that_there_is_room_for() {
        for target in [1, 100, 5_000, 16_384, 20_000, 24_575, 24_576, 40_000, 65_535, 1 << 20] {
            for wanted in [1, 2, target / 2, target - 1, target, 16_384] {
                if (1..=target.min(16_384)).contains(&wanted) {
                    let short = window(target, wanted as i32 - 1, 0);
                    assert!(is_due(short, Waits), "{wanted} of {target}");
                }
            }
        }
    }

    #[test]
    fn single_octets_become_updates_of_growing_size() {
        let (mut announced, mut updates) = (0, 0);
        for released in 1..=16_384u32 {
            let window = window(65_535, announced, 65_535 - released);
            if is_due(window, Waits) {
                announced = window.available;
                updates += 1;
            }
        }
        assert!(updates <= 32, "{updates} updates");
    }

    #[test]
    fn nothing_released_is_nothing_to_announce() {
        assert!(!is_due(window(65_535, 65_535, 0), Parks));
        assert!(!is_due(window(100, 300, 0), Parks));
        assert!(!is_due(ReceiveWindow { announced: -10, available: -10, target: 0, slack: 0 }, Parks));
    }

    #[test]
    fn a_threshold_is_a_share_of_the_target() {
        let tenth = POLICY.threshold_percent(10);
        assert!(!window(100_000, 90_001, 0).is_update_due(&tenth, Reads, |_| true));
        assert!(window(100_000, 90_000, 0).is_update_due(&tenth, Reads, |_| true));
        let all = POLICY.threshold_percent(100);
        assert!(!window(100_000, 1, 0).is_update_due(&all, Reads, |_| true));
        assert!(window(100_000, 1, 0).is_update_due(&all, Waits, |_| true));
    }

    #[test]
    fn small_increments_wait_for_more_unless_a_reader_does() {
        let coarse = POLICY.threshold_percent(1).min_increment(30_000);
        assert!(!window(100_000, 70_001, 0).is_update_due(&coarse, Reads, |_| true));
        assert!(window(100_000, 70_000, 0).is_update_due(&coarse, Reads, |_| true));
        let never = POLICY.min_increment(MAX_WINDOW_SIZE);
        assert!(!window(100_000, 1, 0).is_update_due(&never, Reads, |_| true));
        assert!(window(100_000, 1, 0).is_update_due(&never, Waits, |_| true));
        // That is all that it can be.
        assert!(window(100_000, 0, 0).is_update_due(&never, Reads, |_| true));
    }

    #[test]
    fn an_interval_holds_while_the_window_is_comfortable() {
        let calm = POLICY.threshold_percent(10).min_interval(Duration::from_millis(5));
        let at = |announced, rested| window(100_000, announced, 0).is_update_due(&calm, Reads, |_| rested);
        assert!(at(90_000, true));
        assert!(!at(90_000, false));
        assert!(!at(25_000, false));
        assert!(at(24_999, false));
        assert!(window(20_000, 16_383, 0).is_update_due(&calm, Reads, |_| false));
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let refused = |set: fn(WindowUpdatePolicy) -> WindowUpdatePolicy| {
            let panic = std::panic::catch_unwind(|| set(POLICY)).expect_err("it is out of range");
            panic.downcast_ref::<&str>().map_or_else(String::new, |says| (*says).to_owned())
        };
        assert!(refused(|policy| policy.threshold_percent(0)).contains("1 to 100 percent"));
        assert!(refused(|policy| policy.threshold_percent(101)).contains("1 to 100 percent"));
        assert!(refused(|policy| policy.min_increment(0)).contains("1 to 2147483647 octets"));
        assert!(refused(|policy| policy.min_increment(1 << 31)).contains("1 to 2147483647 octets"));
        assert!(refused(|policy| policy.min_interval(Duration::from_nanos(1_000_000_001))).contains("0 to 1 second"));
    }

    #[test]
    fn extremes_do_not_overflow() {
        for announced in [i32::MIN, -1, 0, 1, i32::MAX] {
            for available in [i32::MIN, -1, 0, 1, i32::MAX] {
                for in_flight in [0, 1, u32::MAX] {
                    let target = i64::from(available) + i64::from(in_flight);
                    let window = ReceiveWindow { announced, available, target, slack: 0 };
                    assert!(available > announced || !is_due(window, Parks));
                }
            }
        }
    }
}
