//! `replay`: a recorded script on one subject. Nothing is expected of it but what no subject may ever do.

use std::fmt::Write as _;
use std::path::Path;

use h2_conformance::judge::Outcome;
use h2_conformance::recording::Recording;
use h2_conformance::replay::replay;
use h2_conformance::report::lines;
use h2_conformance::select;
use h2_conformance::suite::Played;
use serde::Serialize;

use super::{output, Failure};
use crate::cli::{Common, Replay};
use crate::{BROKEN, GOOD, SHORT};

#[derive(Serialize)]
struct Replayed<'a> {
    subject: &'a str,
    version: &'a str,
    outcome: &'a str,
    ending: &'a str,
    reason: &'a str,
    transcript: Vec<String>,
}

pub(super) fn run(options: &Replay, common: &Common) -> Result<u8, Failure> {
    let is_json = output::is_json(common, "replay")?;
    let subject = select::in_memory(&options.subject).map_err(Failure::Input)?;
    let recording = read(&options.file)?;
    let played = replay(&recording, subject);
    let Played::Ran(run) = &played else {
        return Err(Failure::Input(format!("{} does not offer what the recording needs", subject.name)));
    };
    let replayed = Replayed {
        subject: subject.name,
        version: subject.version,
        outcome: run.verdict.outcome.name(),
        ending: run.verdict.ending.name(),
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
    Ok(match run.verdict.outcome {
        _ if played.harness_failure().is_some() => BROKEN,
        Outcome::Fail => SHORT,
        _ => GOOD,
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
    writeln!(text, "ending: {}{colon}{}", replayed.ending, replayed.reason).expect("a string takes any text");
    text
}
