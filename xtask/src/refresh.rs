//! `refresh DIR`: the commits of a work tree back into the series.

use std::fs;
use std::path::Path;

use h2_materialize::sha256;

use crate::edit::SERIES;
use crate::export::{export, Files};
use crate::failure::Failure;
use crate::git::Git;
use crate::index;
use crate::print::print;
use crate::repo::{write, Repo};

pub(crate) fn run(repo: &Repo, dir: &Path) -> Result<(), Failure> {
    let files = export(repo, dir)?;
    let git = Git { dir };
    if git.ask(&["config", "--local", "--get", SERIES], "")?.stdout.trim() != fingerprint(repo)? {
        return Err(Failure::new(format!(
            "the series has changed since {} was made from it, and would lose that: make another work tree with \
             `cargo xtask edit` and cherry-pick your commits onto it",
            dir.display()
        )));
    }
    let mut told = String::new();
    for name in present(repo)? {
        if !files.contains_key(&name) {
            let file = repo.patches().join(&name);
            fs::remove_file(&file).map_err(|cause| Failure::io(format_args!("remove {}", file.display()), &cause))?;
            told += &format!("removed {name}\n");
        }
    }
    for (name, text) in &files {
        let file = repo.patches().join(name);
        let known = fs::read_to_string(&file).ok();
        if known.as_ref() == Some(text) {
            continue;
        }
        write(&file, text)?;
        told += &format!("{} {name}\n", if known.is_some() { "changed" } else { "added" });
    }
    if told.is_empty() {
        told += "the series is as it was\n";
    }
    git.run(&["config", SERIES, &fingerprint(repo)?])?;
    // Printed last: a failure to print must not leave the series on disk half changed.
    let indexed = index::run(repo);
    print(told)?;
    indexed
}

/// A hash of the series on disk.
pub(crate) fn fingerprint(repo: &Repo) -> Result<String, Failure> {
    let mut all = String::new();
    for name in present(repo)? {
        let text = crate::repo::read(&repo.patches().join(&name))?;
        all += &format!("{name} {}\n{text}", text.len());
    }
    Ok(sha256::hex(all.as_bytes()))
}

/// The paths of the files that make up the series on disk, seen from `patches/`, sorted.
pub(crate) fn present(repo: &Repo) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    collect(&repo.patches(), "", &mut names)?;
    names.sort();
    Ok(names)
}

fn collect(dir: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), Failure> {
    let list = |cause: std::io::Error| Failure::io(format_args!("list {}", dir.display()), &cause);
    for entry in fs::read_dir(dir).map_err(list)? {
        let entry = entry.map_err(list)?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type().map_err(list)?.is_dir() {
            true => collect(&entry.path(), &format!("{name}/"), names)?,
            false => names.push(name),
        }
    }
    Ok(())
}

/// How the files on disk differ from `files`, or nothing.
pub(crate) fn difference(repo: &Repo, files: &Files) -> Result<Option<String>, Failure> {
    let present = present(repo)?;
    for name in &present {
        let text = crate::repo::read(&repo.patches().join(name))?;
        match files.get(name) {
            None => return Ok(Some(format!("{name} is not part of the series"))),
            Some(exported) if *exported != text => {
                return Ok(Some(format!("{name} is not as `refresh` would write it")))
            }
            Some(_) => {}
        }
    }
    let missing = files.keys().find(|name| !present.contains(name));
    Ok(missing.map(|name| format!("{name} is missing")))
}
