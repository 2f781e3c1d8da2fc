//! `power SECONDS [TARGET...]`: plays each target at most so long, and prints a line for each:
//! name, executions, milliseconds, and what was found, or `-` for nothing.

use std::process::ExitCode;
use std::time::Duration;

use h2_conformance::fuzz::power::{play_until, target, TARGETS};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(seconds) = arguments.first().and_then(|text| text.parse().ok()) else {
        eprintln!("power: expected a number of seconds");
        return ExitCode::from(2);
    };
    let names: Vec<&str> = match &arguments[1..] {
        [] => TARGETS.to_vec(),
        names => names.iter().map(String::as_str).collect(),
    };
    for name in names {
        let Some(target) = target(name) else {
            eprintln!("power: expected one of {}, found {name:?}", TARGETS.join(", "));
            return ExitCode::from(2);
        };
        match play_until(&target, Duration::from_secs(seconds)) {
            Some(found) => {
                let finding = found.finding.lines().next().unwrap_or_default();
                println!("{name}\t{}\t{}\t{finding}", found.executions, found.after.as_millis());
            }
            None => println!("{name}\t-"),
        }
    }
    ExitCode::SUCCESS
}
