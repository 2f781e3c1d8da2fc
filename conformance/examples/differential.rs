//! `differential SEED COUNT [examples]`: plays the scripts of so many seeds for each role on the
//! release and on the fork, and prints the differences that are not declared, cut down. With
//! `examples` it prints `spec/differences.txt` anew instead, with an example for each line.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use h2_conformance::case::Role;
use h2_conformance::fuzz::differential::{declared, run, shrunk, Declared, DECLARED};
use h2_conformance::legal::Plan;
use h2_conformance::subject::IN_MEMORY;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text: &String| text.parse::<u64>().ok());
    let (Some(seed), Some(count)) = (number(0), number(1)) else {
        eprintln!("differential: expected a seed and a number of seeds");
        return ExitCode::from(2);
    };
    let declared = match declared() {
        Ok(declared) => declared,
        Err(why) => {
            eprintln!("differential: spec/differences.txt: {why}");
            return ExitCode::from(2);
        }
    };
    let subjects = [&IN_MEMORY[0], &IN_MEMORY[1]];
    let (mut found, began) = (BTreeMap::new(), Instant::now());
    let mut examples = vec![None; declared.len()];
    let (mut same, mut explained) = (0_u64, 0_u64);
    for seed in seed..seed.saturating_add(count) {
        for role in [Role::Server, Role::Client] {
            let plan = Plan::from_seed(role, seed);
            let Some(difference) = run(&plan, subjects).1 else {
                same += 1;
                continue;
            };
            match declared.iter().position(|declared| declared.explains(&difference)) {
                Some(at) => {
                    explained += 1;
                    examples[at].get_or_insert_with(|| format!("{} {seed}", role.name()));
                }
                None => found.entry(difference).or_insert((0_u64, plan, seed)).0 += 1,
            }
        }
    }
    if arguments.get(2).is_some_and(|word| word == "examples") {
        print!("{}", with_examples(&declared, &examples));
        return ExitCode::SUCCESS;
    }
    for (difference, (times, plan, seed)) in &found {
        println!("{times} scripts, first seed {seed}: {difference}");
        let plan = shrunk(plan, subjects);
        let ([release, fork], _) = run(&plan, subjects);
        println!("--- release\n{release}--- fork\n{fork}plan {plan}");
    }
    let rate = 2.0 * count as f64 / began.elapsed().as_secs_f64();
    println!(
        "{} scripts, seeds from {seed}, {rate:.0} a second: {same} the same, {explained} declared, {} kinds not",
        2 * count,
        found.len()
    );
    ExitCode::from(u8::from(!found.is_empty()))
}

fn with_examples(declared: &[Declared], examples: &[Option<String>]) -> String {
    let mut lines = Vec::new();
    for (at, line) in DECLARED.lines().enumerate() {
        let Some(row) = declared.iter().position(|declared| declared.line == at + 1) else {
            lines.push(line.to_owned());
            continue;
        };
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        // One that was not found among these seeds keeps the example that it has.
        let example = examples[row].as_ref().unwrap_or(&declared[row].example);
        lines.push(format!("{} | {example}", parts[..5].join(" | ")));
    }
    lines.join("\n") + "\n"
}
