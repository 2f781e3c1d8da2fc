//! `power SECONDS [TARGET...]`: plays each target at most so long, and prints a line for each:
//! name, executions, milliseconds, and what was found, or `-` for nothing. `TARGET@N` plays what
//! the target plays as the N-th, and nothing else.

use std::process::ExitCode;
use std::time::Duration;

use h2_conformance::fuzz::power::{play_until, target, Target, TARGETS};

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
        let (target_name, number) = name.split_once('@').unwrap_or((name, ""));
        let only = number.parse::<u64>().ok().filter(|number| *number > 0);
        let Some(target) = target(target_name).filter(|_| only.is_some() || target_name == name) else {
            eprintln!("power: expected one of {}, or one with @N, found {name:?}", TARGETS.join(", "));
            return ExitCode::from(2);
        };
        let name = target_name;
        let found = match only {
            Some(number) => {
                let only: Target = Box::new(move |_| target(number - 1));
                play_until(&only, Duration::ZERO)
            }
            None => play_until(&target, Duration::from_secs(seconds)),
        };
        match found {
            Some(found) => {
                let finding = found.finding.lines().next().unwrap_or_default();
                println!("{name}\t{}\t{}\t{finding}", found.executions, found.after.as_millis());
            }
            None => println!("{name}\t-"),
        }
    }
    ExitCode::SUCCESS
}
