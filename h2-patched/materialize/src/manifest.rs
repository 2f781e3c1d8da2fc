//! `upstream.sha256`: which release the fork is built on, and the hash of each of its files.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use crate::tree::{list_files, Tree};
use crate::{sha256, Error};

/// The directory whose files are compiled: none may be missing and none may be added.
const COMPILED: &str = "src";

/// Needed beside the compiled files: the release says in it which release it is.
const PACKAGE_MANIFEST: &str = "Cargo.toml";

/// Needed beside the compiled files: the licence goes with the sources.
const LICENSE: &str = "LICENSE";

/// The pinned release: its name, version and the hash of each file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The package's name.
    pub name: String,
    /// The package's version.
    pub version: String,
    /// Path to SHA-256, in hexadecimal digits.
    pub hashes: BTreeMap<String, String>,
}

/// One way in which a directory is not the pinned release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The directory is not there, or holds no package.
    NoPackage,
    /// The directory is a package, but another one.
    OtherRelease {
        /// Name and version found.
        found: String,
    },
    /// A needed file is not there.
    Missing {
        /// The path of the file.
        path: String,
    },
    /// A file that the release does not have would be compiled.
    Extra {
        /// The path of the file.
        path: String,
    },
    /// A file has another content.
    Altered {
        /// The path of the file.
        path: String,
        /// The hash in the manifest.
        expected: String,
        /// The hash of what is there.
        found: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::NoPackage => write!(f, "no Cargo.toml there"),
            Fault::OtherRelease { found } => write!(f, "it holds {found}"),
            Fault::Missing { path } => write!(f, "{path} is missing"),
            Fault::Extra { path } => write!(f, "{path} is not part of the release"),
            Fault::Altered { path, expected, found } => {
                write!(f, "{path} was altered (sha256 {found}, expected {expected})")
            }
        }
    }
}

impl Manifest {
    /// Reads a manifest file.
    pub fn load(file: &Path) -> Result<Manifest, Error> {
        let text =
            fs::read_to_string(file).map_err(|cause| Error::io(format_args!("read {}", file.display()), &cause))?;
        Manifest::parse(&text).map_err(|error| Error::new(format!("{}: {error}", file.display())))
    }

    /// Reads the text of a manifest: `#` comments, one `release NAME VERSION`, and `hash  path`
    /// lines.
    pub fn parse(text: &str) -> Result<Manifest, Error> {
        let mut release = None;
        let mut hashes = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let fault = |expected: &str| Error::new(format!("line {}: expected {expected}, found {line:?}", index + 1));
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(rest) = line.strip_prefix("release ") {
                let named = rest.split_once(' ').filter(|_| release.is_none());
                release = Some(named.ok_or_else(|| fault("one `release NAME VERSION` line"))?);
                continue;
            }
            let (hash, path) = line
                .split_once("  ")
                .filter(|(hash, path)| is_sha256(hash) && is_relative(path))
                .ok_or_else(|| fault("`sha256  path`"))?;
            if hashes.insert(path.to_owned(), hash.to_owned()).is_some() {
                return Err(fault("each path once"));
            }
        }
        let (name, version) = release.ok_or_else(|| Error::new("expected a line `release NAME VERSION`"))?;
        Ok(Manifest { name: name.to_owned(), version: version.to_owned(), hashes })
    }

    /// `NAME VERSION`, for messages.
    pub fn release(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// `NAME-VERSION`, the name of the directory cargo unpacks the release into.
    pub fn directory(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    /// The release's files from `dir`, or every way in which `dir` is not the release. The bytes
    /// that are used are those that were hashed. Vendoring strips dot files and documents, so only
    /// what is compiled, the package manifest and the licence must be there; what is there must be
    /// unaltered.
    pub fn verify(&self, dir: &Path) -> Result<Tree, Vec<Fault>> {
        let Ok(package) = fs::read_to_string(dir.join(PACKAGE_MANIFEST)) else {
            return Err(vec![Fault::NoPackage]);
        };
        if let Some(found) = package_name_and_version(&package) {
            if found != self.release() {
                return Err(vec![Fault::OtherRelease { found }]);
            }
        }
        let mut tree = Tree::default();
        let mut faults = Vec::new();
        for (path, expected) in &self.hashes {
            match fs::read(dir.join(path)) {
                Ok(content) => {
                    let found = sha256::hex(&content);
                    if found == *expected {
                        tree.files.insert(path.clone(), content);
                    } else {
                        faults.push(Fault::Altered { path: path.clone(), expected: expected.clone(), found });
                    }
                }
                Err(cause) if cause.kind() == io::ErrorKind::NotFound && !is_needed(path) => {}
                Err(_) => faults.push(Fault::Missing { path: path.clone() }),
            }
        }
        for path in list_files(dir, COMPILED).unwrap_or_default() {
            if !self.hashes.contains_key(&path) {
                faults.push(Fault::Extra { path });
            }
        }
        if faults.is_empty() {
            Ok(tree)
        } else {
            Err(faults)
        }
    }
}

impl fmt::Display for Manifest {
    /// The text of the manifest file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# The release that the fork is built on, and the sha256 of each of its files.")?;
        writeln!(f, "release {}", self.release())?;
        for (path, hash) in &self.hashes {
            writeln!(f, "{hash}  {path}")?;
        }
        Ok(())
    }
}

