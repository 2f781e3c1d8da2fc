//! The command line of the scenarios.

mod load_command;
mod output;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use h2_benches::figures::Figures;
use h2_benches::heap::Counting;
use h2_benches::scenario::{Scenario, ALL};
use lexopt::prelude::*;
use output::Output;

/// Counts only where a scenario says so.
#[global_allocator]
static HEAP: Counting = Counting;

const USAGE: &str = "\
h2-benches SCENARIO|all|list [--json PATH] [--plot DIR]: figures of upstream and of the fork, measured in one run
h2-benches load URL [OPTIONS]: loads a server of HTTP/2; `load --help` says more

  SCENARIO      one of those that `list` names
  all           each of them
  --json PATH   writes the figures too: one object, for `all` an array of them
  --plot DIR    draws the figures too: DIR/SCENARIO.svg
";

struct Arguments {
    what: String,
    output: Output,
}

fn main() -> ExitCode {
    // Arguments that are not Unicode are for the parser to refuse.
    let words: Vec<String> = std::env::args_os().skip(1).filter_map(|word| word.into_string().ok()).collect();
    match words.as_slice() {
        [worker, scenario, arguments @ ..] if worker == "worker" => return work(scenario, arguments),
        [load, ..] if load == "load" => return load_command::run(std::env::args_os().skip(2).collect()),
        _ => {}
    }
    let arguments = match parse(lexopt::Parser::from_env()) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => return finish(print(USAGE)),
        Err(error) => return refuse(&error.to_string()),
    };
    if arguments.what == "list" {
        let list: String = ALL.iter().map(|scenario| format!("{:10} {}\n", scenario.name, scenario.about)).collect();
        return finish(print(&list));
    }
    let all = arguments.what == "all";
    let chosen: Vec<&Scenario> = ALL.iter().filter(|scenario| all || scenario.name == arguments.what).collect();
    if chosen.is_empty() {
        let names = ALL.iter().map(|scenario| scenario.name).collect::<Vec<_>>().join(", ");
        return refuse(&format!("no scenario {:?}; there are: {names}, all", arguments.what));
    }
    if let Err(error) = arguments.output.check() {
        return refuse(&error);
    }
    let (figures, printed) = match measure(&chosen) {
        Ok(measured) => measured,
        Err(error) => return finish(Err(error)),
    };
    let mut failures = arguments.output.write(&figures, all);
    failures.extend(printed.err());
    match failures.is_empty() {
        true => report_stalls(&figures),
        false => finish(Err(failures.join("; "))),
    }
}

/// A process that a scenario started; see [`h2_benches::worker`].
fn work(scenario: &str, arguments: &[String]) -> ExitCode {
    let named = ALL.iter().find(|known| known.name == scenario);
    match named.and_then(|scenario| scenario.work) {
        Some(work) => finish(work(arguments)),
        None => refuse(&format!("no scenario {scenario:?} with workers")),
    }
}

fn refuse(sentence: &str) -> ExitCode {
    complain(sentence);
    ExitCode::from(2)
}

fn finish(done: Result<(), String>) -> ExitCode {
    done.map_or_else(
        |error| {
            complain(&error);
            ExitCode::from(3)
        },
        |()| ExitCode::SUCCESS,
    )
}

fn complain(sentence: &str) {
    // There is no way left to report that standard error is gone.
    let _ = writeln!(io::stderr(), "h2-benches: {sentence}");
}

/// Writes to standard output. A reader that closed it has read enough.
fn print(text: &str) -> Result<(), String> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => Err(format!("cannot write to standard output: {cause}")),
        _ => Ok(()),
    }
}

fn parse(mut parser: lexopt::Parser) -> Result<Option<Arguments>, lexopt::Error> {
    let (mut what, mut output) = (None, Output::default());
    while let Some(argument) = parser.next()? {
        match argument {
            Long("json") => output.json = Some(parser.value()?.into()),
            Long("plot") => output.plot = Some(parser.value()?.into()),
            Long("help") | Short('h') => return Ok(None),
            Value(name) if what.is_none() => what = Some(name.string()?),
            other => return Err(other.unexpected()),
        }
    }
    let what = what.ok_or("expected a scenario, all or list; --help says more")?;
    Ok(Some(Arguments { what, output }))
}

/// The figures, and whether they could be printed: what was measured took its time and is kept all
/// the same.
fn measure(chosen: &[&Scenario]) -> Result<(Vec<Figures>, Result<(), String>), String> {
    let (mut all, mut printed) = (Vec::new(), Ok(()));
    for scenario in chosen {
        let figures = (scenario.run)().map_err(|error| format!("{}: {error}", scenario.name))?;
        printed = printed.and_then(|()| print(&format!("{figures}\n")));
        all.push(figures);
    }
    Ok((all, printed))
}

/// A stall of upstream is a figure; one of the fork is a failure.
fn report_stalls(figures: &[Figures]) -> ExitCode {
    let stalls: Vec<&str> = figures.iter().flat_map(Figures::stalls_of_the_fork).collect();
    if stalls.is_empty() {
        return ExitCode::SUCCESS;
    }
    complain(&format!("the fork does not come to its end in {}", stalls.join(", ")));
    ExitCode::FAILURE
}
