//! `endpoint`: a server elsewhere.

use std::time::Duration;

use h2_conformance::endpoint::abuse::{self, Attacked, Process};
use h2_conformance::endpoint::{handshakes, Endpoint, Options, Remote, Unusable};

use super::elsewhere::Plan;
use super::Failure;
use crate::cli::{self, Common};

pub(super) fn run(options: &cli::Endpoint, common: &Common) -> Result<u8, Failure> {
    let endpoint = Endpoint::parse(&options.url, &options.trust).map_err(Failure::Input)?;
    let endpoint = endpoint.asking(options.requests.clone());
    let mut beside = Vec::new();
    if endpoint.is_tls() {
        beside.extend(handshakes::cases());
    }
    if options.abuse {
        beside.extend(abuse::cases());
    }
    let plan = Plan::new(&options.elsewhere, beside)?;
    let how = Options { timeout: Duration::from_millis(options.elsewhere.timeout_ms) };
    let baseline = endpoint.check(how).map_err(|unusable| match unusable {
        Unusable::Server(why) => Failure::Broken(why),
        Unusable::Path(why) => Failure::Input(why),
    })?;
    let process = options.pid.map(Process::new).transpose().map_err(Failure::Input)?;
    let remote = Remote::elsewhere(endpoint, how, baseline);
    plan.play(&Attacked::new(remote, process), common)
}
