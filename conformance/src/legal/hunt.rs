//! Plays many plans, and makes what it finds small.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use super::application::Make;
use super::plan::Plan;
use super::player::play;
use super::reached::Reached;
use crate::case::Role;

/// One kind of finding.
#[derive(Clone, Debug)]
pub struct Found {
    /// The first plan that showed it.
    pub plan: Plan,
    pub seed: u64,
    pub finding: String,
    /// Connections played up to and with the first one.
    pub after: u64,
    /// Connections that showed it.
    pub times: u64,
}

/// What a hunt came to.
#[derive(Clone, Debug, Default)]
pub struct Hunt {
    pub connections: u64,
    /// By [`kind`].
    pub found: BTreeMap<String, Found>,
    /// Connections that reached each state.
    pub reached: BTreeMap<&'static str, u64>,
}

impl Hunt {
    /// Plays the plans of these seeds, for each role. `plan` is [`Plan::from_seed`] or
    /// [`Plan::long`].
    pub fn play(&mut self, roles: &[Role], seeds: Range<u64>, plan: fn(Role, u64) -> Plan, make: Make) {
        for seed in seeds {
            for role in roles {
                let plan = plan(*role, seed);
                let run = play(&plan, make, false);
                self.connections += 1;
                self.count(run.reached);
                if let Some(finding) = run.finding {
                    let after = self.connections;
                    let found = self.found.entry(kind(&finding));
                    found.or_insert(Found { plan, seed, finding, after, times: 0 }).times += 1;
                }
            }
        }
    }

    fn count(&mut self, reached: Reached) {
        for name in reached.names() {
            *self.reached.entry(name).or_default() += 1;
        }
    }
}

/// A finding without its numbers: what is the same of one fault on two connections.
#[must_use]
pub fn kind(finding: &str) -> String {
    let line = finding.lines().next().unwrap_or_default();
    let words: String = line.chars().filter(|symbol| !symbol.is_ascii_digit()).collect();
    // Two kinds of content differ in no more than what comes behind.
    words.chars().take(120).collect()
}

/// The plan without the operations that its finding does not need.
#[must_use]
pub fn shrunk(plan: &Plan, make: Make) -> Plan {
    shrunk_by(plan, &|plan| play(plan, make, false).finding.map(|finding| kind(&finding)))
}

/// The same, where `finds` tells the kind of what a plan shows.
#[must_use]
pub fn shrunk_by(plan: &Plan, finds: &dyn Fn(&Plan) -> Option<String>) -> Plan {
    let wanted = finds(plan);
    let mut plan = plan.clone();
    let mut size = plan.ops.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        while at < plan.ops.len() {
            let mut less = plan.clone();
            less.ops.drain(at..(at + size).min(plan.ops.len()));
            if finds(&less) == wanted {
                plan = less;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    plan
}

/// What happens on a connection, for people to read, and what was wrong.
#[must_use]
pub fn told(plan: &Plan, make: Make) -> String {
    let run = play(plan, make, true);
    let mut text = String::new();
    run.trace.iter().for_each(|line| writeln!(text, "{line}").expect("a string takes any text"));
    let finding = run.finding.unwrap_or_else(|| "nothing is wrong".into());
    writeln!(text, "{finding}\nplan {plan}").expect("a string takes any text");
    text
}

/// Plays a plan on the fork.
///
/// # Panics
/// If something is wrong, with all that happened on the smallest connection that shows it.
pub fn check(plan: &Plan) {
    let make = crate::subject::patched::application;
    if play(plan, make, false).finding.is_some() {
        panic!("{:?}\n{}", plan.role, told(&shrunk(plan, make), make));
    }
}
