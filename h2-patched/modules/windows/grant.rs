//! What a connection holds of the process's budget.

use std::task::Waker;
use std::time::{Duration, Instant};

use crate::process_budget::{Membership, Purpose};

/// Octets that one connection holds; given back when it is dropped.
#[derive(Debug, Default)]
pub(super) struct BudgetGrant {
    octets: u32,
    /// Made when something is asked for. Most connections never do.
    membership: Option<Membership>,
    waits: bool,
}

impl BudgetGrant {
    #[inline]
    pub(super) fn octets(&self) -> u32 {
        self.octets
    }

    /// Takes up to that many octets more: returns how many.
    pub(super) fn extend(&mut self, octets: u32, purpose: Purpose) -> u32 {
        let granted = self.membership().take(octets, purpose);
        self.octets += granted;
        self.check();
        granted
    }

    /// Gives back that many octets, or what there is.
    pub(super) fn shrink(&mut self, octets: u32) {
        let octets = octets.min(self.octets);
        if let Some(membership) = self.membership.as_ref().filter(|_| octets > 0) {
            membership.give_back(octets);
            self.octets -= octets;
        }
        self.check();
    }

    /// Has `waker` woken when the connection was given some of `wanted` octets.
    pub(super) fn wait(&mut self, wanted: u32, waker: &Waker) {
        self.waits = true;
        self.membership().wait(wanted, waker);
    }

    /// Ends that, and takes what was given meanwhile: returns whether the connection waited.
    #[inline]
    pub(super) fn stop_waiting(&mut self) -> bool {
        self.waits && self.end_wait()
    }

    #[cold]
    fn end_wait(&mut self) -> bool {
        self.waits = false;
        self.octets = self.membership().stop_waiting();
        true
    }

    /// The connection makes use of what it holds, and counts as idle after `patience`.
    pub(super) fn note_use(&self, now: Instant, patience: Duration) {
        if let Some(membership) = &self.membership {
            membership.note_use(now, patience);
        }
    }

    /// What the connection should hold at most so that others can grow too, while growth is refused
    /// to one of them.
    #[inline]
    pub(super) fn fair_share(&self, now: Instant) -> Option<u32> {
        self.membership.as_ref()?.fair_share(now)
    }

    /// Records how much of it is in use: octets that are unread, and octets that the peer may still
    /// send.
    #[inline]
    pub(super) fn note_extent(&self, unread: u32, announced: u32) {
        if let Some(membership) = &self.membership {
            membership.note_extent(unread, announced);
        }
    }

    /// DATA came. If the connection had been found idle, it is charged in full again: returns
    /// whether there was no room for it.
    #[inline]
    pub(super) fn wakes_up_without_room(&self) -> bool {
        self.membership.as_ref().is_some_and(Membership::wakes_up_without_room)
    }

    fn membership(&mut self) -> &Membership {
        self.membership.get_or_insert_with(Membership::new)
    }

    /// The pool says the same.
    fn check(&self) {
        #[cfg(feature = "__invariants")]
        if let Some(membership) = self.membership.as_ref().filter(|_| !self.waits && !std::thread::panicking()) {
            let held = membership.held();
            assert!(self.octets == held, "invariant R7: a grant of {} octets, the pool says {held}", self.octets);
        }
    }
}
