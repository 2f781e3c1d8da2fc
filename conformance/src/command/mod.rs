//! The commands, one file each.

mod client;
mod compare;
mod elsewhere;
mod endpoint;
mod explain;
mod legal;
mod list;
mod output;
mod progress;
mod recall;
mod replay;
mod run;
mod stop;

use h2_conformance::results::Results;

use crate::cli::{Cli, Command};
use crate::{BROKEN, GOOD, SHORT};

/// Why a command did not do its work, in one line.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was asked for makes no sense.
    Input(String),
    /// The environment failed.
    Broken(String),
}

/// Does what was asked for; the exit status.
pub(crate) fn run(cli: &Cli) -> Result<u8, Failure> {
    let common = &cli.common;
    match &cli.command {
        Command::Compare(options) => compare::run(options, common),
        Command::Run(options) => run::run(options, common),
        Command::Endpoint(options) => endpoint::run(options, common),
        Command::Client(options) => client::run(options, common),
        Command::List(options) => list::run(options, common),
        Command::Explain(options) => explain::run(options, common),
        Command::Replay(options) => replay::run(options, common),
        Command::Legal(options) => legal::run(options, common),
        Command::Recall { rebuild } => recall::run(*rebuild, common),
    }
}

/// The exit status for the results.
fn status(results: &Results) -> u8 {
    match (results.is_broken(), results.problems.is_empty()) {
        (true, _) => BROKEN,
        (false, false) => SHORT,
        (false, true) => GOOD,
    }
}
