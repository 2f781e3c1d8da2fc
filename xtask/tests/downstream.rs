//! The fork as its users see it: named by path, by git, vendored, and with something wrong.
//!
//! These build packages, so that they are no part of `cargo test --workspace`: `cargo test -p xtask
//! --test downstream -- --ignored` runs them. They share one target directory, which stays for the
//! next run.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use support::{git, repository, stderr, stdout, xtask_in, Copy};

/// A package that uses h2, alone or below hyper, in a temporary directory.
struct Probe {
    dir: tempfile::TempDir,
    target: PathBuf,
}

impl Probe {
    /// `patch` is the entry in `[patch.crates-io]` for h2.
    fn new(dependency: &str, patch: &str, program: &str) -> Probe {
        let dir = tempfile::tempdir().unwrap();
        let manifest = format!(
            "[package]\nname = \"probe\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
             [dependencies]\n{dependency}\n\n[patch.crates-io]\nh2 = {{ {patch} }}\n"
        );
        fs::write(dir.path().join("Cargo.toml"), manifest).unwrap();
        fs::create_dir(dir.path().join("src")).unwrap();
        fs::write(dir.path().join("src/main.rs"), program).unwrap();
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("downstream");
        Probe { dir, target }
    }

    fn with_hyper(patch: &str) -> Probe {
        Probe::new(
            "hyper = { version = \"1\", features = [\"http2\", \"server\"] }",
            patch,
            "fn main() { let _ = hyper::server::conn::http2::Builder::<fn()>::new; }\n",
        )
    }

    fn with_h2(patch: &str) -> Probe {
        Probe::new("h2 = \"=0.4.2001\"", patch, "fn main() { let _ = h2::server::Builder::new(); }\n")
    }

