//! Plays the scripts of many plans, and makes what it finds small.

use std::collections::BTreeMap;
use std::ops::Range;

use super::invariant::fault_of_script;
use super::script::{asked, scenario};
use crate::case::{Case, Role};
use crate::drive::{play, Link, Want};
use crate::legal::hunt::{kind, shrunk_by};
use crate::legal::Plan;
use crate::subject::patched;
use crate::transcript::Transcript;

/// Makes a subject.
pub type Make = fn(&Case) -> Box<dyn Link>;

/// One kind of finding.
#[derive(Clone, Debug)]
pub struct Found {
    /// The first plan that showed it.
    pub plan: Plan,
    pub seed: u64,
    pub finding: String,
    /// Scripts that showed it.
    pub times: u64,
}

/// Plays the script of a plan. Returns what happened, and what was wrong.
#[must_use]
pub fn run(plan: &Plan, make: Make) -> (Transcript, Option<String>) {
    let (case, script) = scenario(plan);
    let mut link = make(&case);
    let transcript = play(&mut *link, &script, plan.role == Role::Server, &|_| Want::Nothing);
    let fault = fault_of_script(&case.config, asked(&script), &transcript);
    (transcript, fault)
}

/// Plays the scripts of these seeds, for each role. What is found is by its kind.
pub fn hunt(seeds: Range<u64>, make: Make, found: &mut BTreeMap<String, Found>) {
    for seed in seeds {
        for role in [Role::Server, Role::Client] {
            let plan = Plan::from_seed(role, seed);
            let Some(finding) = run(&plan, make).1 else { continue };
            found.entry(kind(&finding)).or_insert(Found { plan, seed, finding, times: 0 }).times += 1;
        }
    }
}

/// The plan without the operations that its finding does not need.
#[must_use]
pub fn shrunk(plan: &Plan, make: Make) -> Plan {
    shrunk_by(plan, &|plan| run(plan, make).1.map(|finding| kind(&finding)))
}

/// Plays the script of a plan on the fork.
///
/// # Panics
/// If something is wrong, with all that happened on the smallest connection that shows it.
pub fn check(plan: &Plan) {
    let make: Make = |case| Box::new(patched::H2::new(case));
    if run(plan, make).1.is_some() {
        let plan = shrunk(plan, make);
        let (transcript, finding) = run(&plan, make);
        panic!("{:?}: {}\n{transcript}plan {plan}", plan.role, finding.unwrap_or_default());
    }
}
