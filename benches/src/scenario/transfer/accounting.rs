//! What a receiver holds and what it has granted, computed at its own end from what arrives, what
//! it writes and what its application reads.

use std::collections::BTreeMap;

use h2_conformance_wire::FlowWindows;
use h2_conformance_wire::{Frame, View};

pub(super) struct Accounting {
    /// Window that was announced and not used yet by what has arrived.
    windows: FlowWindows,
    /// Octets that arrived and the application did not read, by stream. None of a stream that the
    /// receiver reset.
    unread: BTreeMap<u32, Option<u64>>,
    sum: u64,
    /// The largest sum there was.
    peak: u64,
}

impl Accounting {
    /// Makes the accounting of streams that will have content.
    pub(super) fn of(streams: impl IntoIterator<Item = u32>) -> Self {
        let unread = streams.into_iter().map(|stream| (stream, Some(0))).collect();
        Accounting { windows: FlowWindows::default(), unread, sum: 0, peak: 0 }
    }

    /// DATA arrives.
    pub(super) fn arrived(&mut self, stream: u32, octets: u32) {
        self.windows.used(stream, octets);
        if let Some(Some(unread)) = self.unread.get_mut(&stream) {
            *unread += u64::from(octets);
            self.sum += u64::from(octets);
            self.peak = self.peak.max(self.sum);
        }
    }

    /// The application reads.
    pub(super) fn read(&mut self, stream: u32, octets: usize) {
        if let Some(Some(unread)) = self.unread.get_mut(&stream) {
            *unread -= octets as u64;
            self.sum -= octets as u64;
        }
    }

    /// The receiver writes a frame.
    pub(super) fn written(&mut self, frame: &Frame) {
        self.windows.granted(frame);
        match View::from(frame) {
            View::Settings(values) => self.windows.settings(&values),
            View::Reset { .. } => {
                let dropped = self.unread.insert(frame.stream, None).flatten();
                self.sum -= dropped.unwrap_or(0);
            }
            _ => {}
        }
    }

    /// The largest number of octets that were buffered at a time: arrived and not read.
    pub(super) fn peak(&self) -> u64 {
        self.peak
    }

    /// Octets that are buffered or that the sender may still make the receiver buffer on the
    /// streams that have content.
    pub(super) fn committed(&self) -> u64 {
        let streams = self.unread.iter().filter(|(_, unread)| unread.is_some());
        let streams: i64 = streams.map(|(stream, _)| self.windows.stream(*stream).max(0)).sum();
        self.sum + self.windows.connection().min(streams).max(0) as u64
    }
}

#[cfg(test)]
mod tests {
    use h2_conformance_wire::build::{reset, settings, window_update};
    use h2_conformance_wire::code::setting::INITIAL_WINDOW_SIZE;

    use super::*;

    #[test]
    fn what_is_held_and_what_was_promised() {
        let mut accounting = Accounting::of([1, 3]);
        accounting.written(&settings().with(INITIAL_WINDOW_SIZE, 50_000));
        assert_eq!((accounting.peak(), accounting.committed()), (0, 65_535));
        accounting.arrived(1, 10_000);
        // Of the connection's window 55 535 octets are left, of the streams' more.
        assert_eq!((accounting.peak(), accounting.committed()), (10_000, 65_535));
        accounting.arrived(3, 1000);
        accounting.read(1, 6000);
        assert_eq!((accounting.peak(), accounting.committed()), (11_000, 59_535));
        accounting.written(&window_update(0, 1_000_000));
        assert_eq!(accounting.committed(), 5000 + 40_000 + 49_000);
        accounting.written(&reset(1, 8));
        accounting.arrived(1, 20_000);
        assert_eq!((accounting.peak(), accounting.committed()), (11_000, 50_000));
    }
}
