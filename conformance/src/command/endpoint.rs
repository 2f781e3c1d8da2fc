//! `endpoint`: a server elsewhere.

use std::time::Duration;

use h2_conformance::endpoint::{Endpoint, Options, Remote, Unusable};

use super::elsewhere::Plan;
use super::Failure;
use crate::cli::{self, Common};

pub(super) fn run(options: &cli::Endpoint, common: &Common) -> Result<u8, Failure> {
    let plan = Plan::new(&options.elsewhere)?;
    let endpoint = Endpoint::parse(&options.url, &options.trust).map_err(Failure::Input)?;
    let how = Options { timeout: Duration::from_millis(options.elsewhere.timeout_ms) };
    let baseline = endpoint.check(how).map_err(|unusable| match unusable {
        Unusable::Server(why) => Failure::Broken(why),
        Unusable::Path(why) => Failure::Input(why),
    })?;
    plan.play(&Remote::elsewhere(endpoint, how, baseline), common)
}
