//! `vendor DIR` and `vendor --branch NAME`: the fork as a plain crate, without a build script.

use std::fs;
use std::path::Path;

use h2_materialize::split::split;
use toml::{Table, Value};

use crate::failure::Failure;
use crate::git::Git;
use crate::layout;
use crate::print::say;
use crate::repo::{expect_empty, read, tempdir, write, Repo};

/// What of the fork's manifest a plain crate has. No tests are in it, so neither is what they need.
const KEPT: [&str; 5] = ["package", "features", "dependencies", "target", "lints"];

pub(crate) fn run(repo: &Repo, dir: &Path) -> Result<(), Failure> {
    expect_empty(dir)?;
    write_crate(repo, dir)?;
    say(format_args!("{}: a plain crate; name it by `[patch.crates-io] h2 = {{ path = \"...\" }}`", dir.display()))
}

/// Commits the crate to a branch of the repository, whose history it continues: a lock file may
/// name an older commit.
pub(crate) fn to_branch(repo: &Repo, branch: &str) -> Result<(), Failure> {
    let scratch = tempdir()?;
    let dir = scratch.path().join("h2");
    write_crate(repo, &dir)?;
    let ours = Git { dir: &repo.root };
    let theirs = Git { dir: &dir };
    let root = repo.root.canonicalize().map_err(|cause| Failure::io("find the repository", &cause))?;
    let root = root.display().to_string();
    let name = format!("refs/heads/{branch}");

    theirs.run(&["init", "--quiet"])?;
    if theirs.ask(&["fetch", "--quiet", &root, &name], "")?.success {
        theirs.run(&["reset", "--quiet", "--soft", "FETCH_HEAD"])?;
    }
    theirs.run(&["add", "--all", "--force"])?;
    let commit = ours.ask(&["rev-parse", "HEAD"], "")?.stdout;
    let version = repo.version()?;
    let message = format!("h2 {version} as a plain crate, made from {}\n", commit.trim());
    theirs.run_with_input(&["commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--file=-"], &message)?;
    let here = dir.display().to_string();
    ours.run(&["fetch", "--quiet", &here, &format!("+HEAD:{name}")])?;
    say(format_args!(
        "branch {branch}: h2 {version} as a plain crate; name it by `h2 = {{ git = \"...\", branch = \"{branch}\" }}`"
    ))
}

fn write_crate(repo: &Repo, dir: &Path) -> Result<(), Failure> {
    let pristine = repo.pristine()?;
    let mut tree = pristine.tree.compiled();
    repo.series()?.apply(&mut tree)?;
    let mut tree = layout::plain(repo, &tree)?;

    let upstream_root = tree
        .files
        .remove("src/lib.rs")
        .and_then(|root| String::from_utf8(root).ok())
        .ok_or_else(|| Failure::new("expected src/lib.rs in the patched tree, found none"))?;
    let crate_root = read(&repo.package().join("src/lib.rs"))?;
    let crate_root = plain_crate_root(&crate_root, &upstream_root)?;
    tree.files.insert("src/lib.rs".to_owned(), crate_root.into_bytes());

    tree.write_sources(dir)?;
    write(&dir.join("Cargo.toml"), &plain_manifest(&read(&repo.package().join("Cargo.toml"))?)?)?;
    let license = pristine
        .tree
        .files
        .get("LICENSE")
        .ok_or_else(|| Failure::new("expected LICENSE in the pinned release, found none"))?;
    let target = dir.join("LICENSE");
    fs::write(&target, license).map_err(|cause| Failure::io(format_args!("write {}", target.display()), &cause))
}

/// Our crate root with upstream's docs and items in the place of the two includes.
fn plain_crate_root(ours: &str, upstream: &str) -> Result<String, Failure> {
    let parts = split(upstream)?;
    let mut out = String::new();
    let mut included = 0;
    for line in ours.lines() {
        if line.starts_with("#![doc = include_str!(") {
            included += 1;
            for doc in parts.docs.lines() {
                out.push_str(format!("//! {doc}").trim_end());
                out.push('\n');
            }
            out.push('\n');
        } else if line.starts_with("include!(") {
            included += 1;
            out.push_str(parts.body.trim_start());
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    if included != 2 {
        return Err(Failure::new(format!(
            "expected two includes (docs and items) in h2-patched/src/lib.rs, found {included}"
        )));
    }
    Ok(out)
}

fn plain_manifest(fork: &str) -> Result<String, Failure> {
    let fork: Table =
        fork.parse().map_err(|error| Failure::new(format!("h2-patched/Cargo.toml does not parse: {error}")))?;
    let mut plain = Table::new();
    for section in KEPT {
        if let Some(value) = fork.get(section) {
            plain.insert(section.to_owned(), value.clone());
        }
    }
    if let Some(Value::Table(package)) = plain.get_mut("package") {
        package.remove("build");
    }
    // The tests inside the modules need packages that users of the crate should not have to fetch.
    let lib = Table::from_iter([("test".to_owned(), false.into()), ("doctest".to_owned(), false.into())]);
    plain.insert("lib".to_owned(), Value::Table(lib));
    toml::to_string(&plain).map_err(|error| Failure::new(format!("cannot write the plain manifest: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_includes_are_replaced() {
        let ours = "#![doc = include_str!(x)]\n#![deny(a)]\ninclude!(y);\nmod z;\n";
        let upstream = "//! Docs\n#![allow(b)]\nmod m;\n";
        assert_eq!(plain_crate_root(ours, upstream).unwrap(), "//! Docs\n\n#![deny(a)]\nmod m;\nmod z;\n");
        assert!(plain_crate_root("mod z;\n", upstream).is_err());
    }

    #[test]
    fn the_manifest_has_neither_build_script_nor_tests() {
        let fork = "[package]\nname = \"h2\"\nbuild = \"build.rs\"\n[dependencies]\nbytes = \"1\"\n[build-dependencies]\nx = \"1\"\n[dev-dependencies]\ny = \"1\"\n";
        let plain = plain_manifest(fork).unwrap();
        assert!(plain.contains("bytes"), "{plain}");
        assert!(!plain.contains("build"), "{plain}");
        assert!(!plain.contains("dev-"), "{plain}");
    }
}
