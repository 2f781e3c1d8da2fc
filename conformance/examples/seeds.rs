//! `seeds DIR`: writes one input for the fuzz target `frames` per case, named after it. Cases that
//! are too long for a fuzzer are left out.

use std::path::PathBuf;
use std::process::ExitCode;

use h2_conformance::{catalog, fuzz};

/// Octets of the longest seed. A flood takes the fuzzer too long, and changing it finds little.
const LONGEST: usize = 256 << 10;

fn main() -> ExitCode {
    let Some(dir) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("seeds: expected a directory");
        return ExitCode::from(2);
    };
    let cases = catalog::all();
    let seeds = cases.iter().map(|case| (case.id, fuzz::input::seed(case)));
    let seeds: Vec<_> = seeds.filter(|(_, seed)| seed.len() <= LONGEST).collect();
    let written = std::fs::create_dir_all(&dir).and_then(|()| {
        seeds.iter().try_for_each(|(id, seed)| {
            // A slash in a name would be a directory.
            std::fs::write(dir.join(id.replace('/', ".")), seed)
        })
    });
    match written {
        Ok(()) => {
            println!("{} seeds of {} cases; the others are too long", seeds.len(), cases.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("seeds: {}: {error}", dir.display());
            ExitCode::FAILURE
        }
    }
}
