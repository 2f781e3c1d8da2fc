//! The conformance suite with another h2 in the place of the release, and the fork's tests on
//! another tree.
//!
//! Cargo takes the release from the registry. A copy of the repository below `target/trial` patches
//! it with a plain crate of the same version, so that the suite's subject `upstream` is the tree
//! under trial. The copy has a lock file and a target directory of its own.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use h2_materialize::{Tree, WORKTREE};
use serde::Deserialize;

use crate::bench_rows::Rows;
use crate::failure::Failure;
use crate::git::Git;
use crate::layout;
use crate::limited::{self, LIMIT};
use crate::repo::{read, write, Repo};
use crate::verify::manifest;

/// The line of the workspace's manifest below which the crate under trial is named.
const PATCH_SECTION: &str = "[patch.crates-io]\n";

/// The packages whose tests are proofs.
const FORK: &str = "h2@0.4.2001";
const BENCHES: &str = "h2-benches";

/// The subjects of the suite.
pub(crate) const UPSTREAM: &str = "upstream";
pub(crate) const PATCHED: &str = "patched";

/// Outcomes of cases by id.
pub(crate) type Outcomes = BTreeMap<String, String>;

/// Executions until a fuzz target finds something, by the target and the kind of the finding.
pub(crate) type Findings = BTreeMap<(String, String), u64>;

/// A place to try trees in.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    repo: &'a Repo,
    /// The manifest of the release.
    release_manifest: String,
    dir: PathBuf,
}

