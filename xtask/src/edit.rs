//! `edit DIR`: the fork's sources as a git work tree, one commit a patch.

use std::path::Path;

use h2_materialize::Tree;

use crate::failure::Failure;
use crate::git::Git;
use crate::message::Message;
use crate::print::say;
use crate::refresh::fingerprint;
use crate::repo::{expect_empty, Repo};

/// The tag on the commit that holds the pinned release.
pub(crate) const BASE: &str = "pristine";

/// Set in the work tree's own configuration: by this `refresh` knows it.
pub(crate) const MARK: &str = "h2-patched.release";

/// Set beside it: the series that the work tree was made from, or brought back to.
pub(crate) const SERIES: &str = "h2-patched.series";

pub(crate) fn run(repo: &Repo, dir: &Path) -> Result<(), Failure> {
    let patches = make(repo, dir)?;
    // The build script runs elsewhere, so a relative path would not do.
    let dir = dir.canonicalize().map_err(|cause| Failure::io(format_args!("find {}", dir.display()), &cause))?;
    let dir = dir.display();
    say(format_args!("{dir}: {patches} patch(es) as commits on tag {BASE}; own modules stay in h2-patched/modules"))?;
    say(format_args!("compile it:   H2_WORKTREE={dir} cargo test -p h2@0.4.2001"))?;
    say(format_args!("take it back: cargo xtask refresh {dir}"))
}

/// Makes the work tree; returns the number of patches. The recorded tree hash plays no part, so
/// that a series with a patch edited by hand can be mended this way.
pub(crate) fn make(repo: &Repo, dir: &Path) -> Result<usize, Failure> {
    expect_empty(dir)?;
    let release = repo.release()?;
    let series = repo.series()?;
    let mut tree = repo.pristine()?.tree.compiled();

    std::fs::create_dir_all(dir).map_err(|cause| Failure::io(format_args!("create {}", dir.display()), &cause))?;
    let git = Git { dir };
    git.run(&["init", "--quiet", "--initial-branch=series"])?;
    let settings =
        [("core.autocrlf", "false"), ("gc.auto", "0"), (MARK, &release.release()), (SERIES, &fingerprint(repo)?)];
    for (key, value) in settings {
        git.run(&["config", key, value])?;
    }
    commit(&git, &tree, &format!("{BASE} {}\n", release.release()))?;
    git.run(&["tag", BASE])?;

    for patch in &series.patches {
        patch.apply(&mut tree)?;
        let message = Message { slug: patch.slug.clone(), tier: patch.tier, header: patch.header.clone() };
        commit(&git, &tree, &message.to_text())?;
    }
    Ok(series.patches.len())
}

fn commit(git: &Git<'_>, tree: &Tree, message: &str) -> Result<(), Failure> {
    tree.write_sources(git.dir)?;
    git.run(&["add", "--all", "--force", "src"])?;
    git.run_with_input(
        &["commit", "--quiet", "--no-verify", "--no-gpg-sign", "--cleanup=verbatim", "--file=-"],
        message,
    )?;
    Ok(())
}
