//! `ablate [SLUG]`: drops one patch at a time and checks that each case named as its proof then fails.
//!
//! A patch without such a case is not dropped. Its line names its other proofs, and the last line counts these patches apart from
//! those that were shown to matter. The command fails if a case passes without its patch.

use std::fmt;

use h2_materialize::header::ProofKind;
use h2_materialize::series::SeriesPatch;

use crate::comparison::{self, Results};
use crate::edit;
use crate::failure::Failure;
use crate::git::Git;
use crate::print::say;
use crate::repo::{tempdir, Repo};
use crate::show::find;

pub(crate) fn run(repo: &Repo, slug: Option<&str>) -> Result<(), Failure> {
    let series = repo.series()?;
    let chosen: Vec<&SeriesPatch> = match slug {
        Some(slug) => vec![find(&series, slug)?],
        None => series.patches.iter().collect(),
    };
    let mut counts = Counts::default();
    for patch in chosen {
        if cases(patch).next().is_none() {
            counts.skipped += 1;
            let proofs: Vec<String> = patch.header.proven_by.iter().map(ToString::to_string).collect();
            say(format_args!("skipped  {}: no case proves it; its proofs are {}", patch.slug, proofs.join(", ")))?;
            continue;
        }
        match without(repo, patch) {
            Ok(broken) => {
                counts.shown += 1;
                let broken = broken.join("; ");
                say(format_args!("ok       {}: without it the comparison fails: {broken}", patch.slug))?;
            }
            Err(failure) => {
                counts.failed += 1;
                say(format_args!("FAILED   {}: {}", patch.slug, failure.sentence))?;
            }
        }
    }
    say(&counts)?;
    match counts.failed {
        0 => Ok(()),
        n => Err(Failure::new(format!("{n} of the patches above could not be shown to matter"))),
    }
}

/// How many of the patches had each result.
#[derive(Debug, Default)]
struct Counts {
    shown: usize,
    skipped: usize,
    failed: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { shown, skipped, failed } = self;
        write!(
            f,
            "{} patch(es): {shown} shown to matter, {skipped} without a case and proven otherwise (not dropped), {failed} failed",
            shown + skipped + failed
        )
    }
}

/// What the comparison says with the patch dropped: each of its claims has to be among that.
fn without(repo: &Repo, patch: &SeriesPatch) -> Result<Vec<String>, Failure> {
    let scratch = tempdir()?;
    let dir = scratch.path().join("edit");
    edit::make(repo, &dir)?;
    let results = compare_without(repo, &Git { dir: &dir }, patch)?;
    let broken = comparison::broken_claims(&repo.series()?, &results);
    for case in cases(patch) {
        if !broken.iter().any(|claim| claim.starts_with(&format!("{}: {case} ", patch.slug))) {
            return Err(Failure::new(format!("{case} passes without it")));
        }
    }
    Ok(broken)
}

/// Drops the patch alone; where later patches build on it, those with it.
fn compare_without(repo: &Repo, git: &Git<'_>, patch: &SeriesPatch) -> Result<Results, Failure> {
    let commits = git.run(&["log", "--format=%H %s"])?;
    let commit = commits
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find_map(|(hash, subject)| subject.strip_prefix(&patch.slug)?.starts_with(':').then_some(hash))
        .ok_or_else(|| Failure::new("its commit is not in the work tree"))?;
    if git.ask(&["revert", "--no-commit", commit], "")?.success {
        if let Ok(results) = comparison::run_on(repo, Some(git.dir)) {
            return Ok(results);
        }
    }
    git.run(&["reset", "--quiet", "--hard", &format!("{commit}^")])?;
    comparison::run_on(repo, Some(git.dir))
}

fn cases(patch: &SeriesPatch) -> impl Iterator<Item = String> + '_ {
    patch.header.proven_by.iter().filter(|proof| proof.kind == ProofKind::Case).map(ToString::to_string)
}
