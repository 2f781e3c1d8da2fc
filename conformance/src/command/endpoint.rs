//! `endpoint`: a server elsewhere.

use h2_conformance::suite::Contender;
use h2_conformance::{catalog, select};

use super::run::play;
use super::Failure;
use crate::cli::{Common, Endpoint};

/// Connections at a time: a server elsewhere is not ours to burden.
const AT_A_TIME: usize = 1;

pub(super) fn run(options: &Endpoint, common: &Common) -> Result<u8, Failure> {
    let catalogue = catalog::all();
    let cases = select::cases(&catalogue, &options.cases).map_err(Failure::Input)?;
    let contender = contender(options)?;
    play(&*contender, &cases, &catalogue, AT_A_TIME, common)
}

/// The server that a URL names.
fn contender(options: &Endpoint) -> Result<Box<dyn Contender>, Failure> {
    let Endpoint { url, .. } = options;
    if !["http://", "https://"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme)) {
        return Err(Failure::Input(format!("{url:?} is no URL of a server: http://host:port or https://host[:port]")));
    }
    Err(Failure::Input(
        "endpoint is not available in this build; `run --subject NAME` plays a subject in memory".into(),
    ))
}
