//! `verify`: everything the fork claims about itself.

pub(crate) mod manifest;
mod modules;
mod proofs;
mod tiers;

use crate::comparison;
use crate::edit;
use crate::export::export;
use crate::failure::Failure;
use crate::index;
use crate::print::say;
use crate::refresh::difference;
use crate::repo::{read, tempdir, Repo};

/// A check says what it found in order, or what is wrong.
type Check = fn(&Repo) -> Result<String, Failure>;

const CHECKS: [(&str, Check); 6] = [
    ("series", series),
    ("export", fixed_point),
    ("manifest", manifest::check),
    ("proofs", proofs::check),
    ("modules", modules::check),
    ("index", index_is_current),
];

pub(crate) fn run(repo: &Repo, compare: bool) -> Result<(), Failure> {
    let mut failed = 0;
    let mut tell = |name: &str, result: Result<String, Failure>| match result {
        Ok(detail) => say(format_args!("ok       {name}: {detail}")),
        Err(failure) => {
            failed += 1;
            say(format_args!("FAILED   {name}: {}", failure.sentence))
        }
    };
    for (name, check) in CHECKS {
        tell(name, check(repo))?;
    }
    if compare {
        tell("tiers", tiers::check(repo))?;
        tell("claims", claims(repo))?;
    } else {
        say("SKIPPED  tiers: NO TIER WAS COMPILED (--skip-compare)")?;
        say("SKIPPED  claims: NOTHING WAS COMPARED WITH UPSTREAM (--skip-compare)")?;
    }
    match failed {
        0 => Ok(()),
        n => Err(Failure::new(format!("{n} of the checks above failed"))),
    }
}

/// Headers are complete, patches are strict and without context, and they lead to the recorded
/// tree.
fn series(repo: &Repo) -> Result<String, Failure> {
    let series = repo.series()?;
    let located = repo.pristine()?;
    let mut tree = located.tree.compiled();
    series.apply(&mut tree)?;
    let count = series.patches.len();
    Ok(format!("{count} patch(es) apply to {}, found {}", repo.release()?.release(), located.how))
}

/// Taking the series apart and putting it together again changes no byte of it.
fn fixed_point(repo: &Repo) -> Result<String, Failure> {
    let scratch = tempdir()?;
    let dir = scratch.path().join("edit");
    edit::make(repo, &dir)?;
    match difference(repo, &export(repo, &dir)?)? {
        None => Ok("edit and refresh change nothing".to_owned()),
        Some(what) => {
            Err(Failure::new(format!("patches/{what}; run `cargo xtask edit DIR` and `cargo xtask refresh DIR`")))
        }
    }
}

fn index_is_current(repo: &Repo) -> Result<String, Failure> {
    if read(&repo.index_file()).ok() == Some(index::text(repo)?) {
        return Ok("PATCHES.md is up to date".to_owned());
    }
    Err(Failure::new("PATCHES.md is not what the headers say; run `cargo xtask index`"))
}

/// Every case that proves a patch fails without it and passes with it, and no difference is left
/// over.
fn claims(repo: &Repo) -> Result<String, Failure> {
    let broken = comparison::broken_claims(&repo.series()?, &comparison::run(repo)?);
    if broken.is_empty() {
        return Ok("every claim holds and every difference is claimed".to_owned());
    }
    Err(Failure::new(broken.join("; ")))
}
