//! `endpoint`: a server elsewhere.

use std::fs;
use std::path::Path;
use std::time::Duration;

use h2_conformance::case::Case;
use h2_conformance::endpoint::{Endpoint, Options, Remote, Unusable};
use h2_conformance::expectations::Expectations;
use h2_conformance::problem::Problem;
use h2_conformance::results::{Results, SubjectInfo};
use h2_conformance::{catalog, select};

use super::run::{play, Pace};
use super::{output, status, Failure};
use crate::cli::{self, Common};

pub(super) fn run(options: &cli::Endpoint, common: &Common) -> Result<u8, Failure> {
    let catalogue = catalog::all();
    let cases = chosen(&catalogue, options).map_err(Failure::Input)?;
    let expectations = options.expect.as_deref().map(|path| read(path, &catalogue)).transpose()?;
    let endpoint = Endpoint::parse(&options.url, &options.trust).map_err(Failure::Input)?;
    let how = Options { timeout: Duration::from_millis(options.timeout_ms) };
    let baseline = endpoint.check(how).map_err(|unusable| match unusable {
        Unusable::Server(why) => Failure::Broken(why),
        Unusable::Path(why) => Failure::Input(why),
    })?;
    let remote = Remote::elsewhere(endpoint, how, baseline);
    let info = SubjectInfo { expectations: expectations.unwrap_or_default(), ..SubjectInfo::of(&remote) };
    let pace = Pace { threads: options.jobs, max_time: options.max_time };
    let mut results = play((&remote, info), &cases, &catalogue, pace, common);
    results.problems.extend(too_few(&results, options.min_played));
    output::results(&results, common)?;
    if let Some(path) = options.write_expect.as_ref().filter(|_| !results.is_broken()) {
        fs::write(path, results.shortfalls())
            .map_err(|cause| Failure::Broken(format!("cannot write {}: {cause}", path.display())))?;
    }
    Ok(status(&results))
}

/// A server that skips most cases would look as good as one that passes them.
fn too_few(results: &Results, least: usize) -> Option<Problem> {
    let played = results.rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.played.run().is_some()).count();
    let subject = results.subjects.first()?.name.clone();
    (played < least).then_some(Problem::TooFewPlayed { subject, played, least })
}

fn chosen(catalogue: &[Case], options: &cli::Endpoint) -> Result<Vec<Case>, String> {
    let mut cases = select::cases(catalogue, &options.cases)?;
    cases.retain(|case| case.level() <= options.level);
    let cases = select::without(catalogue, cases, &options.exclude)?;
    match cases.is_empty() {
        true => Err("no case is left: --case, --level and --exclude take all away".into()),
        false => Ok(cases),
    }
}

/// Reads a file of known shortfalls.
fn read(path: &Path, catalogue: &[Case]) -> Result<Expectations, Failure> {
    let wrong = |why: &str| Failure::Input(format!("{}: {why}", path.display()));
    let text = fs::read_to_string(path).map_err(|cause| wrong(&cause.to_string()))?;
    let expectations = Expectations::parse(&text);
    if let Some(fault) = expectations.faults().first() {
        return Err(wrong(fault));
    }
    match expectations.entries().iter().find(|entry| catalogue.iter().all(|case| case.id != entry.case)) {
        Some(entry) => Err(wrong(&format!("no case {:?}; `list` names them all", entry.case))),
        None => Ok(expectations),
    }
}
