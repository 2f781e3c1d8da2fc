//! A copy of the repository to work on, and the xtask binary to run in it.

// Each test binary uses its own part of this.
#![allow(dead_code, unreachable_pub)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository under test.
pub fn repository() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask lies in the repository").to_owned()
}

/// A copy of everything that is committed or would be, below a temporary directory.
#[derive(Debug)]
pub struct Copy {
    dir: tempfile::TempDir,
}

impl Copy {
    pub fn new() -> Copy {
        let dir = tempfile::tempdir().unwrap();
        let listed = git(&repository(), &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        for name in stdout(&listed).split('\0').filter(|name| !name.is_empty()) {
            let from = repository().join(name);
            let to = dir.path().join("repo").join(name);
            // A file that is deleted but not yet from the index.
            if from.is_file() {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(from, to).unwrap();
            }
        }
        Copy { dir }
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().join("repo")
    }

    /// A path beside the copy.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn xtask(&self, args: &[&str]) -> Output {
        xtask_in(&self.root(), args)
    }

    /// Runs a subcommand that has to work.
    #[track_caller]
    pub fn do_xtask(&self, args: &[&str]) -> String {
        let output = self.xtask(args);
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
        stdout(&output)
    }

    /// The files of the series.
    pub fn series(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        collect(&self.root().join("h2-patched/patches"), "", &mut files);
        files
    }
}

pub fn xtask_in(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).current_dir(dir).args(args).output().unwrap()
}

/// Git without the user's configuration.
pub fn git(dir: &Path, args: &[&str]) -> Output {
    let output = Command::new("git")
        .current_dir(dir)
        .args(["-c", "user.name=test", "-c", "user.email=test@localhost"])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", stderr(&output));
    output
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Bad input: exit code 2 and one line that holds every part.
#[track_caller]
pub fn assert_refused(output: &Output, parts: &[&str]) {
    let sentence = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{sentence}");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    for part in parts {
        assert!(sentence.contains(part), "expected {part:?} in: {sentence}");
    }
}

fn collect(dir: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read_to_string(entry.path()).unwrap());
        }
    }
}
