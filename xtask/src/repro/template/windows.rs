//! What one side may still send (RFC 9113 section 6.9), computed from the frames.

use std::collections::BTreeMap;

use crate::frame::Frame;

const INITIAL_WINDOW_SIZE: u16 = 4;

pub struct Windows {
    connection: i64,
    initial: i64,
    /// What was granted less what was sent: the initial size may change at any time.
    streams: BTreeMap<u32, i64>,
}

impl Default for Windows {
    fn default() -> Self {
        Windows { connection: 65_535, initial: 65_535, streams: BTreeMap::new() }
    }
}

impl Windows {
    /// The window of a stream alone, or of the connection (0).
    pub fn of(&self, stream: u32) -> i64 {
        match stream {
            0 => self.connection,
            stream => self.initial + self.streams.get(&stream).copied().unwrap_or(0),
        }
    }

    /// What a stream may send, both windows minded.
    pub fn open(&self, stream: u32) -> usize {
        usize::try_from(self.of(0).min(self.of(stream))).unwrap_or(0)
    }

    fn add(&mut self, stream: u32, octets: i64) {
        match stream {
            0 => self.connection += octets,
            stream => *self.streams.entry(stream).or_default() += octets,
        }
    }

    /// A frame of the side that sends.
    pub fn sent(&mut self, frame: &Frame) {
        let octets = i64::from(frame.flow_controlled());
        if octets > 0 {
            self.add(0, -octets);
            self.add(frame.stream, -octets);
        }
    }

    /// A frame of the other side.
    pub fn granted(&mut self, frame: &Frame) {
        if let Some(increment) = frame.increment() {
            self.add(frame.stream, increment.into());
        }
        if let Some(size) = frame.setting(INITIAL_WINDOW_SIZE) {
            self.initial = size.into();
        }
    }
}
