//! The invariants of the fork are as good as the faults they find: each of [`faults::ALL`] is planted, and the catalogue has to come
//! upon it and say which equation it breaks.
//!
//! All of them are compiled into one runner, where H2_PLANTED wakes one; without it the fork is as it always is.

mod support;

#[path = "mutants/faults.rs"]
mod faults;
#[path = "mutants/plant.rs"]
mod plant;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use h2_materialize::WORKTREE;
use serde_json::Value;

use faults::{Fault, ALL};
use support::{repository, stderr, stdout};

/// Of the column of names.
const WIDTH: usize = 56;

#[test]
#[ignore = "takes minutes: cargo xtask mutants runs it"]
fn every_planted_fault_is_named() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("planted");
    plant::plant(&place.join("tree"), ALL);
    let runner = build(&place);

    let (control, findings) = play(&runner, &place, None);
    assert!(control.status.success(), "without a fault: {}{}", stdout(&control), stderr(&control));
    assert!(findings.is_empty(), "without a fault: {findings:?}");

    println!("{:<WIDTH$} eq. cases  the first says", "fault");
    let numbered = (1..).zip(ALL);
    let uncaught = numbered.filter(|(number, fault)| !is_caught(fault, &play(&runner, &place, Some(*number)).1));
    let uncaught: Vec<&str> = uncaught.map(|(_, fault)| fault.name).collect();
    assert!(uncaught.is_empty(), "not caught by the equation they break: {uncaught:#?}");
}

/// Whether a case fell short by the equation expected. Prints its line of the table, and one for what else was said.
fn is_caught(fault: &Fault, findings: &[String]) -> bool {
    let (expected, others): (Vec<&String>, Vec<&String>) =
        findings.iter().partition(|reason| names(reason, fault.equation));
    let first = expected.first().map_or("NOT CAUGHT", |reason| reason.as_str());
    println!("{:<WIDTH$} {}  {:>5}  {first}", fault.name, fault.equation, expected.len());
    if let Some(first) = others.first() {
        println!("{:<WIDTH$}     {:>5}  {first}", "", others.len());
    }
    !expected.is_empty()
}

fn names(reason: &str, equation: &str) -> bool {
    match reason.split_once("invariant ") {
        Some((_, said)) => said.split([':', ' ']).next() == Some(equation),
        // That one has no check of its own: somebody waits in vain.
        None => equation == "S6",
    }
}

/// The runner, compiled from the planted tree.
fn build(place: &Path) -> PathBuf {
    let target = place.join("target");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--package", "h2-conformance", "--bin", "h2-conformance"])
        .current_dir(repository())
        .env(WORKTREE, place.join("tree"))
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    target.join("debug").join(format!("h2-conformance{}", env::consts::EXE_SUFFIX))
}

/// Plays the catalogue. Why cases fell short unexpectedly, or by an invariant.
fn play(runner: &Path, place: &Path, fault: Option<usize>) -> (Output, Vec<String>) {
    let report = place.join("results.json");
    let mut command = Command::new(runner);
    command.args(["run", "--subject", "patched", "--quiet", "--format", "json", "--out"]).arg(&report);
    command.env_remove(plant::SWITCH).envs(fault.map(|number| (plant::SWITCH, number.to_string())));
    let output = command.output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "fault {fault:?}: {}", stderr(&output));
    let results: Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    let cases = results["cases"].as_array().expect("a report lists cases").iter();
    let findings = cases.filter_map(|case| {
        let result = &case["results"]["patched"];
        let reason = result["reason"].as_str().expect("a result has a reason");
        (result["standing"] == "unexpected" || reason.contains("invariant ")).then(|| reason.to_owned())
    });
    let findings = findings.collect();
    (output, findings)
}
