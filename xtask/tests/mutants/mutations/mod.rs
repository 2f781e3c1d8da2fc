//! The mutations: one line of the accounting changed in each, and the invariant that has to fail.

mod counting;
mod receiving;
mod sending;

pub(crate) struct Mutation {
    pub(crate) name: &'static str,
    /// The invariant that has to fail.
    pub(crate) invariant: &'static str,
    pub(crate) file: &'static str,
    /// Code that occurs once in the file. The part between `«` and `»` is replaced.
    pub(crate) code: &'static str,
    /// The code that replaces it when the mutation is active.
    pub(crate) replacement: &'static str,
}

const RECV: &str = "src/proto/streams/recv.rs";
const COUNTS: &str = "src/proto/streams/counts.rs";
const STREAMS: &str = "src/proto/streams/streams.rs";
const SCHEDULER: &str = "src/modules/scheduler/mod.rs";
const PROMISES: &str = "src/modules/scheduler/promises.rs";
const CAPACITY: &str = "src/modules/scheduler/capacity.rs";
const PASS: &str = "src/modules/scheduler/pass.rs";
const STREAM_TARGET: &str = "src/modules/stream_target.rs";
const PINNED: &str = "src/modules/receive_queue/pinned.rs";
const RECEIVE_QUEUE: &str = "src/modules/receive_queue/mod.rs";
const GROWTH: &str = "src/modules/windows/growth.rs";
const ISOLATION: &str = "src/modules/windows/isolation.rs";
const GRANT: &str = "src/modules/windows/grant.rs";
const QUEUES: &str = "src/modules/scheduler/queues.rs";
const STALLED: &str = "src/modules/insight/inside/counts.rs";
const STALL: &str = "src/modules/scheduler/stall.rs";
const OUTGOING: &str = "src/modules/scheduler/outgoing.rs";
const UNACCEPTED: &str = "src/modules/unaccepted.rs";
const HELD_FIELDS: &str = "src/modules/held_fields.rs";

/// All mutations, in the order of their numbers.
pub(crate) fn all() -> impl Iterator<Item = &'static Mutation> {
    [receiving::MUTATIONS, sending::MUTATIONS, counting::MUTATIONS].into_iter().flatten()
}
