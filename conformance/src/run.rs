//! Playing one case on one subject.

use crate::case::Case;
use crate::drive::{play, Link, Want};
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
    let want = |transcript: &Transcript| match judge(&case.expect, transcript).outcome {
        Outcome::Pass if case.expect.needs_quiet() => Want::Quiet,
        Outcome::Pass => Want::Nothing,
        _ => Want::More,
    };
    let server = case.role == crate::case::Role::Server;
    let transcript = play(link, &case.steps(), server, &want);
    Run { verdict: judge(&case.expect, &transcript), transcript }
}
