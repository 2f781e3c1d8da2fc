//! Makes the sources that `src/lib.rs` includes; all the work is in `h2-materialize`.

use h2_materialize::locate::FETCHED;
use h2_materialize::{materialize, Error, Options, Source, WORKTREE};

fn main() {
    println!("cargo::rerun-if-env-changed=H2_PRISTINE_DIR");
    println!("cargo::rerun-if-env-changed={WORKTREE}");
    if let Err(error) = run() {
        // Cargo shows this as one line and stops.
        println!("cargo::error={error}");
    }
}

fn run() -> Result<(), Error> {
    let report = materialize(&Options::from_build_env()?)?;
    for input in report.inputs {
        println!("cargo::rerun-if-changed={}", input.display());
    }
    match report.source {
        Source::Worktree(dir) => {
            let dir = dir.display();
            println!("cargo::warning=compiling the work tree {dir} instead of the patch series ({WORKTREE})");
        }
        Source::Series { how: FETCHED, pristine, .. } => {
            let dir = pristine.display();
            println!("cargo::warning=the release that the fork is a patch of was not on this machine; cargo fetched it to {dir}");
        }
        Source::Series { .. } => {}
    }
    Ok(())
}
