//! The fork.

use h2;

#[path = "h2_like/mod.rs"]
mod h2_like;
mod observation;

use crate::case::Deadlines;
use crate::script::UpdatePolicy;
use h2::tuning::{self, AbuseKind, AbuseLimits, IdleTimeout, KeepAlive};
use observation::Observation;
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

fn deadlines(deadlines: Deadlines) -> tuning::Deadlines {
    type Set = fn(tuning::Deadlines, Duration) -> tuning::Deadlines;
    let set: [(Option<u32>, Set); 12] = [
        (deadlines.handshake, |own, time| own.handshake_timeout(time)),
        (deadlines.settings_ack, |own, time| own.settings_ack_timeout(time)),
        (deadlines.keep_alive, |own, time| own.keep_alive(KeepAlive::new(time).timeout(time).while_idle(true))),
        (deadlines.idle, |own, time| own.idle_timeout(IdleTimeout::adaptive(time, 2 * time))),
        (deadlines.max_age, |own, time| own.max_age(time)),
        (deadlines.max_age_drain, |own, time| own.max_age_drain_timeout(time)),
        (deadlines.write, |own, time| own.write_timeout(time)),
        (deadlines.stream_write, |own, time| own.stream_write_timeout(time)),
        (deadlines.shutdown_ping, |own, time| own.shutdown_ping_timeout(time)),
        (deadlines.shutdown_drain, |own, time| own.shutdown_drain_timeout(time)),
        (deadlines.flush, |own, time| own.flush_timeout(time)),
        (deadlines.close, |own, time| own.close_timeout(time)),
    ];
    set.into_iter().fold(tuning::Deadlines::new(), |own, (millis, set)| match millis {
        Some(millis) => set(own, Duration::from_millis(millis.into())),
        None => own,
    })
}

/// The same limit for each kind.
fn abuse_limits(burst: u32, per_second: u32) -> AbuseLimits {
    use AbuseKind::*;
    const KINDS: [AbuseKind; 14] = [
        StreamError,
        RefusedStream,
        EmptyData,
        Reset,
        Settings,
        Ping,
        Priority,
        WindowUpdate,
        Continuation,
        GoAway,
        Ignored,
        LargeFields,
        Interim,
        Promise,
    ];
    KINDS.iter().fold(AbuseLimits::new(), |limits, kind| limits.limit(*kind, burst, per_second))
}

pub use h2_like::{application, start, H2};
