//! `legal_seeds DIR`: writes inputs for fuzz targets that play plans: those of the first seeds.

use std::path::PathBuf;
use std::process::ExitCode;

use h2_conformance::case::Role;
use h2_conformance::legal::Plan;

/// Seeds for each role.
const SEEDS: u64 = 100;

fn main() -> ExitCode {
    let Some(dir) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("legal_seeds: expected a directory");
        return ExitCode::from(2);
    };
    let plans = (0..SEEDS).flat_map(|seed| [Role::Server, Role::Client].map(|role| (role, seed)));
    let written = std::fs::create_dir_all(&dir).and_then(|()| {
        plans.into_iter().try_for_each(|(role, seed)| {
            std::fs::write(dir.join(format!("{}.{seed}", role.name())), Plan::from_seed(role, seed).to_octets())
        })
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("legal_seeds: {}: {error}", dir.display());
            ExitCode::FAILURE
        }
    }
}
