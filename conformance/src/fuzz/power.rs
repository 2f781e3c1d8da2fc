//! How soon each target finds a fault: the targets of `fuzz/` without a fuzzer, on seeds instead of
//! coverage. A fault that seeds find in seconds is found by the fuzzer as well.

use std::time::{Duration, Instant};

use super::{differential, fault, hunt, input, play, windows};
use crate::case::Role;
use crate::legal::plan::Draw;
use crate::legal::{pair, Plan};
use crate::panics::quietly;
use crate::subject::{patched, Subject, IN_MEMORY};

/// A target: plays its input of a number, and returns what is wrong.
pub type Target = Box<dyn Fn(u64) -> Option<String>>;

/// The names of the targets that play all of the fork, first those that find most. `hpack` plays a
/// part.
pub const TARGETS: [&str; 6] = ["pair", "script", "legal", "windows", "differential", "frames"];

/// What it took to find something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub executions: u64,
    pub after: Duration,
    pub finding: String,
}

/// The target of that name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    Some(match name {
        "frames" => Box::new(frames()),
        "legal" => Box::new(|at| crate::legal::play(&plan(at), patched::application, false).finding),
        "script" => Box::new(|at| hunt::run(&plan(at), |case| Box::new(patched::H2::new(case))).1),
        "differential" => Box::new(differs()),
        "pair" => Box::new(|at| pair::play(&plan(at), &pair::ends(&plan(at)), false).finding),
        "windows" => Box::new(|at| windows::run(&plan(at))),
        "hpack" => Box::new(blocks),
        _ => return None,
    })
}

/// Plays a target until it finds something, at most so long.
#[must_use]
pub fn play_until(target: &Target, limit: Duration) -> Option<Found> {
    let began = Instant::now();
    for at in 0.. {
        let finding = quietly(|| target(at)).unwrap_or_else(|panic| Some(panic.message));
        let after = began.elapsed();
        if let Some(finding) = finding {
            return Some(Found { executions: at + 1, after, finding });
        }
        if after > limit {
            break;
        }
    }
    None
}

fn plan(at: u64) -> Plan {
    Plan::from_seed(if at % 2 == 0 { Role::Server } else { Role::Client }, at / 2)
}

/// Octets of any kind as field blocks. What is wrong is a panic.
fn blocks(at: u64) -> Option<String> {
    let mut draw = Draw::new(&at.to_le_bytes());
    let octets: Vec<u8> = (0..draw.below(2_000)).map(|_| draw.octet()).collect();
    super::hpack(&octets);
    None
}

/// Seeds of the catalogue in every mode, with a few octets changed.
fn frames() -> impl Fn(u64) -> Option<String> {
    const LONGEST: usize = 20_000;
    let seeds: Vec<Vec<u8>> =
        crate::catalog::all().iter().map(input::seed).filter(|seed| seed.len() <= LONGEST).collect();
    move |at| {
        let mut draw = Draw::new(&at.to_le_bytes());
        let mut octets = seeds[at as usize % seeds.len()].clone();
        if at >= seeds.len() as u64 {
            octets[0] = draw.octet();
            for _ in 0..draw.below(6) {
                let place = draw.below(octets.len() as u32) as usize;
                octets[place] = draw.octet();
            }
        }
        let input = input::Input::read(&octets);
        fault(&input, &play(&input))
    }
}

fn differs() -> impl Fn(u64) -> Option<String> {
    const BOTH: [&Subject; 2] = [&IN_MEMORY[0], &IN_MEMORY[1]];
    |at| {
        let difference = differential::run(&plan(at), BOTH).1?;
        (!differential::is_declared(&difference)).then(|| difference.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fork_leaves_nothing_to_find() {
        for name in TARGETS {
            let target = target(name).expect("a target");
            assert_eq!((0..60).find_map(target), None, "{name}");
        }
        assert!(target("none").is_none());
    }

    #[test]
    fn a_panic_is_a_finding() {
        let target: Target = Box::new(|at| if at == 3 { panic!("here") } else { None });
        let found = play_until(&target, Duration::from_secs(60)).expect("something");
        assert_eq!((found.executions, found.finding.as_str()), (4, "here"));
        assert_eq!(play_until(&(Box::new(|_| None) as Target), Duration::ZERO), None);
    }
}
