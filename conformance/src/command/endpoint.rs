//! `endpoint`: a server elsewhere.

use std::time::Duration;

use h2_conformance::endpoint::{Endpoint, Options, Remote, Unusable};
use h2_conformance::{catalog, select};

use super::run::play;
use super::Failure;
use crate::cli::{self, Common};

/// Connections at a time: a server elsewhere is not ours to burden.
const AT_A_TIME: usize = 1;

pub(super) fn run(options: &cli::Endpoint, common: &Common) -> Result<u8, Failure> {
    let catalogue = catalog::all();
    let cases = select::cases(&catalogue, &options.cases).map_err(Failure::Input)?;
    let endpoint = Endpoint::parse(&options.url).map_err(Failure::Input)?;
    if options.insecure || options.sni.is_some() {
        return Err(Failure::Input("--insecure and --sni come later, with https".into()));
    }
    let how = Options { timeout: Duration::from_millis(options.timeout_ms) };
    let baseline = endpoint.check(how).map_err(|unusable| match unusable {
        Unusable::Server(why) => Failure::Broken(why),
        Unusable::Path(why) => Failure::Input(why),
    })?;
    play(&Remote::elsewhere(endpoint, how, baseline), &cases, &catalogue, AT_A_TIME, common)
}
