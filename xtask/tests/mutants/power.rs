//! How soon the fuzz targets find each mutation.

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
const LONG: u64 = 240;
/// Targets in the order of the player: what it took, unless they found nothing.
pub(crate) type Found = Vec<(String, Option<Taken>)>;

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
        .args(["build", "--quiet", "--release", "--package", "h2-conformance", "--example", "power"])
        .current_dir(repository())
        .env(WORKTREE, place.join("tree"))
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    target.join("release/examples").join(format!("power{}", env::consts::EXE_SUFFIX))
}

/// Plays each of these targets at most so many seconds; all of them if none is named.
pub(crate) fn play(player: &Path, mutation: Option<usize>, targets: &[String], seconds: u64) -> Found {
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

/// The table of all mutations. `targets` are its columns.
pub(crate) fn page(player: &Path, targets: &[String]) -> Page {
    let mut text = format!(
        "# What the fuzz targets find\n\n`cargo xtask power` makes this page. Each mutation is a fault in the fork. Each \
         target plays it on seeds, without a fuzzer, for {SHORT} seconds; where none finds it, up to {LONG}, until one does. The figures are \
         executions until it is found, with the time in milliseconds.\n\n| mutation | {} |\n| --- |{}\n",
        targets.join(" | "),
        " ---: |".repeat(targets.len())
    );
    let (mut unfound, mut by_target) = (Vec::new(), vec![0; targets.len()]);
    for (mutation, found) in mutations::all().zip(play_all(player)) {
        if !is_found(&found) {
            unfound.push(mutation.name);
        }
        let taken =
            |target: &String| found.iter().find(|(name, _)| name == target).and_then(|(_, taken)| taken.as_ref());
        let cells = targets.iter().zip(&mut by_target).map(|(target, count)| match taken(target) {
            Some(taken) => {
                *count += 1;
                format!(" {} ({} ms) |", taken.executions, taken.millis)
            }
            None => " |".to_owned(),
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
    let mut found = play(player, Some(number), &[], SHORT);
    // The first target that finds it has to do.
    for (target, _) in found.clone() {
        if !is_found(&found) {
            found = play(player, Some(number), &[target], LONG);
        }
    }
    are_of_the_mutation(player, &found);
    found
}

pub(crate) fn is_found(found: &Found) -> bool {
    found.iter().any(|(_, taken)| taken.is_some())
}

/// What was played last finds nothing without the mutation.
fn are_of_the_mutation(player: &Path, found: &Found) {
    let last = |(target, taken): &(String, Option<Taken>)| Some(format!("{target}@{}", taken.as_ref()?.executions));
    let last: Vec<String> = found.iter().filter_map(last).collect();
    let is_clean = last.is_empty() || !is_found(&play(player, None, &last, 0));
    assert!(is_clean, "mutation or not, some of {last:?} find something");
}
