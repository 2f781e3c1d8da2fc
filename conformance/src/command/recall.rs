//! `recall`: what the suite finds in older releases of h2.

use std::process::Command;

use super::{output, Failure};
use crate::cli::Common;
use crate::GOOD;

/// What `cargo xtask recall` wrote last.
const PAGE: &str = include_str!("../../results/recall.md");

/// Prints the committed page, or makes it anew.
pub(super) fn run(rebuild: bool, common: &Common) -> Result<u8, Failure> {
    if !rebuild {
        output::text(PAGE, common)?;
        return Ok(GOOD);
    }
    let status = Command::new("cargo").args(["xtask", "recall"]).status();
    match status {
        Ok(status) if status.success() => Ok(GOOD),
        Ok(_) => {
            Err(Failure::Broken("`cargo xtask recall` failed, see above; it needs a clone of the repository".into()))
        }
        Err(error) => Err(Failure::Broken(format!("cannot run cargo: {error}"))),
    }
}
