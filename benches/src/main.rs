//! The command line of the scenarios.

use std::path::PathBuf;
use std::process::ExitCode;

use h2_benches::figures::Figures;
use h2_benches::scenario::{Scenario, ALL};
use lexopt::prelude::*;

const USAGE: &str = "\
h2-benches SCENARIO|all|list [--json PATH]: figures of upstream and of the fork, measured in one run

  SCENARIO      one of those that `list` names
  all           each of them
  --json PATH   writes the figures too: one object, for `all` an array of them
";

struct Arguments {
    what: String,
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = match parse(lexopt::Parser::from_env()) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => return refuse(&error.to_string()),
    };
    if arguments.what == "list" {
        ALL.iter().for_each(|scenario| println!("{:10} {}", scenario.name, scenario.about));
        return ExitCode::SUCCESS;
    }
    let all = arguments.what == "all";
    let chosen: Vec<&Scenario> = ALL.iter().filter(|scenario| all || scenario.name == arguments.what).collect();
    if chosen.is_empty() {
        let names = ALL.iter().map(|scenario| scenario.name).collect::<Vec<_>>().join(", ");
        return refuse(&format!("no scenario {:?}; there are: {names}, all", arguments.what));
    }
    match measure(&chosen).and_then(|figures| write(&figures, all, arguments.json).map(|()| figures)) {
        Ok(figures) => account(&figures),
        Err(error) => {
            eprintln!("h2-benches: {error}");
            ExitCode::from(3)
        }
    }
}

fn refuse(sentence: &str) -> ExitCode {
    eprintln!("h2-benches: {sentence}");
    ExitCode::from(2)
}

fn parse(mut parser: lexopt::Parser) -> Result<Option<Arguments>, lexopt::Error> {
    let mut what = None;
    let mut json = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("json") => json = Some(parser.value()?.into()),
            Long("plot") => return Err("--plot is not there yet; --json has all figures".into()),
            Long("help") | Short('h') => return Ok(None),
            Value(name) if what.is_none() => what = Some(name.string()?),
            other => return Err(other.unexpected()),
        }
    }
    let what = what.ok_or("expected a scenario, all or list; --help says more")?;
    Ok(Some(Arguments { what, json }))
}

fn measure(chosen: &[&Scenario]) -> Result<Vec<Figures>, String> {
    let mut all = Vec::new();
    for scenario in chosen {
        let figures = (scenario.run)().map_err(|error| format!("{}: {error}", scenario.name))?;
        println!("{figures}");
        all.push(figures);
    }
    Ok(all)
}

fn write(figures: &[Figures], all: bool, path: Option<PathBuf>) -> Result<(), String> {
    let Some(path) = path else {
        return Ok(());
    };
    let json = match figures {
        [one] if !all => serde_json::to_string_pretty(one),
        many => serde_json::to_string_pretty(many),
    };
    let json = json.map_err(|error| error.to_string())?;
    std::fs::write(&path, json + "\n").map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// A stall of upstream is a figure; one of the fork is a failure.
fn account(figures: &[Figures]) -> ExitCode {
    let stalls: Vec<&str> = figures.iter().flat_map(Figures::stalls_of_the_fork).collect();
    if stalls.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("h2-benches: the fork does not come to its end in {}", stalls.join(", "));
    ExitCode::FAILURE
}
