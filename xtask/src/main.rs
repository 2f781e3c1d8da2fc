//! `cargo xtask`: the tools that keep the fork as its difference. One file a subcommand.

mod bench_rows;
mod bump;
mod cli;
mod comparison;
mod context_diff;
mod counted;
mod each;
mod edit;
mod evidence;
mod export;
mod failure;
mod fuzz;
mod git;
mod index;
mod layout;
mod limited;
mod message;
mod mutants;
mod print;
mod published;
mod recall;
mod refresh;
mod repo;
mod results;
mod roll;
mod show;
mod switch;
mod trial;
mod vendor;
mod verify;
mod workshop;

use std::io::{self, Write};
use std::process::ExitCode;

use cli::Command;
use each::Questions;
use failure::Failure;
use repo::Repo;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // There is no way left to report that standard error is gone.
            let _ = writeln!(io::stderr(), "xtask: {}", failure.sentence);
            ExitCode::from(failure.exit_code)
        }
    }
}

fn run() -> Result<(), Failure> {
    let command = cli::parse(lexopt::Parser::from_env())?;
    if command == Command::Help {
        return print::print(cli::USAGE);
    }
    let repo = Repo::find()?;
    match command {
        Command::Help => Ok(()),
        Command::Edit { dir } => edit::run(&repo, &dir),
        Command::Refresh { dir } => refresh::run(&repo, &dir),
        Command::Show { slug } => show::run(&repo, &slug),
        Command::Verify { compare } => verify::run(&repo, compare),
        Command::Each { slug } => each::run(&repo, slug.as_deref(), Questions::Both),
        Command::Ablate { slug } => each::run(&repo, slug.as_deref(), Questions::Without),
        Command::Mutants => mutants::run(&repo),
        Command::Power => mutants::power(&repo),
        Command::Work => counted::work(&repo),
        Command::Coverage => counted::coverage(&repo),
        Command::Results { name } => results::run(&repo, name.as_deref()),
        Command::Recall => recall::run(&repo),
        Command::Fuzz { target, seconds } => fuzz::run(&repo, target.as_deref(), seconds),
        Command::Index => index::run(&repo),
        Command::Vendor { dir } => vendor::run(&repo, &dir),
        Command::VendorBranch { branch } => vendor::to_branch(&repo, &branch),
        Command::Roll { source, dir } => roll::run(&repo, &source, &dir),
        Command::CheckEvidence { slug } => evidence::check(&repo, slug.as_deref()),
        Command::Bump { version } => bump::run(&repo, &version),
        Command::Evidence { slug, out } => evidence::run(&repo, &slug, out.as_deref()),
    }
}
