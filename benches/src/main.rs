//! The command line of the scenarios.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use h2_benches::figures::{chart, Figures};
use h2_benches::scenario::{Scenario, ALL};
use lexopt::prelude::*;

const USAGE: &str = "\
h2-benches SCENARIO|all|list [--json PATH] [--plot DIR]: figures of upstream and of the fork, measured in one run

  SCENARIO      one of those that `list` names
  all           each of them
  --json PATH   writes the figures too: one object, for `all` an array of them
  --plot DIR    draws the figures too: DIR/SCENARIO.svg
";

struct Arguments {
    what: String,
    json: Option<PathBuf>,
    plot: Option<PathBuf>,
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
    let written = measure(&chosen).and_then(|figures| {
        arguments.json.map_or(Ok(()), |path| write(&figures, all, &path))?;
        arguments.plot.map_or(Ok(()), |folder| plot(&figures, &folder))?;
        Ok(figures)
    });
    match written {
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
    let (mut what, mut json, mut plot) = (None, None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("json") => json = Some(parser.value()?.into()),
            Long("plot") => plot = Some(parser.value()?.into()),
            Long("help") | Short('h') => return Ok(None),
            Value(name) if what.is_none() => what = Some(name.string()?),
            other => return Err(other.unexpected()),
        }
    }
    let what = what.ok_or("expected a scenario, all or list; --help says more")?;
    Ok(Some(Arguments { what, json, plot }))
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

fn write(figures: &[Figures], all: bool, path: &Path) -> Result<(), String> {
    let json = match figures {
        [one] if !all => serde_json::to_string_pretty(one),
        many => serde_json::to_string_pretty(many),
    };
    let json = json.map_err(|error| error.to_string())?;
    put(path, &(json + "\n"))
}

fn plot(figures: &[Figures], folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    for figures in figures {
        if let Some(svg) = chart::svg(figures) {
            put(&folder.join(format!("{}.svg", figures.scenario)), &svg)?;
        }
    }
    Ok(())
}

fn put(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
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
