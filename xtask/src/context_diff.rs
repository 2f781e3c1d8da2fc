//! The difference of two trees for people: with context.

use h2_materialize::Tree;

use crate::failure::Failure;
use crate::git::Git;
use crate::repo::tempdir;

/// A diff of the files that differ, with `context` lines around each change, as `git apply` takes
/// it.
pub(crate) fn context_diff(before: &Tree, after: &Tree, context: usize) -> Result<String, Failure> {
    let scratch = tempdir()?;
    for (side, tree, other) in [("a", before, after), ("b", after, before)] {
        let mut changed = tree.clone();
        changed.files.retain(|path, content| other.files.get(path) != Some(content));
        changed.write_sources(&scratch.path().join(side))?;
    }
    let unified = format!("--unified={context}");
    let git = Git { dir: scratch.path() };
    // The exit code only says whether there is a difference; the names of the two directories make
    // the usual prefixes.
    let answer =
        git.ask(&["diff", "--no-index", "--no-color", "--no-ext-diff", "--no-prefix", &unified, "a", "b"], "")?;
    Ok(answer.stdout)
}
