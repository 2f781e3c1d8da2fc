//! Mutation tests of the invariants. With each mutation of [`mutations::all`] active, some case of
//! the catalogue has to fail, and the failure has to name the invariant that the mutation breaks.
//! Some fuzz target has to find each of them, too.
//!
//! All mutations are compiled into one runner. The variable H2_MUTATION activates one of them.
//! Without it the fork is unchanged.

mod support;

#[path = "mutants/apply.rs"]
mod apply;
#[path = "mutants/mutations/mod.rs"]
mod mutations;
#[path = "mutants/power.rs"]
mod power;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use h2_materialize::WORKTREE;
use serde_json::Value;

use mutations::Mutation;
use support::{repository, stderr, stdout};

/// The width of the column of names.
const WIDTH: usize = 56;

#[test]
fn every_mutation_has_one_place() {
    let dir = tempfile::tempdir().unwrap();
    apply::apply(dir.path());
}

#[test]
#[ignore = "takes minutes: cargo xtask mutants runs it"]
fn every_mutation_is_caught() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants");
    apply::apply(&place.join("tree"));
    let runner = build(&place);

    let (control, findings) = play(&runner, &place, None);
    assert!(control.status.success(), "without a mutation: {}{}", stdout(&control), stderr(&control));
    assert!(findings.is_empty(), "without a mutation: {findings:?}");

    println!("{:<WIDTH$} inv. cases  first reason", "mutation");
    let numbered = (1..).zip(mutations::all());
    let uncaught = numbered.filter(|(number, mutation)| !is_caught(mutation, &play(&runner, &place, Some(*number)).1));
    let uncaught: Vec<&str> = uncaught.map(|(_, mutation)| mutation.name).collect();
    assert!(uncaught.is_empty(), "not caught by the invariant they break: {uncaught:#?}");
}

#[test]
#[ignore = "takes seven minutes on two cores: cargo xtask power runs it"]
fn every_mutation_is_found_by_a_fuzz_target() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants");
    apply::apply(&place.join("tree"));
    let player = power::build(&place);
    let control = power::play(&player, None, &[], power::SHORT);
    assert!(!power::is_found(&control), "without a mutation: {control:?}");
    let targets: Vec<String> = control.into_iter().map(|(target, _)| target).collect();
    let page = power::page(&player, &targets);
    match env::var_os(power::PAGE) {
        Some(path) => fs::write(path, &page.text).unwrap(),
        None => println!("{}", page.text),
    }
    assert!(page.unfound.is_empty(), "not found by any target: {:#?}", page.unfound);
}

/// Whether a case failed because of the invariant expected. Prints a line of the table, and another
/// one for other reasons.
fn is_caught(mutation: &Mutation, findings: &[String]) -> bool {
    let (expected, others): (Vec<&String>, Vec<&String>) =
        findings.iter().partition(|reason| names(reason, mutation.invariant));
    let first = expected.first().map_or("NOT CAUGHT", |reason| reason.as_str());
    println!("{:<WIDTH$} {:<4} {:>5}  {first}", mutation.name, mutation.invariant, expected.len());
    if let Some(first) = others.first() {
        println!("{:<WIDTH$}      {:>5}  {first}", "", others.len());
    }
    !expected.is_empty()
}

fn names(reason: &str, invariant: &str) -> bool {
    match reason.split_once("invariant ") {
        Some((_, said)) => said.split([':', ' ']).next() == Some(invariant),
        // S6 has no check of its own. When it is broken, a task waits for ever.
        None => invariant == "S6",
    }
}

/// The runner, compiled from the tree with the mutations.
fn build(place: &Path) -> PathBuf {
    let target = place.join("target");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "h2-conformance", "--bin", "h2-conformance"])
        .current_dir(repository())
        .env(WORKTREE, place.join("tree"))
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    target.join("debug").join(format!("h2-conformance{}", env::consts::EXE_SUFFIX))
}

/// Plays the catalogue. Returns the reasons of cases that failed unexpectedly or by an invariant.
fn play(runner: &Path, place: &Path, mutation: Option<usize>) -> (Output, Vec<String>) {
    let report = place.join("results.json");
    let mut command = Command::new(runner);
    command.args(["run", "--subject", "patched", "--quiet", "--format", "json", "--out"]).arg(&report);
    command.env_remove(apply::SWITCH).envs(mutation.map(|number| (apply::SWITCH, number.to_string())));
    let output = command.output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "mutation {mutation:?}: {}", stderr(&output));
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
