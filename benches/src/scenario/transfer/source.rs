//! Where content comes from: there always is more, or it becomes due at a constant rate, whatever
//! becomes of it.

use std::collections::BTreeMap;
use std::time::Duration;

use h2_conformance_wire::code::DEFAULT_FRAME_SIZE;

use super::{Phases, Supply};

const FRAME: u64 = DEFAULT_FRAME_SIZE as u64;

pub(super) struct Source {
    /// Between one frame's being due and the next one's. `None` where there always is more.
    interval: Option<Duration>,
    /// In their turns; one frame each.
    streams: Vec<u32>,
    /// Frames due so far, over all streams.
    due: u64,
    queues: BTreeMap<u32, Queue>,
    diary: Diary,
    /// With the time at which the first phase begins, and the time now.
    phases: Option<(Phases, Duration)>,
    now: Duration,
}

/// What became of a constant rate, in the order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::scenario) struct Diary {
    /// When the last octet of a frame was read, and how long that was after it was due.
    pub(super) latencies: Vec<(Duration, Duration)>,
    /// When a frame that was due did not go, though the link had room: each frame once.
    pub(super) stalls: Vec<Duration>,
}

/// The frames of a stream.
#[derive(Default)]
struct Queue {
    /// Which of the turns is its own.
    turn: u64,
    /// Frames that were due and that had to wait, or all before them.
    due: u64,
    waited: u64,
    /// Octets.
    sent: u64,
    read: u64,
}

impl Source {
    /// From this time on.
    pub(super) fn new(supply: Supply, streams: &[u32], now: Duration) -> Self {
        // Where there always is more, no stream needs accounting.
        let (interval, phases, streams) = match supply {
            Supply::Endless => (None, None, &[][..]),
            Supply::Phases(phases) => (None, Some((phases, now)), streams),
            Supply::Rate(octets) => (Some(Duration::from_nanos(FRAME * 1_000_000_000 / octets)), None, streams),
        };
        let queues = (0..).zip(streams).map(|(turn, stream)| (*stream, Queue { turn, ..Queue::default() })).collect();
        Source { interval, streams: streams.to_vec(), due: 0, queues, diary: Diary::default(), phases, now }
    }

    /// When the next frame is due.
    pub(super) fn next_event(&self) -> Option<Duration> {
        match self.phases {
            None => Some(due_at(self.interval?, self.due)),
            Some((phases, first)) => match phases.at(self.now - first) {
                (_, true) => None,
                (phase, false) => Some(first + phases.start(phase + 1)),
            },
        }
    }

    /// Sets the time.
    pub(super) fn set(&mut self, now: Duration) {
        self.now = now;
        if self.phases.is_some() {
            return;
        }
        while self.next_event().is_some_and(|due| due <= now) {
            let stream = self.streams[(self.due % self.streams.len() as u64) as usize];
            self.due += 1;
            self.queues.get_mut(&stream).expect("a stream with a turn has a queue").due += 1;
        }
    }

    /// Octets that may be sent next on a stream: what is left of one frame.
    pub(super) fn ready(&self, stream: u32) -> usize {
        if let Some((phases, first)) = self.phases {
            let (phase, sends) = phases.at(self.now - first);
            let is_due = !phases.new_streams || self.streams.get(phase as usize) == Some(&stream);
            return if sends && is_due { DEFAULT_FRAME_SIZE } else { 0 };
        }
        if self.interval.is_none() {
            return DEFAULT_FRAME_SIZE;
        }
        let queue = &self.queues[&stream];
        (queue.due * FRAME - queue.sent).min(FRAME - queue.sent % FRAME) as usize
    }

    pub(super) fn sent(&mut self, stream: u32, octets: usize) {
        if let Some(queue) = self.queues.get_mut(&stream) {
            queue.sent += octets as u64;
        }
    }

    /// There is room on the link: what is due and was not sent waits for window.
    pub(super) fn room_is_left(&mut self, now: Duration) {
        for queue in self.queues.values_mut() {
            let first = queue.waited.max(queue.sent / FRAME);
            if first < queue.due {
                self.diary.stalls.extend((first..queue.due).map(|_| now));
                queue.waited = queue.due;
            }
        }
    }

