//! Memory that the connections of a process share: what they may grant their peers beyond what their applications set.
//!
//! A connection takes no more than what it leaves for all others (a dynamic threshold, as in shared packet buffers): the first
//! one gets half of it at most, and no number of them takes all.

#[cfg(feature = "ledger")]
mod ledger;
mod usage;
mod waiting;

#[cfg(feature = "ledger")]
pub(crate) use ledger::Change;
pub(crate) use usage::{usage, Usage};
pub(crate) use waiting::{serve, Turn};

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::tuning::DEFAULT_PROCESS_RECEIVE_BUDGET;
use crate::window_policy::FRAME;

/// What there is.
static BUDGET: AtomicUsize = AtomicUsize::new(DEFAULT_PROCESS_RECEIVE_BUDGET);

/// What all connections hold.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// Sets what there is. Somebody may wait for more: [`serve`] is to follow.
pub(crate) fn set(octets: usize) {
    BUDGET.store(octets, Ordering::SeqCst);
}

/// Takes up to `wanted` octets for a connection that holds `held`: returns how many.
pub(crate) fn take(wanted: u32, held: u32) -> u32 {
    let mut granted = 0;
    let taken = TAKEN.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |taken| {
        granted = grant(wanted, held, taken, BUDGET.load(Ordering::SeqCst));
        (granted > 0).then_some(taken + granted as usize)
    });
    let granted = taken.map_or(0, |_| granted);
    usage::note(wanted, granted);
    granted
}

/// Returns octets that were taken. Somebody may wait for them: [`serve`] is to follow.
pub(crate) fn give_back(octets: u32) {
    TAKEN.fetch_sub(octets as usize, Ordering::SeqCst);
}

/// Octets that all connections hold.
#[cfg(any(test, feature = "ledger"))]
pub(crate) fn taken() -> usize {
    TAKEN.load(Ordering::SeqCst)
}

/// What a connection that holds `held` gets of `wanted`, so that it holds no more than stays free. Less than a frame is nothing.
fn grant(wanted: u32, held: u32, taken: usize, budget: usize) -> u32 {
    let free = budget.saturating_sub(taken);
    let fair = free.saturating_sub(held as usize) / 2;
    let granted = wanted.min(fair.try_into().unwrap_or(u32::MAX));
    if granted < wanted.min(FRAME) {
        0
    } else {
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_takes_no_more_than_it_leaves() {
        assert_eq!(grant(100_000, 0, 0, 100_000), 50_000);
        assert_eq!(grant(100_000, 50_000, 50_000, 100_000), 0);
        assert_eq!(grant(100_000, 0, 50_000, 100_000), 25_000);
        assert_eq!(grant(10, 0, 50_000, 100_000), 10);
        assert_eq!(grant(10, 0, 200_000, 100_000), 0);
        assert_eq!(grant(u32::MAX, 0, 0, usize::MAX), u32::MAX);
    }

    #[test]
    fn less_than_a_frame_is_nothing() {
        assert_eq!([grant(FRAME, 0, 0, 2 * FRAME as usize), grant(FRAME, 0, 1, 2 * FRAME as usize)], [FRAME, 0]);
    }
}
