//! Content on its way over a link in virtual time: an ideal sender of frames, and a receiver that
//! is measured.

mod accounting;
mod back;
mod record;
mod sender;
mod source;
mod target;

use std::time::Duration;

use h2_conformance_wire::code::{DEFAULT_WINDOW, MAX_WINDOW};
use h2_conformance_wire::link::{Link, Shape};

use crate::subject::{Application, Intake, Receiver, Subject, WindowSizes};
use accounting::Accounting;
use back::Back;
pub(super) use record::Record;
use sender::Sender;
use source::Source;
pub(super) use target::{row, targets};

/// Octets that may wait at either sender's side: four full DATA frames, so that the line never
/// waits for its sender.
const BUFFER: usize = 64 << 10;

/// What is sent, to which receiver, over which path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    pub(super) intake: Intake,
    /// Streams with content: uploads, or responses that are pushed beside the one that was asked
    /// for.
    pub(super) streams: u32,
    pub(super) supply: Supply,
    pub(super) path: Path,
}

/// What there is to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Supply {
    /// More than the windows and the link take.
    Endless,
    /// Octets a second over all streams, one frame of 16 384 at a time, the streams in turns.
    Rate(u64),
    /// More than the windows and the link take, in phases with pauses between them.
    Phases(Phases),
}

/// Phases of sending, the first one at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Phases {
    pub(super) send: Duration,
    pub(super) pause: Duration,
    /// Whether each phase has a stream of its own. Else each phase uses all streams.
    pub(super) new_streams: bool,
}

impl Phases {
    /// When a phase begins; the first one is 0.
    pub(super) fn start(self, phase: u32) -> Duration {
        phase * (self.send + self.pause)
    }

    /// The phase at this time, and whether it has not ended yet.
    fn at(self, now: Duration) -> (u32, bool) {
        let whole = (self.send + self.pause).as_nanos().max(1);
        let phase = u32::try_from(now.as_nanos() / whole).unwrap_or(u32::MAX);
        (phase, now.as_nanos() % whole < self.send.as_nanos())
    }
}

/// A link that is the same both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) round_trip: Duration,
    /// Octets a second.
    pub(super) bandwidth: u64,
}

impl Path {
    pub(super) const fn new(round_trip_ms: u64, megabits: u64) -> Self {
        Path { round_trip: Duration::from_millis(round_trip_ms), bandwidth: megabits * 1_000_000 / 8 }
    }

    /// Windows of twice the product of bandwidth and round-trip time, as for a link that is known.
    /// No window of a connection is smaller than what it begins with.
    pub(super) fn tuned_windows(self) -> WindowSizes {
        let octets = 2 * u128::from(self.bandwidth) * self.round_trip.as_nanos() / 1_000_000_000;
        let octets = u32::try_from(octets).unwrap_or(MAX_WINDOW).clamp(DEFAULT_WINDOW, MAX_WINDOW);
        WindowSizes { stream: octets, connection: octets }
    }

    fn one_way(self) -> Link {
        Link::new(Shape { delay: self.round_trip / 2, bandwidth: self.bandwidth, buffer: BUFFER })
    }
}

impl Transfer {
    /// Lets it go on until then, from the connection's first octet.
    ///
    /// # Errors
    ///
    /// How the receiver ends the connection, or a stream that it reads.
    pub(super) fn run(&self, subject: Subject, until: Duration) -> Result<Record, String> {
        let mut run = self.begin(subject, Duration::ZERO)?;
        run.go_on(until)?;
        Ok(run.end())
    }

    /// Opens the connection at this time.
    ///
    /// # Errors
    ///
    /// How the receiver ends the connection.
    pub(super) fn begin(&self, subject: Subject, now: Duration) -> Result<Run, String> {
        let streams = self.streams();
        let is_client = self.intake.application == Application::Download;
        let mut run = Run {
            transfer: *self,
            now,
            receiver: (subject.receive)(&self.intake),
            sender: if is_client { Sender::server(&streams) } else { Sender::client(&streams) },
            source: Source::new(self.supply, &streams, now),
            accounting: Accounting::of(streams),
            there: self.path.one_way(),
            back: Back::new(self.path.one_way(), is_client),
            record: Record::default(),
        };
        run.turn(now, &[])?;
        Ok(run)
    }
}

/// A transfer under way.
pub(super) struct Run {
    transfer: Transfer,
    now: Duration,
    receiver: Box<dyn Receiver>,
    sender: Sender,
    source: Source,
    accounting: Accounting,
    /// With content.
    there: Link,
    back: Back,
    record: Record,
}

impl Run {
    /// Lets it go on until then, or until nothing is under way any more.
    ///
    /// # Errors
    ///
    /// How the receiver ends the connection, or a stream that it reads.
    pub(super) fn go_on(&mut self, until: Duration) -> Result<(), String> {
        while self.now <= until {
            self.source.set(self.now);
            self.sender.send(self.now, &mut self.there, &mut self.source);
            // Where nothing is under way, nothing will ever happen again.
            let line = [self.there.next_event(), self.back.next_event()];
            let events = [self.receiver.next(), self.source.next_event()].into_iter().chain(line);
            let Some(next) = events.flatten().min() else { break };
            self.now = next;
            let arrived = self.there.arrivals(self.now);
            if arrived > 0 || self.receiver.next().is_some_and(|at| at <= self.now) {
                let octets = self.sender.deliver(arrived, &mut self.accounting);
                self.turn(self.now, &octets)?;
            }
            for frame in self.back.arrivals(self.now) {
                self.sender.hear(&frame)?;
            }
        }
        Ok(())
    }

