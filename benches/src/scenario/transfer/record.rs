//! What a run amounts to.

use std::collections::BTreeSet;
use std::time::Duration;

use h2_conformance_wire::code::DEFAULT_FRAME_SIZE;
use h2_conformance_wire::{Frame, View};

use super::source::Diary;
use super::Path;

/// A rate is taken over no fewer full frames than these: one more or less then makes no difference.
const FRAMES: u64 = 16;

/// The share of the link that counts as having reached it.
const REACHED: f64 = 0.9;

/// Octets of goodput over time, and what was held at worst.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::scenario) struct Record {
    /// When so many octets in all had been read, in the order of time.
    read: Vec<(Duration, u64)>,
    /// When a WINDOW_UPDATE was written, of the connection or of a stream.
    updates: Vec<Duration>,
    /// When the connection's WINDOW_UPDATEs were written, with their increments.
    granted: Vec<(Duration, u64)>,
    /// RST_STREAM and GOAWAY that were written.
    pub(in crate::scenario) ends: usize,
    /// Streams of which something was read.
    pub(super) readers: BTreeSet<u32>,
    /// What became of content at a constant rate.
    pub(super) diary: Diary,
    /// Largest number of octets that were buffered.
    pub(in crate::scenario) peak_unread: u64,
    /// Largest number of octets that were buffered or could have come on top.
    pub(in crate::scenario) peak_committed: u64,
    /// The same at the end.
    pub(in crate::scenario) last_committed: u64,
}

impl Record {
    /// What has been read now.
    pub(super) fn add(&mut self, now: Duration, read: u64) {
        if read > 0 {
            self.read.push((now, self.total() + read));
        }
    }

    /// The receiver writes a frame now.
    pub(super) fn wrote(&mut self, now: Duration, frame: &Frame) {
        match View::from(frame) {
            View::WindowUpdate { increment } => {
                self.updates.push(now);
                if frame.stream == 0 {
                    self.granted.push((now, increment.into()));
                }
            }
            View::Reset { .. } | View::GoAway { .. } => self.ends += 1,
            _ => {}
        }
    }

    /// When so many octets had been read.
    pub(in crate::scenario) fn read_by(&self, octets: u64) -> Option<Duration> {
        let first = self.read.partition_point(|(_, total)| *total < octets);
        self.read.get(first).map(|(now, _)| *now)
    }

    /// The number of streams of which something was read.
    pub(in crate::scenario) fn readers(&self) -> usize {
        self.readers.len()
    }

    /// When the connection's window was raised for the first time.
    pub(in crate::scenario) fn first_update(&self) -> Option<Duration> {
        self.granted.first().map(|(now, _)| *now)
    }

    /// From the release of an octet to the connection's WINDOW_UPDATE that gives it back, on
    /// average. Octets are released so long after they were read. `None` where more is given than
    /// was released: the window grew.
    pub(in crate::scenario) fn mean_delay_of_updates(&self, lag: Duration) -> Option<Duration> {
        let given: u64 = self.granted.iter().map(|(_, increment)| increment).sum();
        if given == 0 || given > self.total() {
            return None;
        }
        let (mut left, mut released, mut before) = (given, 0.0, 0);
        for (now, total) in &self.read {
            let octets = (total - before).min(left);
            (left, before) = (left - octets, *total);
            released += (*now + lag).as_secs_f64() * octets as f64;
        }
        let updated: f64 = self.granted.iter().map(|(now, increment)| now.as_secs_f64() * *increment as f64).sum();
        Duration::try_from_secs_f64((updated - released) / given as f64).ok()
    }

    /// WINDOW_UPDATEs written after `from` and until `to`.
    pub(in crate::scenario) fn updates(&self, from: Duration, to: Duration) -> usize {
        self.updates.iter().filter(|at| from < **at && **at <= to).count()
    }

    /// Frames that were due and had to wait for window though the link had room, after `from` and
    /// until `to`.
    pub(in crate::scenario) fn stalls(&self, from: Duration, to: Duration) -> usize {
        self.diary.stalls.iter().filter(|at| from < **at && **at <= to).count()
    }

    /// From a frame's being due to its being read, on average over the frames read after `from` and
    /// until `to`. `None` when there are none.
    pub(in crate::scenario) fn mean_latency(&self, from: Duration, to: Duration) -> Option<Duration> {
        let seen = self.diary.latencies.iter().filter(|(at, _)| from < *at && *at <= to);
        let (count, sum) = seen.fold((0, Duration::ZERO), |(count, sum), (_, latency)| (count + 1, sum + *latency));
        (count > 0).then(|| sum / count)
    }

