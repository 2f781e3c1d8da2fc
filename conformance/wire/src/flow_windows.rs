//! The peer's arithmetic of RFC 9113 section 6.9: what each side may still send, computed from
//! frames alone.
//!
//! One [`FlowWindows`] keeps one direction. The side that sends DATA is the *sender*; WINDOW_UPDATE
//! and SETTINGS come from the *receiver*.

use std::collections::BTreeMap;

use crate::code::{setting, DEFAULT_WINDOW};
use crate::{Frame, View};

/// The windows of one direction. Sizes are in octets and may be negative (section 6.9.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowWindows {
    connection: i64,
    initial: i64,
    /// Deviation of each stream's window from the initial size: SETTINGS move the initial size and
    /// keep the deviation.
    streams: BTreeMap<u32, i64>,
}

impl Default for FlowWindows {
    fn default() -> Self {
        FlowWindows { connection: DEFAULT_WINDOW.into(), initial: DEFAULT_WINDOW.into(), streams: BTreeMap::new() }
    }
}

impl FlowWindows {
    /// What the sender may still send on the connection.
    #[must_use]
    pub fn connection(&self) -> i64 {
        self.connection
    }

    /// What the sender may still send on a stream, the connection's window aside.
    #[must_use]
    pub fn stream(&self, stream: u32) -> i64 {
        self.initial + self.streams.get(&stream).copied().unwrap_or(0)
    }

    /// What the sender may send on a stream now.
    #[must_use]
    pub fn available(&self, stream: u32) -> usize {
        usize::try_from(self.connection.min(self.stream(stream))).unwrap_or(0)
    }

    /// Records a frame of the sender.
    pub fn sent(&mut self, frame: &Frame) {
        self.used(frame.stream, frame.flow_controlled());
    }

    /// Records so many octets of DATA, padding included, on a stream.
    pub fn used(&mut self, stream: u32, octets: u32) {
        if octets > 0 {
            self.connection -= i64::from(octets);
            *self.streams.entry(stream).or_default() -= i64::from(octets);
        }
    }

    /// Records a WINDOW_UPDATE of the receiver; other frames change nothing.
    pub fn granted(&mut self, frame: &Frame) {
        if let View::WindowUpdate { increment } = View::from(frame) {
            if frame.stream == 0 {
                self.connection += i64::from(increment);
            } else {
                *self.streams.entry(frame.stream).or_default() += i64::from(increment);
            }
        }
    }

    /// Records a WINDOW_UPDATE or SETTINGS of the receiver, which take effect at once.
    pub fn heard(&mut self, frame: &Frame) {
        match View::from(frame) {
            View::Settings(values) => self.settings(&values),
            _ => self.granted(frame),
        }
    }

    /// Records SETTINGS of the receiver at the moment they take effect.
    pub fn settings(&mut self, settings: &[(u16, u32)]) {
        for (id, value) in settings {
            if *id == setting::INITIAL_WINDOW_SIZE {
                self.initial = i64::from(*value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::*;

    #[test]
    fn padding_counts_and_settings_move_streams_only() {
        let mut windows = FlowWindows::default();
        windows.sent(&data(1, 10).padded(5));
        assert_eq!((windows.connection(), windows.stream(1), windows.stream(3)), (65_519, 65_519, 65_535));
        windows.settings(&[(setting::INITIAL_WINDOW_SIZE, 4)]);
        assert_eq!((windows.connection(), windows.stream(1), windows.stream(3)), (65_519, -12, 4));
        assert_eq!((windows.available(1), windows.available(3)), (0, 4));
        windows.granted(&window_update(1, 16));
        windows.granted(&window_update(0, 16));
        assert_eq!((windows.connection(), windows.stream(1)), (65_535, 4));
    }
}
