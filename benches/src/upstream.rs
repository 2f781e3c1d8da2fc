//! h2 as its maintainers released it.

use std::time::Duration;

use h2_upstream as h2;

use crate::subject::Announcing;

#[path = "h2_like/mod.rs"]
mod h2_like;

pub(crate) use h2_like::SUBJECT;

/// The name in reports.
pub(crate) const NAME: &str = "upstream";

/// Nothing that is measured in virtual time depends on time here.
fn set_time(_: Option<Duration>) {}

/// There is nothing to set.
fn set_announcing(_: &mut h2::server::Builder, _: Announcing) {}

/// The release has no snapshots.
fn snapshot(_: usize) -> Result<bool, String> {
    Ok(false)
}

/// The release counts no connections.
fn totals(_: usize) -> Result<bool, String> {
    Ok(false)
}

/// The release limits what a stream buffers and not what a connection does.
fn limit_send_buffer(_: &mut h2::server::Builder, _: usize) {}
