//! The windows, budgets and policies of a run, and its streams.

use h2_conformance::case::Config;
use h2_conformance::script::UpdatePolicy;
use proptest::prelude::*;

use crate::behaviors::{self, Reads, Sends};

/// Most streams of a run.
const STREAMS: usize = 3;
/// SETTINGS_INITIAL_WINDOW_SIZE and windows of connections, in octets.
const LARGEST: u32 = 1 << 20;

#[derive(Clone, Debug)]
pub struct World {
    pub stream_window: u32,
    pub connection_window: u32,
    /// The first stream ends with the octet that uses up the window of the connection: no stream
    /// waits for it to be updated.
    pub ends_with_its_window: bool,
    /// Windows stay as they were set.
    pub is_fixed: bool,
    pub policy: Option<UpdatePolicy>,
    /// Milliseconds between turns.
    pub pause: u64,
    pub plans: Vec<StreamPlan>,
    pub changes: Vec<Change>,
}

#[derive(Clone, Copy, Debug)]
pub struct StreamPlan {
    pub sends: Sends,
    pub reads: Reads,
    /// Octets of its body, in thousandths of the window.
    pub body: u64,
}

/// A policy that is set in this turn, for the connection or for one stream.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub turn: usize,
    pub plan: Option<usize>,
    pub policy: UpdatePolicy,
}

impl World {
    pub fn config(&self) -> Config {
        Config {
            connection_window: Some(self.connection_window),
            receive_budget: self.is_fixed.then_some(0),
            update_policy: self.policy,
            time_passes: true,
            ..Config::DEFAULT
        }
    }
}

pub fn world() -> impl Strategy<Value = World> {
    let settings = (window(), window(), any::<bool>(), any::<bool>(), proptest::option::of(policy()), pause());
    let plans = proptest::collection::vec(plan(), 1..=STREAMS);
    (settings, plans, proptest::collection::vec(change(), 0..4)).prop_map(|(settings, plans, changes)| {
        let (stream_window, connection_window, ends_with_its_window, is_fixed, policy, pause) = settings;
        World { stream_window, connection_window, ends_with_its_window, is_fixed, policy, pause, plans, changes }
    })
}

fn window() -> impl Strategy<Value = u32> {
    prop_oneof![
        1 => Just(1u32),
        3 => 1..100u32,
        6 => 100..50_000u32,
        2 => 16_000..17_000u32,
        2 => 24_000..25_000u32,
        3 => Just(65_535u32),
        2 => 50_000..200_000u32,
        1 => 200_000..=LARGEST,
    ]
}

fn pause() -> impl Strategy<Value = u64> {
    prop_oneof![4 => Just(0u64), 2 => 1..10u64, 1 => 10..1_500u64]
}

fn policy() -> impl Strategy<Value = UpdatePolicy> {
    let percent = prop_oneof![Just(1u8), 1..=100u8, Just(100u8)];
    let increment = prop_oneof![2 => Just(1u32), 2 => 1..100_000u32, 1 => 100_000..=(1u32 << 31) - 1];
    let interval = prop_oneof![2 => Just(0u32), 1 => 1..20u32, 1 => 20..=1_000u32];
    (percent, increment, interval).prop_map(|(percent, min_increment, min_interval)| UpdatePolicy {
        percent,
        min_increment,
        min_interval,
    })
}

fn plan() -> impl Strategy<Value = StreamPlan> {
    (behaviors::sends(), behaviors::reads(), 500..8_000u64).prop_map(|(sends, reads, body)| StreamPlan {
        sends,
        reads,
        body,
    })
}

fn change() -> impl Strategy<Value = Change> {
    (0..60usize, proptest::option::of(0..STREAMS), policy()).prop_map(|(turn, plan, policy)| Change {
        turn,
        plan,
        policy,
    })
}
