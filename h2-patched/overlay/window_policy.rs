//! When the credit that a reader gave back is announced to the peer (RFC 9113 section 6.9).
//!
//! Announcing each octet floods the peer; waiting too long stalls it. The rule here measures against the *target* window, so
//! that a window which happens to be nearly used up does not make updates small, and has one exception: a reader that has
//! read everything and waits must not wait for credit that it holds itself.

/// The smallest value of SETTINGS_MAX_FRAME_SIZE, in octets (RFC 9113 section 6.5.2). A sender may like to fill one such frame.
const FRAME: i64 = 16_384;

/// One receive window, of a stream or of the connection. All in octets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReceiveWindow {
    /// What the peer may still send. Negative after SETTINGS lowered it.
    pub(crate) announced: i32,
    /// What the peer could still send if everything released had been announced. Negative after SETTINGS lowered it.
    pub(crate) available: i32,
    /// Received and not released yet.
    pub(crate) in_flight: u32,
}

impl ReceiveWindow {
    /// Whether to announce what was released since the last update: at half of the target, rounded down, so that two frames
    /// of 16 384 octets cut short by a window of 65 535 still make one. `reader_waits`: a reader, of this stream or of any of the
    /// connection's, has read all there is and waits for more.
    pub(crate) fn is_update_due(self, reader_waits: bool) -> bool {
        let available = i64::from(self.available);
        let unclaimed = available - i64::from(self.announced);
        let target = available + i64::from(self.in_flight);
        if unclaimed <= 0 {
            return false;
        }
        unclaimed >= target / 2 || (reader_waits && self.starves_reader(available, unclaimed))
    }

    /// Whether a reader that waits could wait in vain. What is in flight is held by readers and may never come back, so the
    /// window cannot grow beyond `available`: half of that is the threshold. A peer left with less than one frame gets an
    /// update a little sooner, at a third, because it may prefer not to send a smaller one.
    fn starves_reader(self, available: i64, unclaimed: i64) -> bool {
        let short_of_a_frame = i64::from(self.announced) < FRAME;
        available > 0 && (unclaimed >= available / 2 || (short_of_a_frame && unclaimed >= available / 3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(target: u32, announced: i32, in_flight: u32) -> ReceiveWindow {
        ReceiveWindow { announced, available: target as i32 - in_flight as i32, in_flight }
    }

    #[test]
    fn half_of_the_target_is_announced_whoever_waits() {
        assert!(!window(65_535, 32_769, 0).is_update_due(false));
        assert!(window(65_535, 32_768, 0).is_update_due(false));
        assert!(!window(65_535, 32_769, 0).is_update_due(true));
    }

    #[test]
    fn a_used_up_window_makes_no_small_updates() {
        for released in 1..32_767 {
            assert!(!window(65_535, 0, 65_535 - released).is_update_due(false), "{released} octets");
        }
        assert!(window(65_535, 0, 32_768).is_update_due(false));
    }

    #[test]
    fn a_reader_that_holds_data_back_gets_what_it_released() {
        assert!(window(65_535, 0, 60_535).is_update_due(true));
        // Once announced, further octets wait for half of what the peer can have.
        assert!(!window(65_535, 5_000, 60_534).is_update_due(true));
    }

    #[test]
    fn single_octets_become_updates_of_growing_size() {
        let (mut announced, mut updates) = (0, 0);
        for released in 1..=16_384u32 {
            let window = window(65_535, announced, 65_535 - released);
            if window.is_update_due(true) {
                announced = window.available;
                updates += 1;
            }
        }
        assert!(updates <= 32, "{updates} updates");
    }

    #[test]
    fn nothing_released_is_nothing_to_announce() {
        assert!(!window(65_535, 65_535, 0).is_update_due(true));
        assert!(!window(100, 300, 0).is_update_due(true));
        assert!(!ReceiveWindow { announced: -10, available: -10, in_flight: 0 }.is_update_due(true));
    }

    #[test]
    fn extremes_do_not_overflow() {
        for announced in [i32::MIN, -1, 0, 1, i32::MAX] {
            for available in [i32::MIN, -1, 0, 1, i32::MAX] {
                for in_flight in [0, 1, u32::MAX] {
                    let window = ReceiveWindow { announced, available, in_flight };
                    assert!(available > announced || !window.is_update_due(true));
                }
            }
        }
    }
}
