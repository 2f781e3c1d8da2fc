//! The command line of the runner. What the commands do is the library's work.

mod cli;
mod command;

use std::io::{self, Write};
use std::process::ExitCode;

use command::Failure;

/// All is as expected.
const GOOD: u8 = 0;
/// A subject fell short, or a claim does not hold.
const SHORT: u8 = 1;
/// Bad input.
const INPUT: u8 = 2;
/// The runner or its environment failed.
const BROKEN: u8 = 3;

fn main() -> ExitCode {
    let cli = match cli::parse(lexopt::Parser::from_env()) {
        Ok(cli) => cli,
        Err(cli::Answer::Shown(text)) => {
            // A reader that closes the pipe has read enough.
            let _ = io::stdout().write_all(text.as_bytes());
            return ExitCode::from(GOOD);
        }
        Err(cli::Answer::Refused(line)) => return fail(&Failure::Input(line)),
    };
    match command::run(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    let (line, code) = match failure {
        Failure::Input(line) => (line, INPUT),
        Failure::Broken(line) => (line, BROKEN),
    };
    // There is no way left to report that standard error is gone.
    let _ = writeln!(io::stderr(), "{}: {}", h2_conformance::report::NAME, line.replace('\n', " "));
    ExitCode::from(code)
}
