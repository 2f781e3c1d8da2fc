//! `seeds DIR`: writes one input for the fuzz target `frames` per case, named after it.

use std::path::PathBuf;
use std::process::ExitCode;

use h2_conformance::{catalog, fuzz};

fn main() -> ExitCode {
    let Some(dir) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("seeds: expected a directory");
        return ExitCode::from(2);
    };
    let cases = catalog::all();
    let written = std::fs::create_dir_all(&dir).and_then(|()| {
        cases.iter().try_for_each(|case| {
            // A slash in a name would be a directory.
            std::fs::write(dir.join(case.id.replace('/', ".")), fuzz::input::seed(case))
        })
    });
    match written {
        Ok(()) => {
            println!("{} seeds", cases.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("seeds: {}: {error}", dir.display());
            ExitCode::FAILURE
        }
    }
}
