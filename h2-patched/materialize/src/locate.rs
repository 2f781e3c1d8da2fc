//! Where the pristine release is on this machine.
//!
//! Every place is believed only after its hashes match. The places that cost nothing come first;
//! the network comes last and only for the one package.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::manifest::{describe, Fault};
use crate::{nested_cargo, offline, Error, Manifest, Tree};

/// The variable that names the directory of the pristine release.
pub const PRISTINE_DIR: &str = "H2_PRISTINE_DIR";

/// How a release was found that was not on this machine.
pub const FETCHED: &str = "cargo info, which fetched it";

/// What the search depends on. Kept apart from the environment so that it can be tested.
#[derive(Debug, Clone)]
pub struct Search {
    /// `H2_PRISTINE_DIR`: when it is set, nothing else is tried.
    pub pristine_dir: Option<PathBuf>,
    /// The directory of the fork's own package; a vendored release lies beside it.
    pub package_dir: PathBuf,
    /// Cargo's home, whose unpacked registry sources are looked through.
    pub cargo_home: Option<PathBuf>,
    /// The cargo to ask, and a directory for its probe packages. `None` asks no cargo.
    pub cargo: Option<(OsString, PathBuf)>,
    /// Whether the last step may fetch the release through cargo.
    pub may_fetch: bool,
}

impl Search {
    /// The search that the environment of a build script (or of xtask) asks for.
    pub fn from_env(package_dir: &Path, scratch: &Path) -> Search {
        let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let home = set("HOME").or_else(|| set("USERPROFILE")).map(PathBuf::from);
        Search {
            pristine_dir: set(PRISTINE_DIR).map(PathBuf::from),
            package_dir: package_dir.to_owned(),
            cargo_home: set("CARGO_HOME").map(PathBuf::from).or_else(|| home.map(|home| home.join(".cargo"))),
            cargo: Some((set("CARGO").unwrap_or_else(|| "cargo".into()), scratch.to_owned())),
            may_fetch: !offline::is_asked_for(),
        }
    }
}

/// A verified copy of the release.
#[derive(Debug, Clone)]
pub struct Located {
    /// Where it was.
    pub dir: PathBuf,
    /// How it was found.
    pub how: &'static str,
    /// The files of the release: the bytes that were verified.
    pub tree: Tree,
}

/// Finds a verified copy of `manifest`'s release.
pub fn locate(manifest: &Manifest, search: &Search) -> Result<Located, Error> {
    if let Some(dir) = &search.pristine_dir {
        return verify_named_dir(manifest, dir);
    }
    let mut hunt = Hunt { manifest, refused: None };
    let beside = search.package_dir.join("..").join(manifest.directory());
    if let Some(located) = hunt.consider(&beside, "beside the fork") {
        return Ok(located);
    }
    if let Some(located) = hunt.registry(search, "cargo's registry sources") {
        return Ok(located);
    }
    if let Some((cargo, scratch)) = &search.cargo {
        let nested = nested_cargo::NestedCargo { cargo, scratch, manifest };
        // Cargo unpacks a cached package in order to describe it.
        if nested.info(nested_cargo::Network::Off) {
            if let Some(located) = hunt.registry(search, "cargo info --offline") {
                return Ok(located);
            }
        }
        if let Some(dir) = nested.source_dir(&search.package_dir) {
            if let Some(located) = hunt.consider(&dir, "cargo metadata --offline") {
                return Ok(located);
            }
        }
        if search.may_fetch && nested.info(nested_cargo::Network::On) {
            if let Some(located) = hunt.registry(search, FETCHED) {
                return Ok(located);
            }
        }
    }
    Err(hunt.failure(search))
}

fn verify_named_dir(manifest: &Manifest, dir: &Path) -> Result<Located, Error> {
    match manifest.verify(dir) {
        Ok(tree) => Ok(Located { dir: dir.to_owned(), how: PRISTINE_DIR, tree }),
        Err(faults) => Err(Error::new(format!(
            "{PRISTINE_DIR} is {}, which is not the unmodified {}: {}; point it at the unpacked release or unset it",
            dir.display(),
            manifest.release(),
            describe(&faults)
        ))),
    }
}

/// The search in progress, with the first copy that it had to refuse.
struct Hunt<'a> {
    manifest: &'a Manifest,
    refused: Option<(PathBuf, Vec<Fault>)>,
}

impl Hunt<'_> {
    fn consider(&mut self, dir: &Path, how: &'static str) -> Option<Located> {
        match self.manifest.verify(dir) {
            Ok(tree) => Some(Located { dir: dir.to_owned(), how, tree }),
            Err(faults) => {
                if faults != [Fault::NoPackage] && self.refused.is_none() {
                    self.refused = Some((dir.to_owned(), faults));
                }
                None
            }
        }
    }

    /// Every registry has a directory of its own; which one the release came from does not matter.
    fn registry(&mut self, search: &Search, how: &'static str) -> Option<Located> {
        let sources = search.cargo_home.as_ref()?.join("registry").join("src");
        let mut registries: Vec<PathBuf> =
            fs::read_dir(sources).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
        registries.sort();
        registries.iter().find_map(|dir| self.consider(&dir.join(self.manifest.directory()), how))
    }

    fn failure(&self, search: &Search) -> Error {
        let Manifest { name, version, .. } = self.manifest;
        let release = self.manifest.release();
        if let Some((dir, faults)) = &self.refused {
            return Error::new(format!(
                "expected the unmodified {release}, but {} is not: {}; remove that directory and run \
                 `cargo info {name}@{version}`, or set {PRISTINE_DIR} to an unmodified copy",
                dir.display(),
                describe(faults)
            ));
        }
        let network = if search.may_fetch { "cargo could not fetch it" } else { "an offline build must not fetch it" };
        Error::new(format!(
            "the source of {release} was expected beside {} or among cargo's packages, found in neither, and {network}; \
             run `cargo info {name}@{version}` once with network access, or set {PRISTINE_DIR} to the unpacked release",
            search.package_dir.display()
        ))
    }
}
