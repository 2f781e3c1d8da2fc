//! `roll VERSION DIR`: a work tree with the series rebased on another release.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use h2_materialize::{Manifest, Search, Tree};

use crate::edit::{self, BASE, MARK};
use crate::failure::Failure;
use crate::git::Git;
use crate::print::say;
use crate::repo::{tempdir, write, Repo};

pub(crate) fn run(repo: &Repo, version: &str, dir: &Path) -> Result<(), Failure> {
    let old = repo.release()?;
    let (manifest, source) = other_release(repo, &old.name, version)?;
    edit::make(repo, dir)?;

    let git = Git { dir };
    git.run(&["checkout", "--quiet", "-b", "next", BASE])?;
    source.compiled().write_sources(dir)?;
    git.run(&["add", "--all", "--force", "src"])?;
    let message = format!("{BASE} {}\n", manifest.release());
    git.run_with_input(&["commit", "--quiet", "--allow-empty", "--file=-"], &message)?;
    // The rebase takes the commits above the old base; from now on the tag is the new one.
    let old_base = git.run(&["rev-parse", BASE])?;
    git.run(&["tag", "--force", BASE])?;
    git.run(&["config", MARK, &manifest.release()])?;

    // Not part of the work tree: `refresh` must not see it as a change.
    write(&dir.join(".git/upstream.sha256"), &manifest.to_string())?;
    let rebase = git.ask(&["rebase", "--quiet", "--onto", "next", old_base.trim(), "series"], "")?;
    let dir = dir.display();
    if rebase.success {
        say(format_args!("{dir}: the series on {}", manifest.release()))?;
    } else {
        let conflict = rebase.stdout.lines().chain(rebase.stderr.lines());
        let mut conflict = conflict.filter(|line| line.starts_with("CONFLICT"));
        say(format_args!("{dir}: stopped while rebasing on {}", manifest.release()))?;
        conflict.try_for_each(|line| say(format_args!("  {line}")))?;
        say("mend the files, `git add` them, `git rebase --continue`; then:")?;
    }
    say(format_args!("1. copy {dir}/.git/upstream.sha256 to h2-patched/upstream.sha256"))?;
    say(format_args!("2. set the version in h2-patched/Cargo.toml, and `=` requirements on {}", old.release()))?;
    say(format_args!("3. cargo xtask refresh {dir}"))?;
    say("4. cargo xtask verify")
}

/// Another release, from cargo, with the hashes of what cargo unpacked.
fn other_release(repo: &Repo, name: &str, version: &str) -> Result<(Manifest, Tree), Failure> {
    let unpacked = format!("{name}-{version}");
    let find = || -> Result<Option<PathBuf>, Failure> {
        let scratch = tempdir()?;
        let home = Search::from_env(&repo.package(), scratch.path()).cargo_home;
        let sources = home.map(|home| home.join("registry").join("src"));
        let registries = sources.and_then(|sources| fs::read_dir(sources).ok());
        let mut dirs = registries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path().join(&unpacked)));
        Ok(dirs.find(|dir| dir.join("Cargo.toml").is_file()))
    };
    let package = format!("{name}@{version}");
    let mut dir = find()?;
    if dir.is_none() {
        // Cargo unpacks a package in order to describe it.
        let _ = repo.cargo().args(["info", "--quiet", &package]).output();
        dir = find()?;
    }
    let dir = dir.ok_or_else(|| {
        Failure::input(format!(
            "expected a published version, but cargo has no {package}; check it with `cargo info {package}`"
        ))
    })?;
    let mut tree = Tree::read(&dir, "")?;
    // Cargo's own mark on what it has unpacked.
    tree.files.remove(".cargo-ok");
    let hashes: BTreeMap<String, String> =
        tree.files.iter().map(|(path, content)| (path.clone(), h2_materialize::sha256::hex(content))).collect();
    let manifest = Manifest { name: name.to_owned(), version: version.to_owned(), hashes };
    Ok((manifest, tree))
}
