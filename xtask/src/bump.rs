//! `bump VERSION`: the fork's next version in every file that names it, and the release that it is
//! built on.
//!
//! A version is upstream's patch number times 100 plus our revision, so that the old and the new
//! release follow from the two versions. What happened in the past keeps its names: the changelog
//! is left alone, and so are the hashes of the release.

use crate::failure::Failure;
use crate::git::Git;
use crate::print::say;
use crate::repo::{read, write, Repo};

/// The files whose versions are a record.
const RECORDS: [&str; 3] = ["CHANGELOG.md", "Cargo.lock", "h2-patched/upstream.sha256"];

pub(crate) fn run(repo: &Repo, version: &str) -> Result<(), Failure> {
    let old = repo.version()?;
    let release_of = |version: &str| {
        release(version).ok_or_else(|| {
            Failure::input(format!(
                "expected a version like {old} (upstream's patch number and two digits), found {version:?}"
            ))
        })
    };
    let versions = [(old.clone(), version.to_owned()), (release_of(&old)?, release_of(version)?)];
    let git = Git { dir: &repo.root };
    let listed = git.run(&["ls-files", "-z"])?;
    let mut changed = 0;
    for name in listed.split('\0').filter(|name| !name.is_empty() && !is_record(name)) {
        let file = repo.root.join(name);
        // Pictures are no text.
        let Ok(text) = read(&file) else { continue };
        let new = versions.iter().fold(text.clone(), |text, (from, to)| replaced(&text, from, to));
        if new != text {
            write(&file, &new)?;
            changed += 1;
        }
    }
    say(format_args!(
        "{old} is {version} now in {changed} file(s); the lock files follow with the next build of their workspaces"
    ))?;
    say("next: an entry in CHANGELOG.md, `cargo xtask index`, and all of .ci/run")
}

fn is_record(name: &str) -> bool {
    RECORDS.iter().any(|record| name == *record || name.ends_with(&format!("/{record}")))
}

/// `0.4.20` for `0.4.2001`.
fn release(version: &str) -> Option<String> {
    let (line, patch) = version.rsplit_once('.')?;
    let digits = patch.len() > 2 && patch.bytes().all(|octet| octet.is_ascii_digit()) && !patch.ends_with("00");
    let (patch, _) = patch.split_at_checked(patch.len().checked_sub(2)?)?;
    digits.then(|| format!("{line}.{patch}"))
}

/// The text with the version replaced where it stands alone: `0.4.20` is no part of `0.4.2001`.
fn replaced(text: &str, from: &str, to: &str) -> String {
    let in_version = |c: char| c.is_ascii_digit();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (before, after) = (&rest[..at], &rest[at + from.len()..]);
        let alone = !before.ends_with(|c| in_version(c) || c == '.')
            && !after.starts_with(in_version)
            && !after.strip_prefix('.').is_some_and(|after| after.starts_with(in_version));
        out.push_str(before);
        out.push_str(if alone { to } else { from });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_replaced_where_they_stand_alone() {
        let text = "0.4.20 is not 0.4.2001, 10.4.20 or 0.4.20.1; \"=0.4.20\", h2-0.4.20. The end: 0.4.20.";
        assert_eq!(
            replaced(text, "0.4.20", "0.4.21"),
            "0.4.21 is not 0.4.2001, 10.4.20 or 0.4.20.1; \"=0.4.21\", h2-0.4.21. The end: 0.4.21."
        );
    }

    #[test]
    fn the_release_follows_from_the_version() {
        assert_eq!(release("0.4.2001").as_deref(), Some("0.4.20"));
        assert_eq!(release("0.4.2112").as_deref(), Some("0.4.21"));
        for wrong in ["0.4.20", "0.4.2000", "0.4", "x", "", "0.4.20a1"] {
            assert_eq!(release(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn records_keep_their_versions() {
        assert!(is_record("CHANGELOG.md") && is_record("downstream/Cargo.lock"));
        assert!(!is_record("README.md"));
    }
}
