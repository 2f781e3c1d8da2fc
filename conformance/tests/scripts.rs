//! Scripts of frames, some of them wrong, and of calls, on the fork. `SCRIPT_SEEDS=N` plays N seeds
//! for each role. A failure prints the smallest connection that shows it.

use h2_conformance::case::Role;
use h2_conformance::fuzz::hunt::{check, hunt, run};
use h2_conformance::legal::Plan;
use h2_conformance::subject::CONTROLS;

/// Seeds of a plain run.
const SEEDS: u64 = 500;

fn seeds() -> u64 {
    std::env::var("SCRIPT_SEEDS").map_or(SEEDS, |seeds| seeds.parse().expect("SCRIPT_SEEDS is a number"))
}

#[test]
fn nothing_goes_wrong_on_a_server() {
    (0..seeds()).for_each(|seed| check(&Plan::from_seed(Role::Server, seed)));
}

#[test]
fn nothing_goes_wrong_on_a_client() {
    (0..seeds()).for_each(|seed| check(&Plan::from_seed(Role::Client, seed)));
}

#[test]
fn a_script_gives_the_same_run_each_time() {
    let fork = h2_conformance::select::in_memory("patched").expect("the fork").make;
    for seed in 0..50 {
        for role in [Role::Server, Role::Client] {
            let plan = Plan::from_seed(role, seed);
            assert_eq!(run(&plan, fork), run(&plan, fork), "seed {seed}");
        }
    }
}

/// Controls answer no matter what comes, which is a fault on some of the connections.
#[test]
fn a_subject_that_is_wrong_is_found() {
    let control = CONTROLS.iter().find(|control| control.name == "control-yes-man").expect("a control");
    let mut found = std::collections::BTreeMap::new();
    hunt(0..500, control.make, &mut found);
    assert!(!found.is_empty());
}
