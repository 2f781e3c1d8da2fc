//! How the budget is used, for whoever looks.

use std::sync::atomic::Ordering::{Relaxed, SeqCst};

#[cfg(target_has_atomic = "64")]
use std::sync::atomic::AtomicU64 as Word;
#[cfg(not(target_has_atomic = "64"))]
use std::sync::atomic::AtomicUsize as Word;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) budget: usize,
    pub(crate) used: usize,
    pub(crate) waiting: usize,
    pub(crate) refusals: u64,
}

static REFUSALS: Word = Word::new(0);

/// A connection asked for `wanted` octets and got `granted`.
pub(super) fn note(wanted: u32, granted: u32) {
    if granted < wanted {
        REFUSALS.fetch_add(1, Relaxed);
    }
}

/// The budget as it is used now. Each number is read by itself.
#[allow(clippy::unnecessary_cast)] // Where the platform has no atomics of 64 bits.
pub(crate) fn usage() -> Usage {
    Usage {
        budget: super::BUDGET.load(SeqCst),
        used: super::TAKEN.load(SeqCst),
        waiting: super::waiting::count(),
        refusals: REFUSALS.load(Relaxed) as u64,
    }
}
