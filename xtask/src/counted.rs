//! `work` and `coverage`: programs of the suite, compiled so that they count how often the parts of
//! their code run.

mod covered;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::print::say;
use crate::repo::{tempdir, write, Repo};

use covered::Covered;

/// Seeds of `work`, for each role.
const SCRIPTS: &str = "100000";
/// What `coverage` plays: the targets of the program `power`, and how long each, in seconds.
const TARGETS: [&str; 7] = ["frames", "script", "legal", "pair", "windows", "differential", "hpack"];
const SECONDS: &str = "20";

/// Counts the work that scripts cost. The output and the exit code are passed on.
pub(crate) fn work(repo: &Repo) -> Result<(), Failure> {
    let program = build(repo, "work")?;
    let status = Command::new(program).args(["1", SCRIPTS]).env("LLVM_PROFILE_FILE", "/dev/null").status();
    match status.map_err(|cause| Failure::io("run the program work", &cause))? {
        status if status.success() => Ok(()),
        status => Err(Failure::new(format!("a script costs too much work ({status}); see above"))),
    }
}

/// Plays the fuzz targets on seeds, and writes which of the fork's code they reach.
pub(crate) fn coverage(repo: &Repo) -> Result<(), Failure> {
    let tools = tools()?;
    let program = build(repo, "power")?;
    let scratch = tempdir()?;
    let mut profiles = Vec::new();
    for target in TARGETS {
        let profile = scratch.path().join(format!("{target}.profraw"));
        run(Command::new(&program).args([SECONDS, target]).env("LLVM_PROFILE_FILE", &profile))?;
        profiles.push(profile);
    }
    let merged = scratch.path().join("all.profdata");
    run(Command::new(tools.join("llvm-profdata")).args(["merge", "--sparse", "-o"]).arg(&merged).args(&profiles))?;
    let mut export = Command::new(tools.join("llvm-cov"));
    export.args(["export", "--summary-only"]).arg(&program).arg(format!("--instr-profile={}", merged.display()));
    let covered = Covered::of_the_fork(&run(&mut export)?)?;
    write(&repo.root.join("fuzz/COVERAGE.md"), &covered.page(&TARGETS, SECONDS))?;
    say(covered.sentence())
}

/// Builds a program of the suite that counts, without the invariants: they look at everything.
fn build(repo: &Repo, example: &str) -> Result<PathBuf, Failure> {
    let folder = repo.root.join("target/counted");
    let mut cargo = repo.cargo();
    cargo.args(["build", "--release", "-p", "h2-conformance", "--no-default-features", "--example", example]);
    cargo.env("RUSTFLAGS", "-C instrument-coverage --cfg work_counters").env("CARGO_TARGET_DIR", &folder);
    // What build scripts count is of no interest.
    cargo.env("LLVM_PROFILE_FILE", "/dev/null");
    let status = cargo.status().map_err(|cause| Failure::io("run cargo", &cause))?;
    if !status.success() {
        return Err(Failure::new(format!("the program {example} did not compile; see above")));
    }
    Ok(folder.join("release/examples").join(example))
}

/// What a program prints.
fn run(command: &mut Command) -> Result<String, Failure> {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let output = command.output().map_err(|cause| Failure::io(format_args!("run {name}"), &cause))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("nothing");
    Err(Failure::new(format!("{name} failed ({}): {said}", output.status)))
}

/// Where the toolchain keeps LLVM's programs.
fn tools() -> Result<PathBuf, Failure> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let libraries = run(Command::new(rustc).args(["--print", "target-libdir"]))?;
    let folder = Path::new(libraries.trim()).with_file_name("bin");
    if folder.join("llvm-cov").is_file() && folder.join("llvm-profdata").is_file() {
        return Ok(folder);
    }
    Err(Failure::new("expected llvm-cov beside the compiler; `rustup component add llvm-tools` installs it"))
}
