//! What the connections of a process share, under a model checker: [`budget`], [`register`] and
//! [`events`] are played with the threads in many orders. The code is that of the fork, with the
//! locks and atomics of the crate `shuttle`.

// Of the modules only a part is used, and what they say to the documentation is not.
#![allow(dead_code, missing_debug_implementations, unexpected_cfgs, unreachable_pub)]

pub mod budget;
pub mod events;
mod insight;
pub mod register;

include!(concat!(env!("OUT_DIR"), "/process_budget.rs"));

/// What the modules know of the rest of the fork.
mod window_policy {
    pub(crate) const FRAME: u32 = 16_384;
}

mod clock {
    pub(crate) fn now() -> std::time::Instant {
        std::time::Instant::now()
    }
}

mod frame {
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct StreamId(pub(crate) u32);
}

#[derive(Clone, Copy, Debug)]
struct StreamId(u32);

impl StreamId {
    fn from_internal(id: frame::StreamId) -> Self {
        StreamId(id.0)
    }
}

macro_rules! discard {
    ($($anything:tt)*) => {};
}
use discard;
