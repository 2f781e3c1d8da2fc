//! The fork.

// A name in this module, as `h2_like` expects it.
#[allow(clippy::single_component_path_imports)]
use h2;
use h2::tuning::WindowUpdatePolicy;
use h2::virtual_time::set as set_time;

use crate::subject::Announcing;

#[path = "h2_like/mod.rs"]
mod h2_like;

pub(crate) use h2_like::SUBJECT;

/// The name in reports.
pub(crate) const NAME: &str = "patched";

fn set_announcing(builder: &mut h2::server::Builder, announcing: Announcing) {
    if announcing != Announcing::Own {
        builder.max_connection_receive_buffer_size(0);
    }
    if let Announcing::FixedBy { percent, min_interval } = announcing {
        builder.window_update_policy(WindowUpdatePolicy::new().threshold_percent(percent).min_interval(min_interval));
    }
}

fn limit_send_buffer(builder: &mut h2::server::Builder, octets: usize) {
    builder.max_connection_send_buffer_size(octets);
}

/// A snapshot of the connection that has more than so many streams: a worker has one connection,
/// the tests have others beside it.
fn snapshot(streams: usize) -> Result<bool, String> {
    let connections = h2::insight::connections();
    let found = connections.iter().filter_map(|connection| connection.snapshot()).any(|it| it.streams.len() > streams);
    found.then_some(true).ok_or_else(|| format!("no connection has a snapshot of more than {streams} streams"))
}

/// The totals of a process with so many connections.
fn totals(connections: usize) -> Result<bool, String> {
    let open = h2::insight::totals().connections_open;
    match usize::try_from(open) {
        Ok(open) if open == connections => Ok(true),
        _ => Err(format!("{open} connections are counted, {connections} are open")),
    }
}
