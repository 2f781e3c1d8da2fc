//! `run`: every case on one subject.

use h2_conformance::account::{Account, Party, Results};
use h2_conformance::case::Case;
use h2_conformance::suite::{all_cores, play_all, Contender};
use h2_conformance::{catalog, select, subject};

use super::progress::Line;
use super::{output, status, Failure};
use crate::cli::{Common, Run, Transport};

pub(super) fn run(options: &Run, common: &Common) -> Result<u8, Failure> {
    let catalogue = catalog::all();
    let cases = select::cases(&catalogue, &options.cases).map_err(Failure::Input)?;
    let subject = select::subject(subject::IN_MEMORY, &options.subject).map_err(Failure::Input)?;
    match options.transport {
        Transport::Mem => play(subject, &cases, &catalogue, all_cores(), common),
        Transport::Tcp | Transport::Tls => {
            Err(Failure::Input("this build has no transport but mem; leave --transport out".into()))
        }
    }
}

/// Plays cases on one contender, `threads` at a time, and reports.
pub(super) fn play(
    contender: &dyn Contender,
    cases: &[Case],
    catalogue: &[Case],
    threads: usize,
    common: &Common,
) -> Result<u8, Failure> {
    let played = {
        let line = Line::new(common.quiet);
        play_all(cases, &[contender], threads, &|progress| line.tell(progress))
    };
    let parties = [Party::of(contender)];
    let mut account = Account::of_run(Results { parties: &parties, cases, played: &played, catalogue });
    account.seed = common.seed;
    output::account(&account, common)?;
    Ok(status(&account))
}
