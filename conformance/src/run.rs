//! Playing one case on one subject.

use crate::case::{Case, Role};
use crate::drive::{play, Link, Want};
use crate::judge::{judge, Check, Expect, Outcome, Verdict};
use crate::script::Script;
use crate::transcript::Transcript;

/// What came of one case on one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub verdict: Verdict,
    pub transcript: Transcript,
}

/// Plays `case` over `link` and judges it.
pub fn run(case: &Case, link: &mut dyn Link) -> Run {
    run_script(&case.steps(), &case.expect, case.role, link)
}

/// Plays `script` over `link` to a subject of this role, and judges what comes by `expect`.
pub(crate) fn run_script(script: &Script, expect: &Expect, role: Role, link: &mut dyn Link) -> Run {
    let want = |transcript: &Transcript| match judge(expect, transcript).outcome {
        Outcome::Pass if expect.needs_quiet() => Want::Quiet,
        Outcome::Pass => Want::Nothing,
        _ if expects_the_close(expect) && transcript.error_sent() => Want::Close,
        _ => Want::More,
    };
    let transcript = play(link, script, role == Role::Server, &want);
    Run { verdict: judge(expect, &transcript), transcript }
}

fn expects_the_close(expect: &Expect) -> bool {
    expect.any(&|check| matches!(check, Check::Closes(_)))
}

impl Run {
    /// Why the run says nothing about the close that `case` asks for.
    pub(crate) fn shows_no_close(&self, case: &Case) -> Option<String> {
        let is_unseen =
            expects_the_close(&case.expect) && self.verdict.outcome == Outcome::Fail && !self.transcript.error_sent();
        is_unseen.then(|| "the subject sends no error here, so that its close cannot be seen".to_owned())
    }
}
