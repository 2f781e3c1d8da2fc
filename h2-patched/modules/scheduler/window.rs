//! The window that a peer grants for sending (RFC 9113 section 6.9).

use crate::frame::Reason;
use crate::proto::{WindowSize, MAX_WINDOW_SIZE};

/// In octets. Negative after the peer lowered SETTINGS_INITIAL_WINDOW_SIZE (section 6.9.2).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window(i64);

impl Window {
    pub(crate) fn new(octets: WindowSize) -> Self {
        Window(i64::from(octets))
    }

    /// What may be sent; nothing while the window is negative.
    #[inline]
    pub(crate) fn octets(self) -> WindowSize {
        // Never above 2^31-1: `grow` sees to it.
        self.0.max(0) as WindowSize
    }

    /// What the peer's grants and what was sent make.
    pub(crate) fn signed(self) -> i64 {
        self.0
    }

    /// FLOW_CONTROL_ERROR where the window would exceed 2^31-1 octets (section 6.9.1).
    pub(crate) fn grow(&mut self, octets: WindowSize) -> Result<(), Reason> {
        let grown = self.0 + i64::from(octets);
        if grown > i64::from(MAX_WINDOW_SIZE) {
            return Err(Reason::FLOW_CONTROL_ERROR);
        }
        self.0 = grown;
        Ok(())
    }

    /// FLOW_CONTROL_ERROR below -2^31, which no sequence of legal SETTINGS reaches.
    pub(crate) fn shrink(&mut self, octets: WindowSize) -> Result<(), Reason> {
        let shrunk = self.0 - i64::from(octets);
        if shrunk < i64::from(i32::MIN) {
            return Err(Reason::FLOW_CONTROL_ERROR);
        }
        self.0 = shrunk;
        Ok(())
    }

    /// Takes what is sent out of the window. The caller has checked that so much is there.
    #[inline]
    pub(crate) fn spend(&mut self, octets: WindowSize) {
        debug_assert!(octets <= self.octets(), "{octets} octets of {self:?}");
        self.0 -= i64::from(octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_the_last_octet_and_no_further() {
        let mut window = Window::new(MAX_WINDOW_SIZE - 1);
        assert_eq!(window.grow(1), Ok(()));
        assert_eq!(window.grow(1), Err(Reason::FLOW_CONTROL_ERROR));
        assert_eq!(window.octets(), MAX_WINDOW_SIZE);
    }

    #[test]
    fn may_be_negative() {
        let mut window = Window::new(10);
        window.shrink(30).unwrap();
        assert_eq!(window.octets(), 0);
        window.grow(25).unwrap();
        assert_eq!(window.octets(), 5);
        assert_eq!(window.shrink(u32::MAX), Err(Reason::FLOW_CONTROL_ERROR));
    }
}
