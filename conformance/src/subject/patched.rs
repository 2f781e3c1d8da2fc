//! The fork.

use h2;

#[path = "h2_like/mod.rs"]
mod h2_like;

use crate::script::UpdatePolicy;
use std::time::Duration;

/// Holds the time that the fork sees on this thread; `None` lets it run.
fn hold_time(at: Option<Duration>) {
    h2::virtual_time::set(at);
}

fn policy(policy: UpdatePolicy) -> h2::tuning::WindowUpdatePolicy {
    h2::tuning::WindowUpdatePolicy::new()
        .threshold_percent(policy.percent)
        .min_increment(policy.min_increment)
        .min_interval(Duration::from_millis(policy.min_interval.into()))
}

pub use h2_like::{application, start, H2};
