//! What `endpoint` and `client` have in common: which cases are played, and what is made of them.

use std::fs;
use std::path::Path;

use h2_conformance::case::Case;
use h2_conformance::endpoint::{abuse, cases_beside, handshakes};
use h2_conformance::expectations::Expectations;
use h2_conformance::problem::Problem;
use h2_conformance::results::{Results, SubjectInfo};
use h2_conformance::suite::Target;
use h2_conformance::{catalog, select};

use super::run::{play, Pace};
use super::stop::Stop;
use super::{output, status, Failure};
use crate::cli::{Common, Elsewhere};

/// What was read before the subject is looked for, so that wrong input is told first.
pub(super) struct Plan<'a> {
    options: &'a Elsewhere,
    catalogue: Vec<Case>,
    cases: Vec<Case>,
    expectations: Expectations,
    /// From now on Ctrl-C ends the run in order.
    stop: Stop,
}

impl<'a> Plan<'a> {
    /// The cases of the catalogue, and those `beside` it.
    pub(super) fn new(options: &'a Elsewhere, beside: Vec<Case>) -> Result<Self, Failure> {
        let playable = [catalog::all(), beside].concat();
        let cases = chosen(&playable, options).map_err(|why| Failure::Input(explained(why, options)))?;
        // One file may serve runs with and without TLS or attacks.
        let catalogue = [catalog::all(), cases_beside()].concat();
        let expectations = options.expect.as_deref().map(|path| read(path, &catalogue)).transpose()?;
        if let Some(path) = &options.write_expect {
            writable(path)?;
        }
        let stop = Stop::new(options.max_time);
        Ok(Plan { options, catalogue, cases, expectations: expectations.unwrap_or_default(), stop })
    }

    /// Plays the cases and reports. Returns the exit status.
    pub(super) fn play(self, target: &dyn Target, common: &Common) -> Result<u8, Failure> {
        let Plan { options, catalogue, cases, expectations, stop } = self;
        let info = SubjectInfo { expectations, ..SubjectInfo::of(target) };
        let pace = Pace { threads: options.jobs, stop: &stop };
        let mut results = play((target, info), &cases, &catalogue, pace, common);
        results.problems.extend(too_few(&results, options.min_played));
        output::results(&results, common)?;
        if let Some(path) = options.write_expect.as_ref().filter(|_| !results.is_broken()) {
            let shortfalls = results.shortfalls();
            fs::write(path, &shortfalls)
                .map_err(|cause| Failure::Broken(format!("cannot write {}: {cause}", path.display())))?;
            if !common.quiet {
                let entries = shortfalls.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
                eprintln!("{} has {entries} shortfalls now; each needs a reason of yours", path.display());
            }
        }
        Ok(status(&results))
    }
}

/// A subject that skips most cases would look as good as one that passes them.
fn too_few(results: &Results, least: usize) -> Option<Problem> {
    let played = results.rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.played.run().is_some()).count();
    let subject = results.subjects.first()?.name.clone();
    (played < least).then_some(Problem::TooFewPlayed { subject, played, least })
}

/// The same with what the options would have to be for cases that no catalogue has.
fn explained(why: String, options: &Elsewhere) -> String {
    let named = |topic: &str| options.cases.iter().any(|glob| glob.starts_with(topic) && why.contains(glob.as_str()));
    match () {
        () if named(abuse::TOPIC) => format!("{why}; attacks need --include-abuse"),
        () if named(handshakes::TOPIC) => format!("{why}; cases of TLS need a URL of https"),
        () => why,
    }
}

/// Finds out before the run whether the file can be written.
fn writable(path: &Path) -> Result<(), Failure> {
    let unable = |cause: &dyn std::fmt::Display| Failure::Broken(format!("cannot write {}: {cause}", path.display()));
    if path.exists() {
        return fs::OpenOptions::new().append(true).open(path).map(drop).map_err(|cause| unable(&cause));
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match parent.is_none_or(Path::is_dir) {
        true => Ok(()),
        false => Err(unable(&"its directory does not exist")),
    }
}

fn chosen(catalogue: &[Case], options: &Elsewhere) -> Result<Vec<Case>, String> {
    let mut cases = select::cases(catalogue, &options.cases)?;
    // Attacks are there only where they were asked for.
    cases.retain(|case| case.level() <= options.level || case.topic() == abuse::TOPIC);
    let cases = select::without(&[catalog::all(), cases_beside()].concat(), cases, &options.exclude)?;
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
