//! Playing one case on one subject.

use crate::case::Case;
use crate::drive::{play, Link};
use crate::judge::{judge, Outcome, Verdict};
use crate::transcript::Transcript;

/// What came of one case on one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub verdict: Verdict,
    pub transcript: Transcript,
}

/// Plays `case` over `link` and judges it.
pub fn run(case: &Case, link: &mut dyn Link) -> Run {
    let done = |transcript: &Transcript| judge(&case.expect, transcript).outcome == Outcome::Pass;
    let server = case.role == crate::case::Role::Server;
    let transcript = play(link, &case.steps(), server, &done);
    Run { verdict: judge(&case.expect, &transcript), transcript }
}
