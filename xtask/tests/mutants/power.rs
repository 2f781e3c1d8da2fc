//! How soon the fuzz targets find each mutation.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread;

use h2_materialize::WORKTREE;

use crate::apply;
use crate::mutations;
use crate::support::{repository, stderr, stdout};

/// The variable with the file that the page is written to.
pub(crate) const PAGE: &str = "POWER_PAGE";
/// Seconds that each target has, and those that it has where none found the mutation.
pub(crate) const SHORT: u64 = 2;
const LONG: u64 = 60;
const LONG_ORDER: [&str; 6] = ["pair", "script", "legal", "windows", "differential", "frames"];
pub(crate) const TARGETS: [&str; 6] = ["frames", "legal", "script", "differential", "pair", "windows"];

/// By target: what it took, unless it found nothing.
pub(crate) type Found = BTreeMap<String, Option<Taken>>;

#[derive(Clone, Debug)]
pub(crate) struct Taken {
    executions: u64,
    millis: u64,
}

pub(crate) struct Page {
    pub(crate) text: String,
    pub(crate) unfound: Vec<&'static str>,
}

/// The program that plays the targets, compiled from the tree with the mutations.
pub(crate) fn build(place: &Path) -> PathBuf {
    let target = place.join("target");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--release", "--package", "h2-conformance", "--example", "power"])
        .current_dir(repository())
        .env(WORKTREE, place.join("tree"))
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    target.join("release/examples").join(format!("power{}", env::consts::EXE_SUFFIX))
}

/// Plays each target at most so many seconds.
pub(crate) fn play(player: &Path, mutation: Option<usize>, targets: &[&str], seconds: u64) -> Found {
    let mut command = Command::new(player);
    command.arg(seconds.to_string()).args(targets);
    command.env_remove(apply::SWITCH).envs(mutation.map(|number| (apply::SWITCH, number.to_string())));
    let output = command.output().unwrap();
    assert!(output.status.success(), "mutation {mutation:?}: {}", stderr(&output));
    let text = stdout(&output);
    let lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let read = |words: Vec<&str>| match words[..] {
        [name, executions, millis, ..] => {
            let number = |text: &str| text.parse().expect("a number");
            (name.to_owned(), Some(Taken { executions: number(executions), millis: number(millis) }))
        }
        _ => (words[0].to_owned(), None),
    };
    lines.map(read).collect()
}

/// The table of all mutations.
pub(crate) fn page(player: &Path) -> Page {
    let mut text = format!(
        "# What the fuzz targets find\n\n`cargo xtask power` makes this page. Each mutation is a fault in the fork. Each \
         target plays it on seeds, without a fuzzer, for {SHORT} seconds; where none finds it, up to {LONG}, until one does. The figures are \
         executions until it is found, with the time in milliseconds.\n\n| mutation | {} |\n| --- |{}\n",
        TARGETS.join(" | "),
        " ---: |".repeat(TARGETS.len())
    );
    let (mut unfound, mut by_target) = (Vec::new(), [0; TARGETS.len()]);
    for (mutation, found) in mutations::all().zip(play_all(player)) {
        if found.values().all(Option::is_none) {
            unfound.push(mutation.name);
        }
        let cells = TARGETS.iter().zip(&mut by_target).map(|(target, count)| match found.get(*target) {
            Some(Some(taken)) => {
                *count += 1;
                format!(" {} ({} ms) |", taken.executions, taken.millis)
            }
            _ => " |".to_owned(),
        });
        text += &format!("| {} |{}\n", mutation.name, cells.collect::<String>());
    }
    let counts: String = by_target.iter().map(|count| format!(" {count} |")).collect();
    text += &format!("| **of {}** |{counts}\n", mutations::all().count());
    Page { text, unfound }
}

/// Plays every mutation, two at a time. In the order of the mutations.
fn play_all(player: &Path) -> Vec<Found> {
    let next = AtomicUsize::new(0);
    let count = mutations::all().count();
    let all: Vec<Mutex<Found>> = (0..count).map(|_| Mutex::default()).collect();
    let work = || loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(found) = all.get(at) else { return };
        *found.lock().unwrap() = play_one(player, at + 1);
        println!("mutation {} of {count}", at + 1);
    };
    thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    all.into_iter().map(|found| found.into_inner().unwrap()).collect()
}

fn play_one(player: &Path, number: usize) -> Found {
    let mut found = play(player, Some(number), &TARGETS, SHORT);
    // The first target that finds it has to do.
    for target in LONG_ORDER {
        if found.values().all(Option::is_none) {
            found = play(player, Some(number), &[target], LONG);
        }
    }
    are_of_the_mutation(player, &found);
    found
}

/// What was played last finds nothing without the mutation.
fn are_of_the_mutation(player: &Path, found: &Found) {
    let taken = found.iter().filter_map(|(target, taken)| Some((target, taken.as_ref()?.executions)));
    let names: Vec<String> = taken.map(|(target, number)| format!("{target}@{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let control = if names.is_empty() { Found::new() } else { play(player, None, &names, 0) };
    assert!(control.values().all(Option::is_none), "found without a mutation, too: {names:?} {control:?}");
}
