//! Transcripts written by hand.

use std::time::Duration;

use h2_conformance_judge::script::App;
use h2_conformance_judge::transcript::probe;
use h2_conformance_judge::transcript::{AppResult, Event, EventKind, Transcript};
use h2_conformance_judge::{judge, Ending, Expect, Outcome};
use h2_conformance_wire::build::*;
use h2_conformance_wire::{Frame, PREFACE};

/// A transcript under construction; each method adds what its name says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record(Transcript);

/// A server's connection that was opened; what follows is under test.
pub(crate) fn opened() -> Record {
    opening().add(EventKind::Mark)
}

/// The same before the mark.
pub(crate) fn opening() -> Record {
    Record::default()
        .add(EventKind::PeerRaw(PREFACE.to_vec()))
        .peer(settings())
        .subject(settings())
        .subject(settings().ack())
        .peer(settings().ack())
}

impl Record {
    pub(crate) fn add(mut self, kind: EventKind) -> Self {
        let at = Duration::from_millis(self.0.events.len() as u64);
        self.0.events.push(Event { at, kind });
        self
    }

    pub(crate) fn mark(self) -> Self {
        self.add(EventKind::Mark)
    }

    pub(crate) fn peer(self, frame: Frame) -> Self {
        self.add(EventKind::Peer(frame))
    }

    pub(crate) fn subject(self, frame: Frame) -> Self {
        self.add(EventKind::Subject(frame))
    }

    /// In the same octets as what was added last.
    pub(crate) fn along(mut self, frame: Frame) -> Self {
        let at = self.0.events.last().map_or(Duration::ZERO, |event| event.at);
        self.0.events.push(Event { at, kind: EventKind::Subject(frame) });
        self
    }

    /// The runner asks whether the connection works.
    pub(crate) fn asked(self) -> Self {
        self.add(EventKind::Probe(ping(probe(1))))
    }

    /// The runner asks, and the subject answers.
    pub(crate) fn alive(self) -> Self {
        self.asked().subject(ping(probe(1)).ack())
    }

    pub(crate) fn closes(self) -> Self {
        self.add(EventKind::SubjectClosed { rest: Vec::new() })
    }

    /// A client closes when its request is over.
    pub(crate) fn leaves(self, succeeded: Option<bool>) -> Self {
        self.add(EventKind::SubjectLeft { succeeded })
    }

    pub(crate) fn closes_within_a_frame(self) -> Self {
        self.add(EventKind::SubjectClosed { rest: vec![0, 0, 4] })
    }

    pub(crate) fn panics(self) -> Self {
        self.add(EventKind::Panicked("called `unwrap` on a `None` value".into()))
    }

    pub(crate) fn calls(self, call: usize, app: App) -> Self {
        self.add(EventKind::Called { call, app })
    }

    pub(crate) fn gives(self, call: usize, result: AppResult) -> Self {
        self.add(EventKind::Result { call, result })
    }

    pub(crate) fn accepted(self, stream: u32) -> Self {
        self.add(EventKind::Accepted { stream })
    }

    pub(crate) fn transcript(&self) -> &Transcript {
        &self.0
    }
}

/// One line of a table: what it shows, what happened, and the verdict that it has to get.
pub(crate) type Row = (&'static str, Record, Outcome, Ending);

/// Judges each row, and makes sure that the table shows at least one right and three wrong
/// transcripts.
pub(crate) fn check(kind: &str, expect: &Expect, rows: &[Row]) {
    for (name, record, outcome, ending) in rows {
        let verdict = judge(expect, record.transcript());
        assert_eq!(
            (verdict.outcome, verdict.ending),
            (*outcome, *ending),
            "{kind}, {name}: {}\n{}",
            verdict.reason,
            record.transcript()
        );
        assert_eq!(verdict.reason.is_empty(), *outcome == Outcome::Pass, "{kind}, {name}: {:?}", verdict.reason);
    }
    let right = rows.iter().filter(|row| row.2 == Outcome::Pass).count();
    assert!(right >= 1, "{kind}: no right transcript");
    assert!(rows.len() - right >= 3, "{kind}: {} wrong transcripts", rows.len() - right);
}
