//! Where things are in the repository.

use std::env;
use std::path::{Path, PathBuf};

use h2_materialize::{locate, Located, Manifest, Search, Series};

use crate::failure::Failure;

/// The repository that the command works on: the one that holds the current directory.
#[derive(Debug)]
pub(crate) struct Repo {
    pub(crate) root: PathBuf,
}

impl Repo {
    pub(crate) fn find() -> Result<Repo, Failure> {
        let cwd = env::current_dir().map_err(|cause| Failure::io("find out where I am", &cause))?;
        cwd.ancestors()
            .find(|dir| dir.join("h2-patched/patches/series").is_file())
            .map(|dir| Repo { root: dir.to_owned() })
            .ok_or_else(|| {
                Failure::input(format!(
                    "expected to run inside the fork's repository, but neither {} nor a directory above it holds \
                     h2-patched/patches/series; change to the repository",
                    cwd.display()
                ))
            })
    }

    /// The fork's package.
    pub(crate) fn package(&self) -> PathBuf {
        self.root.join("h2-patched")
    }

    pub(crate) fn patches(&self) -> PathBuf {
        self.package().join("patches")
    }

    pub(crate) fn modules(&self) -> PathBuf {
        self.package().join("modules")
    }

    /// The generated list of patches.
    pub(crate) fn index_file(&self) -> PathBuf {
        self.root.join("PATCHES.md")
    }

    pub(crate) fn release(&self) -> Result<Manifest, Failure> {
        Ok(Manifest::load(&self.package().join("upstream.sha256"))?)
    }

    /// The version of the fork's package.
    pub(crate) fn version(&self) -> Result<String, Failure> {
        let manifest = read(&self.package().join("Cargo.toml"))?;
        let manifest: Option<toml::Table> = manifest.parse().ok();
        let version = manifest.as_ref().and_then(|manifest| manifest.get("package")?.get("version")?.as_str());
        version
            .map(str::to_owned)
            .ok_or_else(|| Failure::new("expected a version in h2-patched/Cargo.toml, found none"))
    }

    pub(crate) fn series(&self) -> Result<Series, Failure> {
        Ok(Series::load(&self.patches())?)
    }

    /// The pinned release, verified.
    pub(crate) fn pristine(&self) -> Result<Located, Failure> {
        let scratch = tempdir()?;
        let search = Search::from_env(&self.package(), scratch.path());
        Ok(locate(&self.release()?, &search)?)
    }

    /// A cargo command in the root of the repository.
    pub(crate) fn cargo(&self) -> std::process::Command {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = std::process::Command::new(cargo);
        command.current_dir(&self.root);
        command
    }
}

pub(crate) fn tempdir() -> Result<tempfile::TempDir, Failure> {
    tempfile::tempdir().map_err(|cause| Failure::io("make a temporary directory", &cause))
}

/// Writes a file and the directories above it; leaves it alone when it has this content.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    Ok(h2_materialize::tree::write_if_changed(file, text.as_bytes())?)
}

pub(crate) fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|cause| Failure::io(format_args!("read {}", file.display()), &cause))
}

/// Refuses a directory that already holds something.
pub(crate) fn expect_empty(dir: &Path) -> Result<(), Failure> {
    let holds_something = std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if holds_something || dir.is_file() {
        return Err(Failure::input(format!(
            "expected {} to be absent or an empty directory, but it holds something; name another or remove it",
            dir.display()
        )));
    }
    Ok(())
}