    /// The application reads.
    pub(super) fn read(&mut self, now: Duration, stream: u32, octets: usize) {
        let turns = self.streams.len() as u64;
        let Some(interval) = self.interval else { return };
        let queue = self.queues.get_mut(&stream).expect("what is read was due");
        let before = queue.read / FRAME;
        queue.read += octets as u64;
        let done = before..queue.read / FRAME;
        let latencies = done.map(|frame| (now, now - due_at(interval, frame * turns + queue.turn)));
        self.diary.latencies.extend(latencies);
    }

    pub(super) fn into_diary(self) -> Diary {
        self.diary
    }
}

/// The first frame is due at once.
fn due_at(interval: Duration, frame: u64) -> Duration {
    Duration::from_nanos(interval.as_nanos() as u64 * frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A frame each millisecond.
    fn source() -> Source {
        Source::new(Supply::Rate(FRAME * 1000), &[1, 3], Duration::ZERO)
    }

    #[test]
    fn frames_are_due_in_turns_and_go_on_where_they_were_cut() {
        let mut source = source();
        assert_eq!((source.next_event(), source.ready(1)), (Some(Duration::ZERO), 0));
        source.set(2 * MS);
        assert_eq!((source.next_event(), source.ready(1), source.ready(3)), (Some(3 * MS), 16_384, 16_384));
        source.sent(1, 16_000);
        assert_eq!(source.ready(1), 384);
        source.sent(1, 384);
        assert_eq!(source.ready(1), 16_384);
        source.sent(1, 16_384);
        assert_eq!((source.ready(1), source.ready(3)), (0, 16_384));
    }

    #[test]
    fn a_frame_that_waits_for_window_is_noted_once() {
        let mut source = source();
        source.set(2 * MS);
        source.sent(1, 16_384);
        source.room_is_left(2 * MS);
        source.room_is_left(3 * MS);
        assert_eq!(source.diary.stalls, [2 * MS, 2 * MS]);
        source.set(4 * MS);
        source.sent(1, 16_383);
        source.room_is_left(4 * MS);
        assert_eq!(source.diary.stalls, [2 * MS, 2 * MS, 4 * MS, 4 * MS]);
    }

    #[test]
    fn latency_is_from_when_a_frame_was_due_to_its_last_octet() {
        let mut source = source();
        source.set(3 * MS);
        source.read(5 * MS, 3, 16_383);
        source.read(6 * MS, 3, 1);
        source.read(9 * MS, 1, 32_768);
        assert_eq!(source.diary.latencies, [(6 * MS, 5 * MS), (9 * MS, 9 * MS), (9 * MS, 7 * MS)]);
    }

    #[test]
    fn without_end_there_always_is_a_frame_and_nothing_to_note() {
        let mut source = Source::new(Supply::Endless, &[1], Duration::ZERO);
        source.sent(1, 100);
        source.room_is_left(MS);
        source.read(MS, 1, 16_384);
        assert_eq!((source.next_event(), source.ready(1)), (None, 16_384));
        assert_eq!(source.into_diary(), Diary::default());
    }

    #[test]
    fn phases_and_pauses_alternate_and_each_phase_may_have_its_own_stream() {
        for new_streams in [false, true] {
            let phases = Phases { send: 10 * MS, pause: 5 * MS, new_streams };
            let mut source = Source::new(Supply::Phases(phases), &[1, 3], 100 * MS);
            let frame = DEFAULT_FRAME_SIZE;
            let second = if new_streams { [0, frame] } else { [frame, frame] };
            let first = if new_streams { [frame, 0] } else { [frame, frame] };
            for (now, ready, next) in [
                (100, first, None),
                (109, first, None),
                (110, [0, 0], Some(115 * MS)),
                (115, second, None),
                (125, [0, 0], Some(130 * MS)),
            ] {
                source.set(now * MS);
                source.room_is_left(now * MS);
                assert_eq!(([source.ready(1), source.ready(3)], source.next_event()), (ready, next), "{now}");
            }
            assert_eq!(source.into_diary(), Diary::default());
        }
    }
}