    fn cargo(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(self.dir.path()).args(args).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    #[track_caller]
    fn succeeds(&self, args: &[&str]) -> Output {
        let output = self.cargo(args).output().unwrap();
        assert!(output.status.success(), "cargo {args:?}: {}", stderr(&output));
        output
    }

    /// hyper compiles, and the h2 below it is the fork and no other.
    #[track_caller]
    fn hyper_runs_on_the_fork(&self) {
        let check = self.succeeds(&["check"]);
        assert!(!stderr(&check).contains("was not used"), "{}", stderr(&check));
        let tree = stdout(&self.succeeds(&["tree", "--invert", "h2"]));
        assert!(tree.starts_with("h2 v0.4.2001 "), "{tree}");
        assert!(tree.contains("hyper v1"), "{tree}");
    }
}

/// For a manifest, where a backslash would be an escape.
fn slashes(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

fn fork_by_path() -> String {
    format!("path = \"{}\"", slashes(&repository().join("h2-patched")))
}

#[test]
#[ignore = "builds packages: see above"]
fn hyper_on_the_fork_by_path() {
    Probe::with_hyper(&fork_by_path()).hyper_runs_on_the_fork();
}

/// A repository of its own that holds the fork as it is.
#[cfg(unix)]
fn committed_copy() -> Copy {
    let copy = Copy::new();
    git(&copy.root(), &["init", "--quiet"]);
    git(&copy.root(), &["add", "--all"]);
    git(&copy.root(), &["commit", "--quiet", "-m", "as it is"]);
    copy
}

/// A home of cargo for checkouts of a made-up repository, which borrows the registry.
#[cfg(unix)]
fn home_beside(copy: &Copy) -> PathBuf {
    let home = copy.beside("cargo-home");
    fs::create_dir(&home).unwrap();
    let real = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cargo"));
    for shared in ["registry", "config.toml"] {
        if real.join(shared).exists() {
            std::os::unix::fs::symlink(real.join(shared), home.join(shared)).unwrap();
        }
    }
    home
}

#[cfg(unix)]
#[test]
#[ignore = "builds packages: see above"]
fn hyper_on_the_fork_by_git() {
    let copy = committed_copy();
    let home = home_beside(&copy);
    let probe = Probe::with_hyper(&format!("git = \"file://{}\"", slashes(&copy.root())));
    let run = |args: &[&str]| {
        let output = probe.cargo(args).env("CARGO_HOME", &home).output().unwrap();
        assert!(output.status.success(), "cargo {args:?}: {}", stderr(&output));
        stdout(&output)
    };
    run(&["check"]);
    let tree = run(&["tree", "--invert", "h2"]);
    assert!(tree.starts_with("h2 v0.4.2001 (file://"), "{tree}");
    assert!(tree.contains("hyper v1"), "{tree}");
}

/// The branch of the plain crate: after `cargo fetch` nothing needs a network, and `cargo vendor`
/// takes it like any package.
#[cfg(unix)]
#[test]
#[ignore = "builds packages: see above"]
fn hyper_on_the_branch_of_the_plain_crate() {
    let copy = committed_copy();
    let said = copy.do_xtask(&["vendor", "--branch", "vendored"]);
    assert!(said.contains("branch vendored: h2 0.4.2001"), "{said}");
    // A second commit continues the first, which a lock file may name.
    copy.do_xtask(&["vendor", "--branch", "vendored"]);
    assert_eq!(stdout(&git(&copy.root(), &["rev-list", "--count", "vendored"])).trim(), "2");

    let home = home_beside(&copy);
    let probe = Probe::with_hyper(&format!("git = \"file://{}\", branch = \"vendored\"", slashes(&copy.root())));
    let run = |args: &[&str]| {
        let output = probe.cargo(args).env("CARGO_HOME", &home).output().unwrap();
        assert!(output.status.success(), "cargo {args:?}: {}", stderr(&output));
        stdout(&output)
    };
    run(&["fetch"]);
    run(&["check", "--offline", "--locked"]);
    let tree = run(&["tree", "--offline", "--invert", "h2"]);
    assert!(tree.starts_with("h2 v0.4.2001 (file://"), "{tree}");

    let config = run(&["vendor", "--offline", "--locked", "vendor"]);
    assert!(probe.dir.path().join("vendor/h2/LICENSE").exists());
    fs::create_dir(probe.dir.path().join(".cargo")).unwrap();
    fs::write(probe.dir.path().join(".cargo/config.toml"), config).unwrap();
    // Now the repository is not needed either.
    fs::remove_dir_all(home.join("git")).unwrap();
    run(&["check", "--offline", "--locked"]);
}

/// What cargo prints when the build script refuses: our sentence, as one line.
#[test]
#[ignore = "builds packages: see above"]
fn cargo_shows_the_sentence() {
    let probe = Probe::with_h2(&fork_by_path());
    let nowhere = probe.dir.path().join("nowhere");
    let output = probe.cargo(&["check"]).env("H2_PRISTINE_DIR", &nowhere).output().unwrap();
    assert!(!output.status.success());
    let said = stderr(&output);
    let sentence = said.lines().find(|line| line.starts_with("error: h2@0.4.2001: "));
    let sentence = sentence.unwrap_or_else(|| panic!("no sentence in: {said}"));
    for part in ["H2_PRISTINE_DIR is", "nowhere", "no Cargo.toml there", "unset it"] {
        assert!(sentence.contains(part), "{sentence}");
    }
}

/// A plain crate: no build script, nothing of this repository, no network.
#[test]
#[ignore = "builds packages: see above"]
fn the_vendored_crate_builds_alone() {
    let dir = tempfile::tempdir().unwrap();
    let vendored = dir.path().join("h2");
    let output = xtask_in(&repository(), &["vendor", vendored.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    for absent in ["build.rs", "patches", "modules"] {
        assert!(!vendored.join(absent).exists(), "{absent}");
    }
    assert!(vendored.join("LICENSE").exists());
    let sources = h2_materialize::Tree::read(&vendored, "src").unwrap();
    for (path, content) in sources.files {
        let text = String::from_utf8(content).unwrap();
        assert!(!text.contains(h2_materialize::MODULES_PLACEHOLDER), "{path}");
    }

    let probe = Probe::with_h2(&format!("path = \"{}\"", slashes(&vendored)));
    probe.succeeds(&["check", "--offline"]);
    // All but the feature that needs a package which nothing else here has fetched.
    let manifest = vendored.join("Cargo.toml");
    probe.succeeds(&[
        "check",
        "--offline",
        "--features",
        "stream,unstable,__invariants,__virtual-time",
        "--manifest-path",
        manifest.to_str().unwrap(),
    ]);

    // The usual way to vendor the rest: the fork is no registry package and stays where it is.
    probe.succeeds(&["vendor", "--quiet", "--offline", "vendor"]);
    assert!(!probe.dir.path().join("vendor/h2").exists());
    let source = "[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n";
    fs::create_dir(probe.dir.path().join(".cargo")).unwrap();
    fs::write(probe.dir.path().join(".cargo/config.toml"), source).unwrap();
    probe.succeeds(&["check", "--offline", "--locked"]);
}

/// Nothing that a build asks cargo for waits for a lock that another build holds.
#[test]
#[ignore = "builds packages: see above"]
fn two_builds_at_once() {
    let builds: Vec<_> = ["one", "two"]
        .map(|name| {
            let mut probe = Probe::with_h2(&fork_by_path());
            probe.target = probe.target.with_file_name(format!("downstream-{name}"));
            // The build script has to run each time for this to say something.
            fs::remove_dir_all(&probe.target).ok();
            thread::spawn(move || probe.cargo(&["check"]).output().unwrap())
        })
        .into_iter()
        .collect();
    for build in builds {
        let output = build.join().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
    }
}
