//! `pair SEED COUNT`: plays plans on a client and a server of h2, and shows what it finds by kind.

use std::collections::BTreeMap;
use std::process::ExitCode;

use h2_conformance::case::Role;
use h2_conformance::legal::hunt::{kind, shrunk_by};
use h2_conformance::legal::pair::{ends, play};
use h2_conformance::legal::Plan;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text: &String| text.parse::<u64>().ok());
    let (Some(first), Some(count)) = (number(0), number(1)) else {
        eprintln!("pair: expected a seed and a number of seeds");
        return ExitCode::from(2);
    };
    let finds = |plan: &Plan| play(plan, &ends(plan), false).finding.map(|finding| kind(&finding));
    let mut found = BTreeMap::<String, (u64, Plan)>::new();
    for seed in first..first.saturating_add(count) {
        for role in [Role::Server, Role::Client] {
            let plan = Plan::from_seed(role, seed);
            if let Some(kind) = finds(&plan) {
                found.entry(kind).or_insert((0, plan)).0 += 1;
            }
        }
    }
    for (kind, (times, plan)) in &found {
        let plan = shrunk_by(plan, &finds);
        let run = play(&plan, &ends(&plan), true);
        println!(
            "=== {times} times: {kind}\n{}\n{}\nplan {plan}",
            run.trace.join("\n"),
            run.finding.unwrap_or_default()
        );
    }
    println!("{} connections, {} kinds of findings", 2 * count, found.len());
    ExitCode::from(u8::from(!found.is_empty()))
}
