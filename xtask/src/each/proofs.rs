//! The proofs of a patch, until each was seen to fail without it.

use h2_materialize::header::{Proof, ProofKind};
use h2_materialize::series::SeriesPatch;

use crate::failure::Failure;

/// The answer to a question about a patch.
pub(super) enum Answer {
    AsClaimed(String),
    /// Some proofs cannot be run on the tree without the patch.
    Open(String),
}

/// What a proof says about a tree without the patch.
pub(super) enum Verdict {
    Fails,
    /// Calls what only the patch adds, so that it does not compile.
    DoesNotCompile,
    /// Fails on a tree in which conflicts were given to one side.
    FailsInMergedTree,
    Passes,
    /// The proof is not run there.
    NotRun,
    /// The tree does not compile, or the programs that ask it broke.
    Broken(String),
}

/// A proof that was not seen to fail without its patch yet.
struct Candidate<'p> {
    proof: &'p Proof,
    /// Where it passes.
    passes: Option<String>,
    /// The compiler's error where it could not be run.
    broken: Option<String>,
}

/// The proofs of a patch on their way to an answer.
pub(super) struct Proofs<'p> {
    left: Vec<Candidate<'p>>,
    /// How many failed or did not compile, and where.
    failed: Vec<String>,
}

impl<'p> Proofs<'p> {
    pub(super) fn of(patch: &'p SeriesPatch) -> Self {
        let candidate = |proof| Candidate { proof, passes: None, broken: None };
        Proofs { left: patch.header.proven_by.iter().map(candidate).collect(), failed: Vec::new() }
    }

    pub(super) fn has_cases(&self) -> bool {
        self.left.iter().any(|candidate| candidate.proof.kind == ProofKind::Case)
    }

    /// Asks each of them, and takes out those that fail.
    pub(super) fn ask(
        &mut self,
        place: &str,
        mut verdict: impl FnMut(&Proof) -> Result<Verdict, Failure>,
    ) -> Result<(), Failure> {
        let (mut failed, mut gone) = (0, 0);
        for mut candidate in std::mem::take(&mut self.left) {
            match verdict(candidate.proof)? {
                Verdict::Fails => {
                    failed += 1;
                    continue;
                }
                // A pass on a clean tree says more.
                Verdict::FailsInMergedTree if candidate.passes.is_none() => {
                    failed += 1;
                    continue;
                }
                Verdict::DoesNotCompile if candidate.passes.is_none() => {
                    gone += 1;
                    continue;
                }
                Verdict::DoesNotCompile => {}
                Verdict::FailsInMergedTree => {}
                Verdict::Passes => {
                    candidate.passes.get_or_insert_with(|| format!("{} passes {place}", candidate.proof));
                }
                Verdict::NotRun => {}
                Verdict::Broken(error) => candidate.broken = Some(error),
            }
            self.left.push(candidate);
        }
        for (count, what) in [(failed, "fail"), (gone, "do not compile")] {
            if count > 0 {
                self.failed.push(format!("{count} proof(s) {what} {place}"));
            }
        }
        Ok(())
    }

    /// Whether any of them is left, not seen to fail.
    pub(super) fn are_left(&self) -> bool {
        !self.left.is_empty()
    }

    pub(super) fn answer(self) -> Result<Answer, Failure> {
        let failed = self.failed.join(", ");
        if self.left.is_empty() {
            return Ok(Answer::AsClaimed(failed));
        }
        if let Some(passes) = self.left.iter().find_map(|candidate| candidate.passes.as_ref()) {
            return Err(Failure::new(passes));
        }
        let left: Vec<String> = self.left.iter().map(|candidate| candidate.proof.to_string()).collect();
        let broken = self.left.iter().find_map(|candidate| candidate.broken.as_ref());
        let why = broken.map_or_else(String::new, |error| format!(", because it cannot be taken out: {error}"));
        Ok(Answer::Open(format!("{failed}; not run: {}{why}", left.join(", "))))
    }
}
