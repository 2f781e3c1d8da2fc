//! Published releases other than the pinned one.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use h2_materialize::{Manifest, Search, Tree};

use crate::failure::Failure;
use crate::repo::{tempdir, Repo};

/// The release that the tree is, with the hashes of its files.
pub(crate) fn manifest_of(name: &str, version: &str, tree: &Tree) -> Manifest {
    let hashes: BTreeMap<String, String> =
        tree.files.iter().map(|(path, content)| (path.clone(), h2_materialize::sha256::hex(content))).collect();
    Manifest { name: name.to_owned(), version: version.to_owned(), hashes }
}

/// Another release, from cargo, with the hashes of what cargo unpacked.
pub(crate) fn find(repo: &Repo, name: &str, version: &str) -> Result<(Manifest, Tree), Failure> {
    let unpacked = format!("{name}-{version}");
    let look = || -> Result<Option<PathBuf>, Failure> {
        let scratch = tempdir()?;
        let home = Search::from_env(&repo.package(), scratch.path()).cargo_home;
        let sources = home.map(|home| home.join("registry").join("src"));
        let registries = sources.and_then(|sources| fs::read_dir(sources).ok());
        let mut dirs = registries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path().join(&unpacked)));
        Ok(dirs.find(|dir| dir.join("Cargo.toml").is_file()))
    };
    let package = format!("{name}@{version}");
    let mut dir = look()?;
    if dir.is_none() {
        // Cargo unpacks a package in order to describe it.
        let _ = repo.cargo().args(["info", "--quiet", &package]).output();
        dir = look()?;
    }
    let dir = dir.ok_or_else(|| {
        Failure::input(format!(
            "expected a published version or the directory of a checkout, but cargo has no {package}; check it with `cargo info {package}`"
        ))
    })?;
    let mut tree = Tree::read(&dir, "")?;
    // Cargo's own mark on what it has unpacked.
    tree.files.remove(".cargo-ok");
    Ok((manifest_of(name, version, &tree), tree))
}
