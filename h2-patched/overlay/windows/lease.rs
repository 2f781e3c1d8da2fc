//! Memory that the connections of a process share: what they may grant their peers beyond what their applications set.
//!
//! A connection takes no more than what it leaves for all others (a dynamic threshold, as in shared packet buffers): the first
//! one gets half of it at most, and no number of them takes all.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::tuning;

/// What all connections hold.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// Octets that one connection holds; given back when it ends.
#[derive(Debug, Default)]
pub(super) struct Lease(u32);

impl Lease {
    pub(super) fn octets(&self) -> u32 {
        self.0
    }

    /// Takes up to that many octets more: returns how many.
    pub(super) fn extend(&mut self, octets: u32) -> u32 {
        #[cfg(feature = "ledger")]
        let (change, before) = (super::leases::Change::begin(), self.0);
        let granted = self.take(octets);
        #[cfg(feature = "ledger")]
        change.end(before, self.0);
        granted
    }

    fn take(&mut self, octets: u32) -> u32 {
        let mut granted = 0;
        let taken = TAKEN.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
            granted = grant(octets, self.0, taken, tuning::process_receive_budget());
            (granted > 0).then_some(taken + granted as usize)
        });
        if taken.is_err() {
            return 0;
        }
        self.0 += granted;
        granted
    }

    /// Gives back that many octets, or what there is.
    pub(super) fn shrink(&mut self, octets: u32) {
        #[cfg(feature = "ledger")]
        let (change, before) = (super::leases::Change::begin(), self.0);
        let octets = octets.min(self.0);
        self.0 -= octets;
        TAKEN.fetch_sub(octets as usize, Ordering::Relaxed);
        #[cfg(feature = "ledger")]
        change.end(before, self.0);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.shrink(u32::MAX);
        #[cfg(feature = "ledger")]
        super::leases::Change::begin().end(self.0, 0);
    }
}

/// Octets that all connections hold.
#[cfg(any(test, feature = "ledger"))]
pub(super) fn taken() -> usize {
    TAKEN.load(Ordering::Relaxed)
}

/// What a connection that holds `held` gets of `wanted`, so that it holds no more than stays free.
fn grant(wanted: u32, held: u32, taken: usize, budget: usize) -> u32 {
    let free = budget.saturating_sub(taken);
    let fair = free.saturating_sub(held as usize) / 2;
    wanted.min(fair.try_into().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_takes_no_more_than_it_leaves() {
        assert_eq!(grant(1000, 0, 0, 1000), 500);
        assert_eq!(grant(1000, 500, 500, 1000), 0);
        assert_eq!(grant(1000, 0, 500, 1000), 250);
        assert_eq!(grant(10, 0, 500, 1000), 10);
        assert_eq!(grant(10, 0, 2000, 1000), 0);
        assert_eq!(grant(u32::MAX, 0, 0, usize::MAX), u32::MAX);
    }

    #[test]
    fn what_was_taken_is_given_back() {
        let before = taken();
        let mut lease = Lease::default();
        assert_eq!(lease.extend(1000), 1000);
        lease.shrink(400);
        assert_eq!((lease.octets(), taken() - before), (600, 600));
        drop(lease);
        assert_eq!(taken(), before);
    }
}