/// The faults as one clause: the first three, and how many more there are.
pub fn describe(faults: &[Fault]) -> String {
    const SHOWN: usize = 3;
    let mut clause = faults.iter().take(SHOWN).map(Fault::to_string).collect::<Vec<_>>().join(", ");
    if faults.len() > SHOWN {
        clause.push_str(&format!(" and {} more", faults.len() - SHOWN));
    }
    clause
}

fn is_needed(path: &str) -> bool {
    path == PACKAGE_MANIFEST || path == LICENSE || path.starts_with("src/")
}

pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether `path` stays below the directory it is joined to, on every platform.
pub(crate) fn is_relative(path: &str) -> bool {
    !path.contains(['\\', ':']) && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

/// `name version` from a package manifest as cargo normalises it. Only for a better message: hashes
/// decide.
fn package_name_and_version(manifest: &str) -> Option<String> {
    let package = manifest.split("[package]").nth(1)?;
    let value = |key: &str| {
        package
            .lines()
            .find_map(|line| line.strip_prefix(key)?.trim().strip_prefix('='))
            .map(|value| value.trim().trim_matches('"').to_owned())
    };
    Some(format!("{} {}", value("name")?, value("version")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn reads_release_and_hashes() {
        let text = format!("# note\nrelease h2 0.4.20\n{HASH}  src/lib.rs\n");
        let manifest = Manifest::parse(&text).unwrap();
        assert_eq!(manifest.release(), "h2 0.4.20");
        assert_eq!(manifest.directory(), "h2-0.4.20");
        assert_eq!(manifest.hashes["src/lib.rs"], HASH);
        assert_eq!(Manifest::parse(&manifest.to_string()).unwrap(), manifest);
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for (text, complaint) in [
            (String::new(), "release NAME VERSION"),
            ("release h2\n".into(), "line 1"),
            (format!("release h2 1\n{HASH} src/lib.rs\n"), "line 2"),
            (format!("release h2 1\n{HASH}  ../lib.rs\n"), "line 2"),
            (format!("release h2 1\n{HASH}  /lib.rs\n"), "line 2"),
            (format!("release h2 1\n{}  a\n", HASH.to_uppercase()), "line 2"),
            (format!("release h2 1\n{HASH}  a\n{HASH}  a\n"), "each path once"),
        ] {
            let error = Manifest::parse(&text).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }

    #[test]
    fn reads_the_version_of_a_package() {
        let manifest = "# x\n[package]\nedition = \"2021\"\nname = \"h2\"\nversion = \"0.4.19\"\n";
        assert_eq!(package_name_and_version(manifest).as_deref(), Some("h2 0.4.19"));
    }
}