    /// Octets read after `from` and until `to`, as a share of those that the bandwidth has room for
    /// in that time. `None` when there are none: it stalls.
    pub(in crate::scenario) fn share(&self, bandwidth: u64, from: Duration, to: Duration) -> Option<f64> {
        let octets = self.until(to) - self.until(from);
        (octets > 0).then(|| octets as f64 / (bandwidth as f64 * (to - from).as_secs_f64()))
    }

    /// When nine tenths of the link were used for the first time, over a round-trip time, or the
    /// time of 16 full frames if that is longer.
    pub(in crate::scenario) fn start_up(&self, path: Path) -> Option<Duration> {
        let frames = Duration::from_nanos(FRAMES * DEFAULT_FRAME_SIZE as u64 * 1_000_000_000 / path.bandwidth);
        let span = path.round_trip.max(frames);
        let enough = REACHED * path.bandwidth as f64 * span.as_secs_f64();
        let mut before = 0;
        let mut older = self.read.iter().peekable();
        self.read.iter().find_map(|(now, total)| {
            while let Some((_, gone)) = older.next_if(|(then, _)| *then + span <= *now) {
                before = *gone;
            }
            ((total - before) as f64 >= enough).then_some(*now)
        })
    }

    fn until(&self, then: Duration) -> u64 {
        let count = self.read.partition_point(|(now, _)| *now <= then);
        count.checked_sub(1).map_or(0, |last| self.read[last].1)
    }

    fn total(&self) -> u64 {
        self.read.last().map_or(0, |(_, total)| *total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    /// 100 octets in a millisecond would be all. 16 frames take longer than the round trip.
    const PATH: Path = Path { round_trip: Duration::from_millis(10), bandwidth: 100_000 };

    fn record(octets: impl Fn(u32) -> u64) -> Record {
        let mut record = Record::default();
        (1..=10_000).for_each(|ms| record.add(ms * MS, octets(ms)));
        record
    }

    #[test]
    fn a_share_is_of_the_time_between() {
        let record = record(|ms| if ms > 1000 { 50 } else { 10 });
        assert_eq!(record.share(100_000, 1000 * MS, 2000 * MS), Some(0.5));
        assert_eq!(record.share(100_000, Duration::ZERO, 1000 * MS), Some(0.1));
        assert_eq!(record.share(100_000, 10_000 * MS, 11_000 * MS), None);
        assert_eq!(Record::default().share(100_000, Duration::ZERO, MS), None);
    }

    #[test]
    fn the_start_ends_when_nine_tenths_are_used_for_long_enough() {
        assert_eq!(record(|_| 89).start_up(PATH), None);
        // 16 frames of 16 384 octets take 2621.44 ms. Of the 2621 ms before a moment, nine tenths
        // then have to be full.
        let start = record(|ms| if ms > 1000 { 100 } else { 0 }).start_up(PATH).expect("it is reached");
        assert_eq!(start, 3360 * MS);
        // A burst is not a start.
        assert_eq!(record(|ms| if ms % 100 == 0 { 5000 } else { 0 }).start_up(PATH), None);
    }

    #[test]
    fn an_update_is_late_by_the_time_since_the_release_of_what_it_gives_back() {
        let mut record = Record::default();
        let update = |octets| h2_conformance_wire::build::window_update(0, octets);
        record.add(10 * MS, 100);
        record.add(20 * MS, 200);
        assert_eq!(record.mean_delay_of_updates(MS), None);
        // 100 octets of 11 ms and 50 of 21 ms.
        record.wrote(30 * MS, &update(150));
        assert_eq!(record.mean_delay_of_updates(MS).map(|delay| delay.as_micros()), Some((1900 + 450) * 1000 / 150));
        assert_eq!(
            (record.first_update(), record.read_by(101), record.read_by(301)),
            (Some(30 * MS), Some(20 * MS), None)
        );
        record.wrote(40 * MS, &update(151));
        assert_eq!(record.mean_delay_of_updates(MS), None);
    }

    #[test]
    fn what_happened_counts_where_it_happened_in_the_time() {
        let mut record = Record::default();
        let update = h2_conformance_wire::build::window_update(0, 1);
        (1..=4).for_each(|ms| record.wrote(ms * MS, &update));
        record.wrote(3 * MS, &h2_conformance_wire::build::settings());
        record.diary.stalls = vec![MS, 2 * MS];
        record.diary.latencies = vec![(MS, 10 * MS), (2 * MS, 20 * MS), (3 * MS, 30 * MS), (4 * MS, 40 * MS)];
        assert_eq!((record.updates(MS, 3 * MS), record.stalls(MS, 3 * MS)), (2, 1));
        assert_eq!(record.mean_latency(MS, 3 * MS), Some(25 * MS));
        assert_eq!(record.mean_latency(4 * MS, 5 * MS), None);
    }
}
