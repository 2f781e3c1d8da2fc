//! What keeps a comparison or a run from being as it should: each a sentence, with what it is
//! about.

use std::fmt;

use crate::judge::Outcome;
use crate::spec::Level;

/// Something that has to be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The runner or the environment failed: what the subject would have done is unknown.
    BrokenHarness { case: &'static str, subject: String, message: String },
    /// The run ended before these cases were played.
    Unfinished { subject: String, cases: usize, why: String },
    /// Fewer cases were played than the user demands.
    TooFewPlayed { subject: String, played: usize, least: usize },
    /// A case came out other than expected.
    Unexpected {
        case: &'static str,
        level: Level,
        subject: String,
        outcome: Outcome,
        expected: Option<Outcome>,
        reason: String,
    },
    /// The fork does worse than upstream.
    Worse { case: &'static str, before: Outcome, after: Outcome },
    /// A difference that no patch claims.
    Unclaimed { case: &'static str, better: bool, before: String, after: String },
    /// A patch names a case that is not in the catalogue.
    ClaimOfUnknownCase { patch: &'static str, case: &'static str },
    /// A patch claims to mend what is not broken.
    ClaimPassesUpstream { patch: &'static str, case: &'static str },
    /// A patch claims to mend what is still broken.
    ClaimFailsOnFork { patch: &'static str, case: &'static str, outcome: Outcome },
    /// A patch says that it changes frames which do not differ.
    StaleChange { patch: &'static str, pattern: &'static str },
    /// A known shortcoming that is none any more.
    StaleExpectation { case: String, subject: String },
    /// A known shortcoming in a case that is not in the catalogue.
    ExpectationOfUnknownCase { case: String, subject: String },
    /// A line of an expectations file that cannot be parsed.
    UnreadableExpectation { subject: String, fault: String },
    /// A case did not come out the same again.
    Unsteady { case: &'static str, subject: String, before: String, after: String },
}

impl Problem {
    /// A word for the kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Problem::BrokenHarness { .. } => "broken-harness",
            Problem::Unfinished { .. } => "unfinished",
            Problem::TooFewPlayed { .. } => "too-few-played",
            Problem::Unexpected { .. } => "unexpected",
            Problem::Worse { .. } => "worse",
            Problem::Unclaimed { .. } => "unclaimed",
            Problem::ClaimOfUnknownCase { .. } => "claim-of-unknown-case",
            Problem::ClaimPassesUpstream { .. } => "claim-passes-upstream",
            Problem::ClaimFailsOnFork { .. } => "claim-fails-on-fork",
            Problem::StaleChange { .. } => "stale-change",
            Problem::StaleExpectation { .. } => "stale-expectation",
            Problem::ExpectationOfUnknownCase { .. } => "expectation-of-unknown-case",
            Problem::UnreadableExpectation { .. } => "unreadable-expectation",
            Problem::Unsteady { .. } => "unsteady",
        }
    }

    /// The case it is about.
    #[must_use]
    pub fn case(&self) -> Option<&str> {
        match self {
            Problem::BrokenHarness { case, .. }
            | Problem::Unexpected { case, .. }
            | Problem::Worse { case, .. }
            | Problem::Unclaimed { case, .. }
            | Problem::ClaimOfUnknownCase { case, .. }
            | Problem::ClaimPassesUpstream { case, .. }
            | Problem::ClaimFailsOnFork { case, .. }
            | Problem::Unsteady { case, .. } => Some(case),
            Problem::StaleExpectation { case, .. } | Problem::ExpectationOfUnknownCase { case, .. } => Some(case),
            Problem::StaleChange { .. } | Problem::UnreadableExpectation { .. } => None,
            Problem::Unfinished { .. } | Problem::TooFewPlayed { .. } => None,
        }
    }

    /// The subject it is about.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        match self {
            Problem::BrokenHarness { subject, .. }
            | Problem::Unexpected { subject, .. }
            | Problem::StaleExpectation { subject, .. }
            | Problem::ExpectationOfUnknownCase { subject, .. }
            | Problem::UnreadableExpectation { subject, .. }
            | Problem::Unfinished { subject, .. }
            | Problem::TooFewPlayed { subject, .. }
            | Problem::Unsteady { subject, .. } => Some(subject),
            _ => None,
        }
    }

    /// The patch it is about.
    #[must_use]
    pub fn patch(&self) -> Option<&'static str> {
        match self {
            Problem::ClaimOfUnknownCase { patch, .. }
            | Problem::ClaimPassesUpstream { patch, .. }
            | Problem::ClaimFailsOnFork { patch, .. }
            | Problem::StaleChange { patch, .. } => Some(patch),
            _ => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::BrokenHarness { case, subject, message } => {
                write!(f, "{case} on {subject}: the runner could not do its part: {message}")
            }
            Problem::Unfinished { subject, cases, why } => {
                write!(f, "{cases} cases were not played on {subject}: {why}")
            }
            Problem::TooFewPlayed { subject, played, least } => {
                write!(f, "{played} cases were played on {subject}, expected at least {least} (--min-played)")
            }
            Problem::Unexpected { case, level, subject, outcome, expected, reason } => {
                write!(f, "{case} ({}) on {subject}: {}", level.name(), outcome.name())?;
                if let Some(expected) = expected {
                    write!(f, ", known as {}", expected.name())?;
                }
                if reason.is_empty() {
                    Ok(())
                } else {
                    write!(f, ": {reason}")
                }
            }
            Problem::Worse { case, before, after } => {
                write!(f, "{case}: {} on the fork, {} on upstream", after.name(), before.name())
            }
            Problem::Unclaimed { case, better: true, before, after } => {
                write!(f, "{case}: better on the fork, but no patch lists it under Proven-by ({before}; now {after})")
            }
            Problem::Unclaimed { case, better: false, before, after } => {
                write!(f, "{case}: the frames differ, but no patch claims it under Changes ({before}; now {after})")
            }
            Problem::ClaimOfUnknownCase { patch, case } => {
                write!(f, "patch {patch}: Proven-by names {case}, which is not in the catalogue")
            }
            Problem::ClaimPassesUpstream { patch, case } => {
                write!(f, "patch {patch}: Proven-by names {case}, which passes on upstream too")
            }
            Problem::ClaimFailsOnFork { patch, case, outcome } => {
                write!(f, "patch {patch}: Proven-by names {case}, which gives {} on the fork", outcome.name())
            }
            Problem::StaleChange { patch, pattern } => {
                write!(f, "patch {patch}: Changes names {pattern}, which matches no difference")
            }
            Problem::StaleExpectation { case, subject } => {
                write!(f, "expectations of {subject}: {case} passes; take its entry out")
            }
            Problem::ExpectationOfUnknownCase { case, subject } => {
                write!(f, "expectations of {subject}: {case} is not in the catalogue; take its entry out")
            }
            Problem::UnreadableExpectation { subject, fault } => write!(f, "expectations of {subject}: {fault}"),
            Problem::Unsteady { case, subject, before, after } => {
                write!(f, "{case} on {subject} is not steady: first {before}, then {after}")
            }
        }
    }
}
