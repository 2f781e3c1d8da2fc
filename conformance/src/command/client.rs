//! `client`: a client that a command starts.

use std::time::Duration;

use h2_conformance::client::{Client, Options};
use h2_conformance::transport::listening::Listening;

use super::elsewhere::Plan;
use super::Failure;
use crate::cli::{self, Common};

pub(super) fn run(options: &cli::Client, common: &Common) -> Result<u8, Failure> {
    let plan = Plan::new(&options.elsewhere, Vec::new())?;
    let how = Options {
        listen: options.listen,
        start: Duration::from_millis(options.start_ms),
        timeout: Duration::from_millis(options.elsewhere.timeout_ms),
    };
    let listening = match options.tls {
        true => Listening::tls(options.listen).map_err(Failure::Broken)?,
        false => Listening::CLEAR,
    };
    let client = Client::new(options.command.clone(), listening, how).map_err(Failure::Input)?;
    plan.play(&client.check().map_err(Failure::Broken)?, common)
}
