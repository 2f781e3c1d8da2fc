//! Canned results for the tests of what comes after the judge.

use std::time::Duration;

use crate::case::Case;
use crate::judge::{Ending, Outcome, Verdict};
use crate::run::Run;
use crate::transcript::{Event, EventKind, Transcript};

/// A run with this outcome, in which the application got a request on this stream.
pub(crate) fn run(outcome: Outcome, stream: u32) -> Run {
    let reason = if outcome == Outcome::Pass { String::new() } else { "canned".into() };
    let events = vec![Event { at: Duration::from_millis(2), kind: EventKind::Accepted { stream } }];
    Run { verdict: Verdict { outcome, ending: Ending::Clean, reason }, transcript: Transcript { events } }
}

/// A run that the environment spoilt.
pub(crate) fn spoilt() -> Run {
    let mut run = run(Outcome::Inconclusive, 1);
    run.verdict.reason = "no network".into();
    run.transcript.events.push(Event { at: Duration::ZERO, kind: EventKind::Harness("no network".into()) });
    run
}

/// A case with this id.
pub(crate) fn case(id: &'static str) -> Case {
    Case { id, title: "Something <is> \"so\" & so", requires: &["rfc9113/6.7/length"], ..Case::DEFAULT }
}
