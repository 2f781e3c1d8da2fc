//! `run`: every case on one subject.

use std::net::Ipv4Addr;

use h2_conformance::case::Case;
use h2_conformance::endpoint::{Options, Remote};
use h2_conformance::results::{Results, Runs, SubjectInfo};
use h2_conformance::suite::{all_cores, play_all, Target};
use h2_conformance::transport::listening::Listening;
use h2_conformance::{catalog, select};

use super::progress::Line;
use super::stop::{unfinished, Stop, Stoppable};
use super::{output, status, Failure};
use crate::cli::{Common, Run, Transport};

/// Connections at a time to a server on a socket: its verdicts rest on time, and our own load would
/// spend it.
const ONE_SERVER: usize = 1;

/// How fast, and for how long, cases are played.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace<'a> {
    /// Cases at a time.
    pub(super) threads: usize,
    pub(super) stop: &'a Stop,
}

pub(super) fn run(options: &Run, common: &Common) -> Result<u8, Failure> {
    let catalogue = catalog::all();
    let cases = select::cases(&catalogue, &options.cases).map_err(Failure::Input)?;
    let name = &options.subject;
    let transport = match options.transport {
        Some(transport) => transport,
        None if select::runs_in_memory(name).map_err(Failure::Input)? => Transport::Mem,
        None => Transport::Tcp,
    };
    let stop = Stop::new(options.max_time);
    let pace = |threads| Pace { threads, stop: &stop };
    match transport {
        Transport::Mem => {
            let subject = select::in_memory(name).map_err(Failure::Input)?;
            report(subject, &cases, &catalogue, pace(all_cores()), common)
        }
        Transport::Tcp | Transport::Tls => {
            let subject = select::on_socket(name).map_err(Failure::Input)?;
            let listening = match transport {
                Transport::Tls => Listening::tls(Ipv4Addr::LOCALHOST.into()).map_err(Failure::Broken)?,
                _ => Listening::CLEAR,
            };
            let remote = Remote::start(subject, listening, Options::default())
                .map_err(|error| Failure::Broken(format!("cannot start {name} on a socket: {error}")))?;
            report(&remote, &cases, &catalogue, pace(ONE_SERVER), common)
        }
    }
}

fn report(
    target: &dyn Target,
    cases: &[Case],
    catalogue: &[Case],
    pace: Pace<'_>,
    common: &Common,
) -> Result<u8, Failure> {
    let results = play((target, SubjectInfo::of(target)), cases, catalogue, pace, common);
    output::results(&results, common)?;
    Ok(status(&results))
}

/// Plays cases on one target.
pub(super) fn play(
    (target, info): (&dyn Target, SubjectInfo),
    cases: &[Case],
    catalogue: &[Case],
    pace: Pace<'_>,
    common: &Common,
) -> Results {
    let played = {
        let line = Line::new(common.quiet);
        play_all(cases, &[&Stoppable::new(target, pace.stop)], pace.threads, &|progress| line.tell(progress))
    };
    let mut results = Results::of_run(Runs { subjects: &[info], cases, played: &played, catalogue });
    results.problems.extend(unfinished(target, pace.stop, &played));
    results
}
