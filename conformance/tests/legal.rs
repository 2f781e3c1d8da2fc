//! Peers that do at random what RFC 9113 allows, on the fork. `LEGAL_SEEDS=N` plays N seeds for
//! each role instead of a few. A failure prints the smallest connection that shows it.

use h2_conformance::case::Role;
use h2_conformance::legal::hunt::{check, Hunt};
use h2_conformance::legal::{play, Plan};
use h2_conformance::subject::{patched, upstream};

/// Seeds of a plain run.
const SEEDS: u64 = 100;

fn seeds() -> u64 {
    std::env::var("LEGAL_SEEDS").map_or(SEEDS, |seeds| seeds.parse().expect("LEGAL_SEEDS is a number"))
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
fn any_octets_are_a_legal_peer() {
    for length in 0..60u32 {
        let octets: Vec<u8> = (0..length * 8).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        check(&Plan::from_octets(&octets));
    }
}

#[test]
fn a_plan_gives_the_same_run_each_time() {
    for seed in 0..20 {
        for role in [Role::Server, Role::Client] {
            let plan = Plan::from_seed(role, seed);
            let run = || play(&plan, patched::application, true).trace;
            assert_eq!(run(), run(), "seed {seed}");
        }
    }
}

#[test]
fn the_release_falls_short() {
    let mut hunt = Hunt::default();
    hunt.play(&[Role::Server, Role::Client], 0..SEEDS, Plan::from_seed, upstream::application);
    assert!(hunt.found.len() > 1, "{:?}", hunt.found.keys());
}
