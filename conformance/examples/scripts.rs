//! `scripts SEED COUNT [SUBJECT]`: plays the scripts of so many seeds for each role, on the fork or
//! on the subject of that name, and prints what is wrong, cut down.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use h2_conformance::fuzz::hunt::{hunt, run, shrunk};
use h2_conformance::report::lines;
use h2_conformance::select::in_memory;

/// Lines of a finding that are shown.
const LINES: usize = 80;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text: &String| text.parse::<u64>().ok());
    let (Some(seed), Some(count)) = (number(0), number(1)) else {
        eprintln!("scripts: expected a seed and a number of seeds");
        return ExitCode::from(2);
    };
    let make = match in_memory(arguments.get(2).map_or("patched", String::as_str)) {
        Ok(subject) => subject.make,
        Err(why) => {
            eprintln!("scripts: {why}");
            return ExitCode::from(2);
        }
    };
    let (mut found, began) = (BTreeMap::new(), Instant::now());
    hunt(seed..seed.saturating_add(count), make, &mut found);
    for finding in found.values() {
        let (role, times) = (finding.plan.role.name(), finding.times);
        println!("{times} scripts, first {role} {}: {}", finding.seed, finding.finding);
        let (transcript, _) = run(&shrunk(&finding.plan, make), make);
        lines(&transcript, LINES).iter().for_each(|line| println!("{line}"));
    }
    let rate = 2.0 * count as f64 / began.elapsed().as_secs_f64();
    println!("{} scripts, seeds from {seed}, {rate:.0} a second: {} kinds of findings", 2 * count, found.len());
    ExitCode::from(u8::from(!found.is_empty()))
}