    /// Octets read between these times, as a share of what the link has room for; see
    /// [`Record::share`].
    pub(super) fn share(&self, from: Duration, to: Duration) -> Option<f64> {
        self.record.share(self.transfer.path.bandwidth, from, to)
    }

    /// Octets that are buffered or that the sender may still make the receiver buffer.
    pub(super) fn committed(&self) -> u64 {
        self.accounting.committed()
    }

    /// What it amounts to.
    pub(super) fn end(mut self) -> Record {
        self.record.peak_unread = self.accounting.peak();
        self.record.diary = self.source.into_diary();
        self.record
    }

    /// Hands over what arrives at this time.
    ///
    /// # Errors
    ///
    /// How the receiver ends the connection, or a stream that it reads.
    pub(super) fn turn(&mut self, now: Duration, octets: &[u8]) -> Result<(), String> {
        let turn = self.receiver.turn(now, octets)?;
        let mut goodput = 0;
        for (stream, octets) in turn.read {
            self.accounting.read(stream, octets);
            self.source.read(now, stream, octets);
            self.record.readers.insert(stream);
            goodput += if self.transfer.is_read(stream) { octets as u64 } else { 0 };
        }
        self.back.write(now, &turn.written, |frame| {
            self.accounting.written(frame);
            self.record.wrote(now, frame);
        });
        self.record.add(now, goodput);
        self.record.last_committed = self.accounting.committed();
        self.record.peak_committed = self.record.peak_committed.max(self.record.last_committed);
        Ok(())
    }
}

impl Transfer {
    /// The streams with content, in their order.
    fn streams(&self) -> Vec<u32> {
        match self.intake.application {
            Application::Uploads(_) => (0..self.streams).map(|upload| 2 * upload + 1).collect(),
            Application::Download => std::iter::once(1).chain((1..=self.streams).map(|push| 2 * push)).collect(),
        }
    }

    /// Whether the receiver reads the whole of a stream.
    fn is_read(&self, stream: u32) -> bool {
        match self.intake.application {
            Application::Uploads(uploads) => stream > 2 * uploads.stopped,
            Application::Download => stream == 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::{Uploads, BOTH};

    const PATH: Path = Path::new(10, 100);

    fn upload(windows: Option<WindowSizes>, stopped: u32, streams: u32) -> Transfer {
        let application = Application::Uploads(Uploads { stopped, ..Uploads::default() });
        Transfer { intake: Intake { windows, application }, streams, supply: Supply::Endless, path: PATH }
    }

    #[test]
    fn windows_above_what_is_under_way_fill_the_link_but_for_frame_headers() {
        for (name, subject) in BOTH {
            let windows = Some(WindowSizes { stream: 1 << 20, connection: 1 << 20 });
            let second = Duration::from_secs(1);
            let record = upload(windows, 0, 1).run(subject, 2 * second).expect("nothing is wrong");
            let share = record.share(PATH.bandwidth, second, 2 * second).expect("it goes on");
            // Nine octets of header in every frame, and a frame more or less at either end of the
            // time.
            let (all, frame) = (16_384.0 / 16_393.0, 16_384.0 / PATH.bandwidth as f64);
            assert!((share - all).abs() <= frame, "{name}: {share}");
        }
    }

    #[test]
    fn a_window_that_is_static_bounds_what_crosses_the_link_in_a_round_trip() {
        // The release never grows a window. Half of one is announced at a time: no less than that
        // is always under way.
        let windows = Some(WindowSizes { stream: 65_535, connection: 65_535 });
        let record = upload(windows, 0, 1).run(BOTH[0].1, Duration::from_secs(2)).expect("nothing is wrong");
        let share = record.share(PATH.bandwidth, Duration::from_secs(1), Duration::from_secs(2)).expect("it goes on");
        let bound = 65_535.0 / (PATH.bandwidth as f64 * PATH.round_trip.as_secs_f64());
        assert!(share > bound / 2.0 && share < bound, "{share} of {bound}");
        assert_eq!(record.start_up(PATH), None);
        assert!(record.peak_committed == 65_535 && record.peak_unread == 16_384, "{record:?}");
    }

    #[test]
    fn unread_content_is_buffered_and_bounded_by_its_window() {
        for (name, subject) in BOTH {
            let windows = Some(WindowSizes { stream: 100_000, connection: 10 << 20 });
            let record = upload(windows, 3, 4).run(subject, Duration::from_secs(1)).expect("nothing is wrong");
            // Each of the three read its first chunk, which may or may not have been announced
            // again.
            assert!((3 * 83_616..=300_000).contains(&record.peak_unread), "{name}: {}", record.peak_unread);
        }
    }

    #[test]
    fn two_runs_are_the_same() {
        for (_, subject) in BOTH {
            let run = || upload(None, 1, 5).run(subject, Duration::from_millis(300));
            assert_eq!(run(), run());
        }
    }

    #[test]
    fn tuned_windows_stay_within_their_range() {
        assert_eq!(Path::new(200, 1000).tuned_windows().stream, 50_000_000);
        assert_eq!(Path::new(1, 100).tuned_windows().stream, DEFAULT_WINDOW);
        assert_eq!(Path::new(1_000_000, 100_000).tuned_windows().stream, MAX_WINDOW);
    }
}
