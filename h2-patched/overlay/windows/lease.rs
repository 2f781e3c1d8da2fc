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
        let (change, before) = (process_budget::Change::begin(), self.octets);
        let granted = process_budget::take(octets, self.octets);
        self.octets += granted;
        #[cfg(feature = "ledger")]
        change.end(before, self.octets);
        granted
    }

    /// Gives back that many octets, or what there is.
    pub(super) fn shrink(&mut self, octets: u32) {
        #[cfg(feature = "ledger")]
        let (change, before) = (process_budget::Change::begin(), self.octets);
        let octets = octets.min(self.octets);
        self.octets -= octets;
        process_budget::give_back(octets);
        #[cfg(feature = "ledger")]
        change.end(before, self.octets);
        process_budget::serve();
    }

    /// Has `waker` woken when it was lent some of `wanted` octets more.
    pub(super) fn wait(&mut self, wanted: u32, waker: &Waker) {
        self.turn.wait(wanted, self.octets, waker);
        // Something may have been given back just before.
        process_budget::serve();
    }

    /// Ends that, and takes what it was lent meanwhile: whether it waited.
    #[inline]
    pub(super) fn stop_waiting(&mut self) -> bool {
        let lent = self.turn.leave();
        self.octets += lent.unwrap_or(0);
        lent.is_some()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.stop_waiting();
        self.shrink(u32::MAX);
        #[cfg(feature = "ledger")]
        process_budget::Change::begin().end(self.octets, 0);
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
