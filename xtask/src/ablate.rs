//! `ablate [SLUG]`: drops one patch at a time and shows that the comparison notices, so that each proof is known to depend on
//! its patch.

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
    let mut failed = 0;
    for patch in chosen {
        if cases(patch).next().is_none() {
            say(format_args!("skipped  {}: no case proves it", patch.slug))?;
            continue;
        }
        match without(repo, patch) {
            Ok(broken) => {
                let broken = broken.join("; ");
                say(format_args!("ok       {}: without it the comparison fails: {broken}", patch.slug))?;
            }
            Err(failure) => {
                failed += 1;
                say(format_args!("FAILED   {}: {}", patch.slug, failure.sentence))?;
            }
        }
    }
    match failed {
        0 => Ok(()),
        n => Err(Failure::new(format!("{n} of the patches above could not be shown to matter"))),
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