impl<'a> Trial<'a> {
    pub(crate) fn new(repo: &'a Repo) -> Result<Trial<'a>, Failure> {
        let release_manifest = read(&repo.pristine()?.dir.join("Cargo.toml"))?;
        let trial = Trial { repo, release_manifest, dir: repo.root.join("target/trial") };
        trial.copy_repository()?;
        Ok(trial)
    }

    /// Plays every case on `tree` in the place of the release. An error is that of the compiler.
    pub(crate) fn play_release(&self, tree: &Tree) -> Result<Outcomes, Failure> {
        self.write_crate(tree, &self.dir.join("h2"))?;
        self.play(UPSTREAM, self.cargo(&self.dir.join("repository"), "target-release"))
    }

    /// Plays every case on another release in the place of the pinned one. An error is that of the
    /// compiler.
    pub(crate) fn play_other(&self, tree: &Tree, manifest: &str) -> Result<Outcomes, Failure> {
        let dir = self.dir.join("h2");
        tree.compiled().write_sources(&dir)?;
        write(&dir.join("Cargo.toml"), manifest)?;
        self.play(UPSTREAM, self.cargo(&self.dir.join("repository"), "target-release"))
    }

    /// What fuzz targets find, on seeds, in the release that was played last by
    /// [`play_other`](Self::play_other).
    pub(crate) fn fuzz_other(&self, seeds: u32) -> Result<Findings, Failure> {
        let mut command = self.cargo(&self.dir.join("repository"), "target-release");
        command.args(["run", "--quiet", "--package", "h2-conformance", "--example", "kinds", "--"]);
        let output = run(command.args([&seeds.to_string(), UPSTREAM]))?;
        if !output.status.success() {
            return Err(Failure::new(format!("the fuzz targets broke ({}): {}", output.status, last_line(&output))));
        }
        findings(&String::from_utf8_lossy(&output.stdout))
    }

    /// Plays every case on the fork with `tree` in the place of its series.
    pub(crate) fn play_fork(&self, tree: &Tree) -> Result<Outcomes, Failure> {
        self.play(PATCHED, self.fork(tree)?)
    }

    /// Runs that test, or that file of tests, with `tree` in the place of the series. `None`:
    /// neither the fork's package nor the benches have one of that name. An error is that of the
    /// compiler about the tree itself.
    pub(crate) fn test_fork(&self, tree: &Tree, name: &str) -> Result<Option<TestRun>, Failure> {
        let Some(Tests { package, target, filter }) = self.find_test(name)? else { return Ok(None) };
        let test = || -> Result<Command, Failure> {
            let mut command = self.fork(tree)?;
            command.args(["test", "--quiet", "--package", package]).args(&target);
            Ok(command)
        };
        if !run(test()?.arg("--no-run"))?.status.success() {
            self.compile_fork(tree)?;
            return Ok(Some(TestRun::Gone));
        }
        let Some(output) = limited::output(test()?.args(&filter), LIMIT)? else {
            return Ok(Some(TestRun::Fails));
        };
        let any = ran_any(&String::from_utf8_lossy(&output.stdout));
        Ok(Some(match output.status.success() {
            true if any => TestRun::Passes,
            // A module that is not compiled without the patch takes its tests with it.
            true => TestRun::Gone,
            false => TestRun::Fails,
        }))
    }

    /// Runs that scenario of the benches with `tree` in the place of the series. An error is that
    /// of the compiler.
    pub(crate) fn bench_fork(&self, tree: &Tree, scenario: &str) -> Result<Rows, Failure> {
        // Without it rows of instructions are missing, and a patch would seem to change nothing.
        if Command::new("valgrind").arg("--version").output().is_err() {
            return Err(Failure::new("expected valgrind, which counts instructions, and found none: install it"));
        }
        let mut command = self.fork(tree)?;
        let mut build = copy_of(&command);
        succeed("the benches", &run(build.args(["build", "--quiet", "--release", "--package", BENCHES]))?)?;
        let file = self.dir.join("figures.json");
        let _ = fs::remove_file(&file);
        command.args(["run", "--quiet", "--release", "--package", BENCHES, "--", scenario, "--json"]).arg(&file);
        let output = run(&mut command)?;
        if !file.exists() {
            return Err(Failure::new(format!("the bench broke ({}): {}", output.status, last_line(&output))));
        }
        Rows::read(&read(&file)?)
    }

    /// Compiles the library of the fork, with the features that its tests use.
    fn compile_fork(&self, tree: &Tree) -> Result<(), Failure> {
        let mut command = self.fork(tree)?;
        command.args(["check", "--quiet", "--package", FORK, "--lib"]);
        succeed("the fork", &run(command.args(["--features", "__invariants,__virtual-time"]))?)
    }

    /// The options of cargo that name the program of the tests, and the filter for it.
    fn find_test(&self, name: &str) -> Result<Option<Tests>, Failure> {
        let tests = Tree::read(&self.repo.package(), "tests")?;
        let benches = Tree::read(&self.repo.root.join("benches"), "tests")?;
        let program = |name: &str| vec!["--test".to_owned(), name.to_owned()];
        let files = [format!("tests/{name}.rs"), format!("tests/{name}/main.rs")];
        for (package, tests) in [(FORK, &tests), (BENCHES, &benches)] {
            if files.iter().any(|file| tests.files.contains_key(file)) {
                return Ok(Some(Tests { package, target: program(name), filter: None }));
            }
        }
        // A file beside the `main.rs` of a program is a module of it.
        let module = tests.files.keys().find_map(|file| {
            let (program, file) = file.strip_prefix("tests/")?.split_once('/')?;
            (file.strip_suffix(".rs") == Some(name)).then(|| program.to_owned())
        });
        if let Some(of) = module {
            let filter = Some(format!("{name}::"));
            return Ok(Some(Tests { package: FORK, target: program(&of), filter }));
        }
        let last = name.rsplit([':', '/']).next().unwrap_or(name);
        let function = format!("fn {last}(");
        let modules = Tree::read(&self.repo.package(), layout::MODULES)?;
        let mut sources = tests.files.values().chain(modules.files.values());
        let found = sources.any(|text| String::from_utf8_lossy(text).contains(&function));
        let target = vec!["--lib".to_owned(), "--tests".to_owned()];
        Ok(found.then(|| Tests { package: FORK, target, filter: Some(last.to_owned()) }))
    }

    /// A cargo command on the fork with `tree` in the place of its series.
    fn fork(&self, tree: &Tree) -> Result<Command, Failure> {
        let worktree = self.dir.join("worktree");
        tree.write_sources(&worktree)?;
        let mut command = self.cargo(&self.repo.root, "target-fork");
        command.env(WORKTREE, worktree);
        Ok(command)
    }

    /// A plain crate of that tree, with the manifest of the release.
    pub(crate) fn write_crate(&self, tree: &Tree, dir: &Path) -> Result<(), Failure> {
        layout::plain(self.repo, tree)?.write_sources(dir)?;
        // Without a workspace of its own, cargo takes the crate for a member of the one that it
        // lies in.
        write(&dir.join("Cargo.toml"), &format!("{}\n[workspace]\n", self.release_manifest))
    }

    /// The same, with the dependencies that the fork has beside those of the release.
    pub(crate) fn write_crate_of_fork(&self, tree: &Tree, dir: &Path) -> Result<(), Failure> {
        self.write_crate(tree, dir)?;
        let manifest = dir.join("Cargo.toml");
        write(&manifest, &format!("{}\n{}", read(&manifest)?, manifest::added(self.repo)?))
    }

    fn play(&self, subject: &str, mut command: Command) -> Result<Outcomes, Failure> {
        let runner = ["--quiet", "--package", "h2-conformance", "--bin", "h2-conformance"];
        // Whether it compiles, first: an error of the compiler and one of the runner are different
        // answers.
        let mut build = copy_of(&command);
        succeed("the suite", &run(build.arg("build").args(runner))?)?;
        let file = self.dir.join("results.json");
        let _ = fs::remove_file(&file);
        command.arg("run").args(runner).args([
            "--",
            "run",
            "--quiet",
            "--subject",
            subject,
            "--format",
            "json",
            "--out",
        ]);
        let output = run(command.arg(&file))?;
        if !file.exists() {
            return Err(Failure::new(format!("the suite broke ({}): {}", output.status, last_line(&output))));
        }
        outcomes(&read(&file)?, subject)
    }

    /// A directory of the trial's own.
    pub(crate) fn dir(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// A cargo command in `root`, with that target directory of the trial.
    pub(crate) fn cargo(&self, root: &Path, target: &str) -> Command {
        let mut command = self.repo.cargo();
        command.current_dir(root).env("CARGO_TARGET_DIR", self.dir.join(target));
        // What upstream's own assertions would stop is for the cases to see, as in a release build,
        // which takes longer to compile.
        for (name, value) in [("DEBUG", "0"), ("DEBUG_ASSERTIONS", "false"), ("OVERFLOW_CHECKS", "false")] {
            command.env(format!("CARGO_PROFILE_DEV_{name}"), value);
        }
        command
    }

    /// Copies everything that is committed or would be.
    fn copy_repository(&self) -> Result<(), Failure> {
        let copy = self.dir.join("repository");
        let git = Git { dir: &self.repo.root };
        let listed = git.run(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
        for name in listed.split('\0').filter(|name| !name.is_empty()) {
            let from = self.repo.root.join(name);
            // A file that is deleted but not yet from the index.
            if !from.is_file() {
                continue;
            }
            let content =
                fs::read(&from).map_err(|cause| Failure::io(format_args!("read {}", from.display()), &cause))?;
            h2_materialize::tree::write_if_changed(&copy.join(name), &content)?;
        }
        // A patch that was renamed since the copy before would still claim what it did.
        let kept: HashSet<&str> = listed.split('\0').filter(|name| self.repo.root.join(name).is_file()).collect();
        for name in h2_materialize::tree::list_files(&copy, "h2-patched/patches")? {
            if !kept.contains(name.as_str()) {
                let file = copy.join(&name);
                fs::remove_file(&file)
                    .map_err(|cause| Failure::io(format_args!("remove {}", file.display()), &cause))?;
            }
        }
        let manifest = copy.join("Cargo.toml");
        let text = read(&manifest)?;
        let crate_under_trial = format!("{PATCH_SECTION}h2-under-trial = {{ package = \"h2\", path = \"../h2\" }}\n");
        if !text.contains(PATCH_SECTION) {
            return Err(Failure::new("expected a section [patch.crates-io] in Cargo.toml, found none"));
        }
        write(&manifest, &text.replacen(PATCH_SECTION, &crate_under_trial, 1))
    }
}

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TestRun {
    Passes,
    /// Failed, or did not end.
    Fails,
    /// Not compiled, or its module is not: it calls what the tree lacks.
    Gone,
}

/// Tests of a package: the options of cargo that name their programs, and what their names have in
/// common.
struct Tests {
    package: &'static str,
    target: Vec<String>,
    filter: Option<String>,
}

/// Whether the output of a test run counts at least one test that passed.
pub(crate) fn ran_any(stdout: &str) -> bool {
    let passed = stdout.lines().filter_map(|line| line.strip_prefix("test result: ok. ")?.split(' ').next());
    passed.filter_map(|count| count.parse::<u32>().ok()).any(|count| count > 0)
}

/// The same command without arguments.
fn copy_of(command: &Command) -> Command {
    let mut copy = Command::new(command.get_program());
    command.get_envs().for_each(|(name, value)| match value {
        Some(value) => drop(copy.env(name, value)),
        None => drop(copy.env_remove(name)),
    });
    if let Some(dir) = command.get_current_dir() {
        copy.current_dir(dir);
    }
    copy
}

fn run(command: &mut Command) -> Result<Output, Failure> {
    limited::output(command, LIMIT)?
        .ok_or_else(|| Failure::new(format!("cargo did not end within {} minutes", LIMIT.as_secs() / 60)))
}

fn succeed(what: &str, output: &Output) -> Result<(), Failure> {
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let error = stderr.lines().find(|line| line.starts_with("error")).unwrap_or("no message");
    Err(Failure::new(format!("{what} did not compile: {error}")))
}

fn last_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("no message").trim().to_owned()
}

/// Lines of the program `kinds`.
fn findings(text: &str) -> Result<Findings, Failure> {
    let line = |line: &str| {
        let mut parts = line.splitn(3, '\t');
        let (target, after, kind) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        Some(((target.to_owned(), kind.to_owned()), after))
    };
    let expected = |found| Failure::new(format!("expected TARGET, EXECUTIONS and KIND, found {found:?}"));
    text.lines().map(|text| line(text).ok_or_else(|| expected(text))).collect()
}

fn outcomes(json: &str, subject: &str) -> Result<Outcomes, Failure> {
    #[derive(Deserialize)]
    struct Results {
        cases: Vec<CaseResult>,
    }
    #[derive(Deserialize)]
    struct CaseResult {
        id: String,
        results: BTreeMap<String, SubjectResult>,
    }
    #[derive(Deserialize)]
    struct SubjectResult {
        outcome: String,
    }
    let results: Results = serde_json::from_str(json)
        .map_err(|error| Failure::new(format!("the results are not in the agreed form: {error}")))?;
    let of_subject = |mut case: CaseResult| Some((case.id, case.results.remove(subject)?.outcome));
    Ok(results.cases.into_iter().filter_map(of_subject).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_no_test_is_no_pass() {
        assert!(!ran_any("\nrunning 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored\n"));
        assert!(ran_any("test result: ok. 0 passed; 0 failed\ntest result: ok. 2 passed; 0 failed\n"));
    }

    #[test]
    fn outcomes_are_those_of_the_subject() {
        let json = r#"{"cases":[{"id":"a/b","results":{"upstream":{"outcome":"fail"}}},{"id":"c/d","results":{}}]}"#;
        let found = outcomes(json, UPSTREAM).unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [("a/b".to_owned(), "fail".to_owned())]);
        assert!(outcomes("{}", UPSTREAM).is_err());
    }
}
