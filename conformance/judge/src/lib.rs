//! Judging: a pure function from what a case expects and what happened to a verdict.
//!
//! [`script`] is what a case does, [`transcript`] what happened, and [`judge`] compares a
//! transcript with an [`Expect`], whose [`words`] cases are written in. This crate does not depend
//! on h2: a verdict rests on frames and on the results of calls.
//!
//! A verdict has two axes. The *outcome* says whether the sentence holds. The *ending* says how the
//! connection ended, because two peers can refuse the same frame in ways that differ a lot in
//! operation.

mod check;
mod describe;
mod ending;
mod invariant;
mod messages;
pub mod peer_frames;
pub mod recording;
pub mod script;
mod sections;
pub mod setup;
pub mod transcript;
pub mod words;

pub use check::{content, final_status, Check, Codes};
pub use ending::{in_words as ending_in_words, Ending};

use crate::transcript::{EventKind, Transcript};
use h2_conformance_wire::code::error::NO_ERROR;
use h2_conformance_wire::code::error_name;

/// Whether the sentence of a case holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The sentence holds.
    Pass,
    /// What came is permitted, but less than what the sentence names: a connection error instead of
    /// a stream error, a bare close instead of GOAWAY.
    Weak,
    /// The sentence does not hold.
    Fail,
    /// The connection failed before the step under test, or the runner could not do its part.
    Inconclusive,
}

impl Outcome {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Weak => "weak",
            Outcome::Fail => "fail",
            Outcome::Inconclusive => "inconclusive",
        }
    }
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: Outcome,
    pub ending: Ending,
    /// Why, in one line. Empty where all is as expected.
    pub reason: String,
}

/// What a case expects: every check has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    checks: Vec<Check>,
}

impl Expect {
    /// Nothing. A case needs more than this.
    pub const NOTHING: Expect = Expect { checks: Vec::new() };

    /// The checks.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Whether this is true of any check, or of a part of one.
    #[must_use]
    pub fn any(&self, asks: &dyn Fn(&Check) -> bool) -> bool {
        self.checks.iter().any(|check| check.any(asks))
    }

    /// Whether part of it holds only because something does not come: a runner at a socket has to
    /// wait a little before it believes that.
    #[must_use]
    pub fn needs_quiet(&self) -> bool {
        self.checks.iter().any(Check::needs_quiet)
    }

    /// The worst finding; of equals, the first.
    ///
    /// Where a stream error ended the whole connection, as section 5.4.1 permits, what should have
    /// followed cannot be seen.
    fn holds(&self, transcript: &Transcript) -> (Outcome, String) {
        let escalates = |check: &Check| check.is_stream_error() && check.holds(transcript).0 == Outcome::Weak;
        let is_over = transcript.closed().is_some() || transcript.error_sent();
        let is_escalated = is_over && self.checks.iter().any(escalates);
        let mut worst = (Outcome::Pass, String::new());
        for check in &self.checks {
            let mut found = check.holds(transcript);
            if is_escalated && check.needs_the_connection() && found.0 == Outcome::Fail {
                found = (Outcome::Weak, format!("cannot be seen, because the connection ended: {}", found.1));
            }
            if found.0 > worst.0 {
                worst = found;
            }
        }
        worst
    }

    /// Adds what `other` expects.
    #[must_use]
    pub fn and(mut self, other: impl Into<Expect>) -> Self {
        self.checks.extend(other.into().checks);
        self
    }
}

impl From<Check> for Expect {
    fn from(check: Check) -> Self {
        Expect { checks: vec![check] }
    }
}

/// Judges what happened.
#[must_use]
pub fn judge(expect: &Expect, transcript: &Transcript) -> Verdict {
    let ending = ending::of(expect, transcript);
    let (outcome, mut reason) = outcome(expect, transcript);
    // What is missing may be missing because of an error that the subject says it has found.
    match ending::goaway(transcript) {
        Some((_, code)) if code != NO_ERROR && outcome == Outcome::Fail && !reason.contains("GOAWAY") => {
            reason = format!("{reason}; GOAWAY {}", error_name(code));
        }
        _ => {}
    }
    Verdict { outcome, ending, reason }
}

fn outcome(expect: &Expect, transcript: &Transcript) -> (Outcome, String) {
    if let Some(message) = harness_failure(transcript) {
        return (Outcome::Inconclusive, message);
    }
    // The connection of an attacker is not judged.
    let is_attack = expect.any(&|check| matches!(check, Check::NeighbourServed));
    if !is_attack {
        if let Some(fault) = invariant::broken(transcript).or_else(|| messages::fault(transcript)) {
            return (Outcome::Fail, fault);
        }
    }
    let Some(mark) = transcript.mark() else {
        return (Outcome::Inconclusive, "the run ended before the step under test".into());
    };
    if transcript.closed().is_some_and(|closed| closed < mark) {
        return (Outcome::Inconclusive, "the connection closed before the step under test".into());
    }
    if !ending::was_open(transcript, mark) {
        return (Outcome::Inconclusive, "the subject sent no SETTINGS before the step under test".into());
    }
    if let Some((_, code)) = ending::goaway(transcript).filter(|(at, code)| *at < mark && *code != NO_ERROR) {
        let code = error_name(code);
        return (Outcome::Inconclusive, format!("GOAWAY {code} before the step under test"));
    }
    let worst = expect.holds(transcript);
    // What never came cannot break a rule: a case about numbers and absences is not met by a
    // connection that is gone.
    let silent = !expect.checks.is_empty() && !expect.checks.iter().any(Check::speaks_of_the_end);
    if worst.0 == Outcome::Pass && silent {
        if let Some(reason) = ending::gave_up(transcript) {
            return (Outcome::Fail, reason);
        }
    }
    worst
}

fn harness_failure(transcript: &Transcript) -> Option<String> {
    transcript.events.iter().find_map(|event| match &event.kind {
        EventKind::Harness(message) => Some(message.clone()),
        _ => None,
    })
}
