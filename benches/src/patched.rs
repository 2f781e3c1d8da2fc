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

fn set_announcing(builder: &mut h2::server::Builder, announcing: Announcing) {
    if announcing != Announcing::Own {
        builder.receive_budget(0);
    }
    if let Announcing::FixedBy { percent, min_interval } = announcing {
        builder.window_update_policy(WindowUpdatePolicy::new().threshold(percent).min_interval(min_interval));
    }
}

/// A snapshot of the only connection of this process, which has more than so many streams.
fn snapshot(streams: usize) -> Result<bool, String> {
    let connections = h2::insight::connections();
    let [connection] = connections.as_slice() else {
        return Err(format!("expected one connection, found {}", connections.len()));
    };
    match connection.snapshot() {
        Some(snapshot) if snapshot.streams.len() > streams => Ok(true),
        Some(snapshot) => Err(format!("a snapshot has {} streams of {streams}", snapshot.streams.len())),
        None => Err("the connection has no snapshot".into()),
    }
}

/// The totals of a process with so many connections.
fn totals(connections: usize) -> Result<bool, String> {
    let open = h2::insight::totals().connections_open;
    match usize::try_from(open) {
        Ok(open) if open == connections => Ok(true),
        _ => Err(format!("{open} connections are counted, {connections} are open")),
    }
}
