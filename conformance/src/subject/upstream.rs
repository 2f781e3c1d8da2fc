//! h2 as its maintainers released it.

use h2_upstream as h2;

#[path = "h2_like/mod.rs"]
mod h2_like;

use crate::case::Deadlines;
use crate::script::UpdatePolicy;
use std::time::Duration;

/// The release's windows do not depend on the time.
fn hold_time(_: Option<Duration>) {}

/// The release has one rule.
fn policy(policy: UpdatePolicy) -> UpdatePolicy {
    policy
}

/// The release waits for as long as it takes.
fn deadlines(deadlines: Deadlines) -> Deadlines {
    deadlines
}

/// The limits of the release are others.
fn abuse_limits(burst: u32, per_second: u32) -> (u32, u32) {
    (burst, per_second)
}

/// Nothing is to be seen of a connection of the release.
struct Observation;

impl Observation {
    fn begin() -> Self {
        Observation
    }

    fn look(&mut self, _: Option<h2_like::NoInsight>) {}
}

pub use h2_like::{application, start, H2};
