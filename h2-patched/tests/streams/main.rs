//! Whole connections: whatever a legal peer and an application do with up to twenty streams and as
//! many pushes, the fork keeps the rules, moves what can move, and gives everything back.
//!
//! * `op` draws what happens, `model` does it where it is legal, `results` accounting what becomes
//!   of calls.
//! * `accounting` is what the peer knows, `hand` what the application has.
//! * `rest` says what has to hold whenever nothing moves, `ending` what has to hold at the end.
//!
//! `STREAMS_TALLY=1` prints what was reached, `H2_SUBJECT=upstream` plays upstream instead of the
//! fork.

mod accounting;
mod ending;
mod hand;
mod model;
mod op;
mod rest;
mod results;
#[path = "../support/mod.rs"]
mod support;
mod tally;

use std::time::Duration;

use h2_conformance::case::{Config, Role};
use model::{Checked, Model};
use op::Op;
use proptest::prelude::*;

/// A run: settings of the fork, what happens, and whether the peer is lost at the end.
type Run = (Config, Vec<Op>, bool);

fn a_run(role: Role) -> impl Strategy<Value = Run> {
    let config = (
        prop_oneof![Just(None), (0..100_000u32).prop_map(Some)],
        prop_oneof![Just(None), (65_535..200_000u32).prop_map(Some)],
        prop_oneof![1 => Just(None), 3 => (1..6u32).prop_map(Some)],
        prop_oneof![Just(None), (1..50_000usize).prop_map(Some)],
        prop_oneof![
            Just(None),
            (0..4usize, 0..2u64).prop_map(|(n, hours)| Some((n, Duration::from_secs(hours * 3600))))
        ],
    );
    let receiving = (
        // None, a small one, and what the fork has.
        prop_oneof![2 => Just(Some(0u32)), 1 => (1..500_000u32).prop_map(Some), 1 => Just(None)],
        proptest::option::weighted(0.3, op::policy()),
        any::<bool>(),
    );
    let config = (config, receiving).prop_map(|(config, (receive_budget, update_policy, grows))| {
        let (stream_window, connection_window, max_concurrent, send_buffer, reset_retention) = config;
        Config {
            stream_window,
            connection_window,
            max_concurrent,
            send_buffer,
            receive_budget,
            window_growth: Some(grows),
            update_policy,
            time_passes: true,
            reset_retention,
            ..Config::DEFAULT
        }
    });
    (config, proptest::collection::vec(op::op(role), 1..120), proptest::bool::weighted(0.15))
}

fn play(role: Role, (config, ops, lost): Run) -> Checked {
    let mut subject = support::subject(role, config);
    let mut model = Model::new(&mut *subject, role, config);
    model.take_news()?;
    for op in &ops {
        model.apply(op)?;
    }
    if lost {
        model.lose()
    } else {
        model.finish()
    }
}

fn check(role: Role) {
    support::check(&a_run(role), |run| play(role, run));
    tally::print(role.name());
}

/// A server.
#[test]
fn server_leaves_nothing_behind() {
    check(Role::Server);
}

/// A client.
#[test]
fn client_leaves_nothing_behind() {
    check(Role::Client);
}
