//! `legal`: random connections on which nothing may go wrong.

use std::fmt::Write as _;
use std::time::Instant;

use h2_conformance::case::Role;
use h2_conformance::legal::application::Make;
use h2_conformance::legal::hunt::{shrunk, told, Hunt};
use h2_conformance::legal::Plan;
use h2_conformance::subject::{patched, upstream};

use super::{output, Failure};
use crate::cli::{Common, Legal};
use crate::{GOOD, SHORT};

/// Seeds between two lines of progress.
const SLICE: u64 = 2_000;

pub(super) fn run(options: &Legal, common: &Common) -> Result<u8, Failure> {
    let make: Make = match options.subject.as_str() {
        "patched" => patched::application,
        "upstream" => upstream::application,
        other => return Err(Failure::Input(format!("--subject: expected patched or upstream, found {other:?}"))),
    };
    if let Some(digits) = &options.plan {
        let octets =
            octets(digits).ok_or_else(|| Failure::Input("--plan: expected pairs of hexadecimal digits".into()))?;
        output::text(&told(&Plan::from_octets(&octets), make), common)?;
        return Ok(GOOD);
    }
    let both = [Role::Server, Role::Client];
    let roles: Vec<Role> = both.into_iter().filter(|role| options.role.is_none_or(|only| only == *role)).collect();
    let seeds = options.connections.div_ceil(roles.len() as u64);
    let plan = if options.long { Plan::long } else { Plan::from_seed };
    let (started, end) = (Instant::now(), options.seed.saturating_add(seeds));
    let (mut hunt, mut told_of) = (Hunt::default(), 0);
    for first in (options.seed..end).step_by(SLICE as usize) {
        hunt.play(&roles, first..end.min(first + SLICE), plan, make);
        if !common.quiet {
            let rate = hunt.connections as f64 / started.elapsed().as_secs_f64();
            eprintln!("{} connections, {rate:.0} a second, {} kinds of findings", hunt.connections, hunt.found.len());
            let new = hunt.found.values().filter(|found| found.after > told_of);
            new.for_each(|found| eprintln!("  {} {}: {}", found.plan.role.name(), found.seed, found.finding));
            told_of = hunt.connections;
        }
    }
    output::text(&report(&hunt, options, make, started), common)?;
    Ok(if hunt.found.is_empty() { GOOD } else { SHORT })
}

fn report(hunt: &Hunt, options: &Legal, make: Make, started: Instant) -> String {
    let mut text = String::new();
    let mut line = |line: String| writeln!(text, "{line}").expect("a string takes any text");
    for found in hunt.found.values() {
        line(format!("{} connections: {}", found.times, found.finding));
        let (role, long) = (found.plan.role.name(), if options.long { " --long" } else { "" });
        line(format!("  first after {}: legal --connections 1 --role {role} --seed {}{long}", found.after, found.seed));
    }
    if let Some(found) = hunt.found.values().min_by_key(|found| found.after) {
        line(format!("\nThe first one, cut down:\n{}", told(&shrunk(&found.plan, make), make)));
    }
    line("connections that reached a state".into());
    for (state, connections) in &hunt.reached {
        line(format!("{:6.2} %  {state}", *connections as f64 * 100.0 / hunt.connections as f64));
    }
    let seconds = started.elapsed().as_secs_f64();
    line(format!(
        "\n{} connections on {}, seeds from {}, {:.0} a second: {} kinds of findings",
        hunt.connections,
        options.subject,
        options.seed,
        hunt.connections as f64 / seconds,
        hunt.found.len(),
    ));
    text
}

fn octets(digits: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..digits.len()).step_by(2).map(pair).collect()
}
