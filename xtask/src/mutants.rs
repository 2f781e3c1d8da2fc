//! `mutants` and `power`: run the mutation tests, which take minutes and more and are no part of
//! `cargo test --workspace`.

use std::process::Command;

use crate::failure::Failure;
use crate::repo::Repo;

const TEST: [&str; 5] = ["test", "--package", "xtask", "--test", "mutants"];

/// Has the invariants name each mutation. The output and the exit code are passed on.
pub(crate) fn run(repo: &Repo) -> Result<(), Failure> {
    test(repo.cargo(), "every_mutation_is_caught")
}

/// Has the fuzz targets find each mutation, and writes what it took.
pub(crate) fn power(repo: &Repo) -> Result<(), Failure> {
    let mut cargo = repo.cargo();
    cargo.env("POWER_PAGE", repo.root.join("fuzz/POWER.md"));
    test(cargo, "every_mutation_is_found_by_a_fuzz_target")
}

fn test(mut cargo: Command, name: &str) -> Result<(), Failure> {
    let status = cargo.args(TEST).args(["--", "--ignored", "--exact", name, "--nocapture"]).status();
    let status = status.map_err(|cause| Failure::io("run cargo", &cause))?;
    if status.success() {
        return Ok(());
    }
    // A process that a signal ended has no code.
    let exit_code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Err(Failure { sentence: format!("the mutation tests did not pass ({status}); see above"), exit_code })
}
