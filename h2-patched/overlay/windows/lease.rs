//! What a connection takes of the process's budget.

use std::task::Waker;

use crate::process_budget::{self, Turn};

/// Octets that one connection holds; given back when it ends.
#[derive(Debug, Default)]
pub(super) struct Lease {
    octets: u32,
    turn: Turn,
}

impl Lease {
    #[inline]
    pub(super) fn octets(&self) -> u32 {
        self.octets
    }

    /// Takes up to that many octets more: returns how many.
    pub(super) fn extend(&mut self, octets: u32) -> u32 {
        #[cfg(feature = "ledger")]
        let (change, before) = (super::leases::Change::begin(), self.octets);
        let granted = process_budget::take(octets, self.octets);
        self.octets += granted;
        #[cfg(feature = "ledger")]
        change.end(before, self.octets);
        granted
    }

    /// Gives back that many octets, or what there is.
    pub(super) fn shrink(&mut self, octets: u32) {
        #[cfg(feature = "ledger")]
        let (change, before) = (super::leases::Change::begin(), self.octets);
        let octets = octets.min(self.octets);
        self.octets -= octets;
        process_budget::give_back(octets);
        #[cfg(feature = "ledger")]
        change.end(before, self.octets);
        process_budget::wake_next();
    }

    /// Has `waker` woken when there may be more to take.
    pub(super) fn wait(&mut self, waker: &Waker) {
        self.turn.wait(self.octets, waker);
        // Something may have been given back just before.
        if process_budget::has_more_than(self.octets) {
            waker.wake_by_ref();
        }
    }

    /// Ends that: whether it waited, or was woken and has not asked since.
    #[inline]
    pub(super) fn stop_waiting(&mut self) -> bool {
        self.turn.leave()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Others take its turn, even if it gives back nothing.
        self.turn.leave();
        self.shrink(u32::MAX);
        #[cfg(feature = "ledger")]
        super::leases::Change::begin().end(self.octets, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process_budget::taken;

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
