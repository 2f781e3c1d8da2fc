//! `mutants`: runs the mutation tests, which take minutes and are no part of
//! `cargo test --workspace`.

use crate::failure::Failure;
use crate::repo::Repo;

const TEST: [&str; 7] = ["test", "--package", "xtask", "--test", "mutants", "--", "--ignored"];

/// Runs them with their output. Their exit code is passed on.
pub(crate) fn run(repo: &Repo) -> Result<(), Failure> {
    let status =
        repo.cargo().args(TEST).arg("--nocapture").status().map_err(|cause| Failure::io("run cargo", &cause))?;
    if status.success() {
        return Ok(());
    }
    // A process that a signal ended has no code.
    let exit_code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Err(Failure { sentence: format!("the mutation tests did not pass ({status}); see above"), exit_code })
}
