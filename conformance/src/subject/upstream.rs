//! h2 as its maintainers released it.

use h2_upstream as h2;

#[path = "h2_like/mod.rs"]
mod h2_like;

use crate::script::UpdatePolicy;
use std::time::Duration;

/// The release's windows do not depend on the time.
fn hold_time(_: Option<Duration>) {}

/// The release has one rule.
fn policy(policy: UpdatePolicy) -> UpdatePolicy {
    policy
}

pub use h2_like::{application, start, H2};
