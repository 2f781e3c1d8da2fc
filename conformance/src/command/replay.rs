//! `replay`: a recorded script on one subject. Where a case of the catalogue does the same, it says
//! what is expected; else nothing is, but what no subject may ever do.

use std::fmt::Write as _;
use std::path::Path;

use h2_conformance::judge::{ending_in_words, Outcome};
use h2_conformance::recording::Recording;
use h2_conformance::replay::{case_of, replay};
use h2_conformance::report::lines;
use h2_conformance::suite::{play, Played};
use h2_conformance::{catalog, select};
use serde::Serialize;

use super::{output, Failure};
use crate::cli::{Common, Replay};
use crate::{BROKEN, GOOD, SHORT};

#[derive(Serialize)]
struct Replayed<'a> {
    subject: &'a str,
    version: &'a str,
    /// The case that says what is expected.
    case: Option<&'a str>,
    outcome: Option<&'a str>,
    /// Judged, the ending's name; else what happened.
    ending: String,
    reason: &'a str,
    transcript: Vec<String>,
}

pub(super) fn run(options: &Replay, common: &Common) -> Result<u8, Failure> {
    let is_json = output::is_json(common, "replay")?;
    let subject = select::in_memory(&options.subject).map_err(Failure::Input)?;
    let recording = read(&options.file)?;
    let catalogue = catalog::all();
    let case = case_of(&recording, &catalogue);
    let played = case.map_or_else(|| replay(&recording, subject), |case| play(case, subject));
    let Played::Ran(run) = &played else {
        return Err(Failure::Input(format!("{} lacks what the recording needs", subject.name)));
    };
    let outcome = run.verdict.outcome;
    let fell_short = match case {
        Some(_) => outcome != Outcome::Pass,
        None => outcome == Outcome::Fail,
    };
    let replayed = Replayed {
        subject: subject.name,
        version: subject.version,
        case: case.map(|case| case.id),
        outcome: (case.is_some() || !run.verdict.reason.is_empty()).then(|| outcome.name()),
        ending: case.map_or_else(|| ending_in_words(&run.transcript), |_| run.verdict.ending.name().into()),
        reason: &run.verdict.reason,
        transcript: lines(&run.transcript, usize::MAX),
    };
    let text = if is_json {
        let text = serde_json::to_string_pretty(&replayed).expect("every key is a string");
        format!("{text}\n")
    } else {
        in_words(&replayed)
    };
    output::text(&text, common)?;
    Ok(match fell_short {
        _ if played.harness_failure().is_some() => BROKEN,
        true => SHORT,
        false => GOOD,
    })
}

fn read(file: &Path) -> Result<Recording, Failure> {
    let fault = |what: String| Failure::Input(format!("{}: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|cause| fault(cause.to_string()))?;
    Recording::parse(&text)
        .map_err(|what| fault(format!("not a recording such as `explain CASE --format json` writes: {what}")))
}

fn in_words(replayed: &Replayed<'_>) -> String {
    let mut text = format!("{} ({})\n", replayed.subject, replayed.version);
    replayed.transcript.iter().for_each(|line| {
        writeln!(text, "  {line}").expect("a string takes any text");
    });
    let colon = if replayed.reason.is_empty() { "" } else { ": " };
    let outcome = replayed.outcome.map(|outcome| format!("outcome: {outcome}{colon}{}\n", replayed.reason));
    let case = replayed.case.map(|case| format!("case: {case}\n"));
    [case, outcome].into_iter().flatten().for_each(|line| text.push_str(&line));
    text + &format!("ending: {}\n", replayed.ending)
}
