//! Playing one case on one subject.

use crate::case::Case;
use crate::drive::{play, Link, Want};
use crate::judge::{judge, Check, Outcome, Verdict};
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
        _ if expects_the_close(case) && transcript.error_sent() => Want::Close,
        _ => Want::More,
    };
    let server = case.role == crate::case::Role::Server;
    let transcript = play(link, &case.steps(), server, &want);
    Run { verdict: judge(&case.expect, &transcript), transcript }
}

fn expects_the_close(case: &Case) -> bool {
    case.expect.any(&|check| matches!(check, Check::Closes(_)))
}

impl Run {
    /// Why the run says nothing about the close that `case` asks for.
    pub(crate) fn shows_no_close(&self, case: &Case) -> Option<String> {
        let is_unseen =
            expects_the_close(case) && self.verdict.outcome == Outcome::Fail && !self.transcript.error_sent();
        is_unseen.then(|| "the subject sends no error here, so that its close cannot be seen".to_owned())
    }
}
