//! From the commits of a work tree to the files of the series.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use h2_materialize::series::{parse_patch, Tier, ORDER, TREE_HASH};
use h2_materialize::Tree;

use crate::edit::{BASE, MARK};
use crate::failure::Failure;
use crate::git::Git;
use crate::message::Message;
use crate::repo::Repo;

/// The files of `patches/`: path in it to text.
pub(crate) type Files = BTreeMap<String, String>;

/// What the commits of the work tree `dir` make of the series.
pub(crate) fn export(repo: &Repo, dir: &Path) -> Result<Files, Failure> {
    let git = Git { dir };
    expect_work_tree(repo, &git)?;

    let mut tree = repo.pristine()?.tree.compiled();
    let mut files = Files::new();
    let mut order = String::new();
    let mut slugs = BTreeSet::new();
    let mut last_tier = None;
    let commits = git.run(&["rev-list", "--reverse", &format!("{BASE}..HEAD")])?;
    for commit in commits.lines() {
        let message = git.run(&["log", "-1", "--format=%B", commit])?;
        let short = &commit[..commit.len().min(10)];
        let message =
            Message::parse(&message).map_err(|what| Failure::new(format!("message of commit {short}: {what}")))?;
        let slug = message.slug;
        let diff = zero_context(&git.run(&diff_command(commit))?)
            .map_err(|what| Failure::new(format!("commit {short} ({slug}): {what}")))?;
        let patch = parse_patch(&slug, message.tier, format!("{}\n{diff}", message.header))?;
        patch.apply(&mut tree)?;

        if last_tier > Some(message.tier) {
            return Err(Failure::new(format!(
                "commit {short} ({slug}) is of tier {}, but comes after a later tier; expected the order {}",
                message.tier,
                Tier::names()
            )));
        }
        if last_tier != Some(message.tier) {
            let gap = if order.is_empty() { "" } else { "\n" };
            order.push_str(&format!("{gap}# {}\n", message.tier));
            last_tier = Some(message.tier);
        }
        order.push_str(&format!("{slug}\n"));
        if !slugs.insert(slug.clone()) {
            return Err(Failure::new(format!("two commits are named {slug}; squash them or rename one")));
        }
        files.insert(patch.file(), patch.text);
    }
    if Tree::read(dir, "src")? != tree {
        return Err(Failure::new(format!(
            "the commits above tag {BASE} in {} do not lead from the pinned release to its files; \
             start over with `cargo xtask edit`",
            dir.display()
        )));
    }
    files.insert(ORDER.to_owned(), order);
    files.insert(TREE_HASH.to_owned(), format!("{}\n", tree.sha256()));
    Ok(files)
}

/// Refuses whatever `edit` did not make, and whatever is not committed.
fn expect_work_tree(repo: &Repo, git: &Git<'_>) -> Result<(), Failure> {
    let dir = git.dir.display();
    let marked = if git.dir.join(".git").exists() {
        git.ask(&["config", "--local", "--get", MARK], "")?.stdout
    } else {
        String::new()
    };
    let release = repo.release()?.release();
    if marked.trim() != release {
        return Err(Failure::input(format!(
            "expected {dir} to be a work tree of {release} made by `cargo xtask edit`, but it is not one; make one first"
        )));
    }
    let status = git.run(&["status", "--porcelain"])?;
    if let Some(first) = status.lines().next() {
        return Err(Failure::input(format!(
            "expected all changes in {dir} to be committed, found `{}`; commit them (one commit a patch) or discard them",
            first.trim()
        )));
    }
    let merges = git.run(&["rev-list", "--merges", &format!("{BASE}..HEAD")])?;
    if !merges.is_empty() {
        return Err(Failure::input(format!(
            "expected one commit after another in {dir}, found a merge; rebase it on tag {BASE}"
        )));
    }
    Ok(())
}

/// Every option that shapes a diff is named, so that no configuration and no default changes a
/// patch.
fn diff_command(commit: &str) -> Vec<String> {
    let mut command: Vec<String> = [
        "diff",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--minimal",
        "--indent-heuristic",
        "--unified=0",
        "--inter-hunk-context=0",
        "--src-prefix=a/",
        "--dst-prefix=b/",
    ]
    .map(str::to_owned)
    .to_vec();
    command.extend([format!("{commit}^"), commit.to_owned()]);
    command
}

/// Git's diff less what a patch here does not carry: git's own lines, and the text that git quotes
/// after a hunk's line numbers, which is upstream's.
fn zero_context(diff: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut in_hunk = 0;
    for line in diff.lines() {
        if in_hunk > 0 {
            in_hunk -= 1;
            out.push_str(line);
        } else if let Some((ranges, count)) = hunk_ranges(line) {
            in_hunk = count;
            out.push_str(&ranges);
        } else if line.starts_with("--- a/") || line.starts_with("+++ b/") {
            out.push_str(line);
        } else if line.starts_with("diff --git ") || line.starts_with("index ") {
            continue;
        } else {
            return Err(format!(
                "expected changed lines of files that the release has, found `{line}`; own modules belong in h2-patched/modules"
            ));
        }
        out.push('\n');
    }
    if out.is_empty() {
        return Err("it changes no file; drop it".to_owned());
    }
    Ok(out)
}

/// `@@ -1,2 +3,4 @@` without what follows, and how many lines the hunk has.
fn hunk_ranges(line: &str) -> Option<(String, usize)> {
    let ranges = line.strip_prefix("@@ ")?.split(" @@").next()?;
    let mut count = 0;
    for side in ranges.split(' ') {
        count += match side.split_once(',') {
            Some((_, lines)) => lines.parse().ok()?,
            None => 1,
        };
    }
    Some((format!("@@ {ranges} @@"), count))
}

#[cfg(test)]
mod tests {
    use super::zero_context;

    #[test]
    fn drops_what_git_adds_and_keeps_lines_that_look_like_it() {
        let diff = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -3 +3,2 @@ fn quoted()\n--- a/fake\n+index fake\n+@@ -1 +1 @@ fake\n";
        let want = "--- a/x\n+++ b/x\n@@ -3 +3,2 @@\n--- a/fake\n+index fake\n+@@ -1 +1 @@ fake\n";
        assert_eq!(zero_context(diff).unwrap(), want);
    }

    #[test]
    fn refuses_new_files_and_empty_commits() {
        let created = zero_context("diff --git a/x b/x\nnew file mode 100644\n").unwrap_err();
        assert!(created.contains("new file mode"), "{created}");
        assert!(zero_context("").is_err());
    }
}
