//! `kinds COUNT SUBJECT`: plays the scripts and the legal connections of so many seeds, for each
//! role, on the release (`upstream`) or on the fork (`patched`), and prints each kind of finding:
//! the target, after how many executions it came, and the finding without its numbers.

use std::collections::BTreeMap;
use std::process::ExitCode;

use h2_conformance::case::Role;
use h2_conformance::fuzz::hunt::hunt;
use h2_conformance::legal::hunt::Hunt;
use h2_conformance::legal::{application, Plan};
use h2_conformance::select::in_memory;
use h2_conformance::subject::{patched, upstream};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [count, name] = &arguments[..] else {
        eprintln!("kinds: expected a number of seeds and a subject");
        return ExitCode::from(2);
    };
    let application: application::Make = match name.as_str() {
        "upstream" => upstream::application,
        "patched" => patched::application,
        other => {
            eprintln!("kinds: expected upstream or patched, found {other:?}");
            return ExitCode::from(2);
        }
    };
    let (Ok(count), Ok(subject)) = (count.parse::<u64>(), in_memory(name)) else {
        eprintln!("kinds: expected a number of seeds, found {count:?}");
        return ExitCode::from(2);
    };
    let mut scripts = BTreeMap::new();
    hunt(0..count, subject.make, &mut scripts);
    for (kind, found) in scripts {
        println!("script\t{}\t{kind}", 2 * found.seed + 1 + u64::from(found.plan.role == Role::Client));
    }
    let mut legal = Hunt::default();
    legal.play(&[Role::Server, Role::Client], 0..count, Plan::from_seed, application);
    for (kind, found) in legal.found {
        println!("legal\t{}\t{kind}", found.after);
    }
    ExitCode::SUCCESS
}
