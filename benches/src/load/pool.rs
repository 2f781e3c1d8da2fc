//! The requests that are still to be sent.

use std::cell::Cell;
use std::time::Instant;

use super::Amount;

/// Requests that all connections take from.
#[derive(Debug)]
pub(super) struct Pool(Left);

#[derive(Debug)]
enum Left {
    Requests(Cell<u64>),
    Until(Instant),
}

impl Pool {
    pub(super) fn new(amount: Amount, now: Instant) -> Self {
        Pool(match amount {
            Amount::Requests(count) => Left::Requests(Cell::new(count)),
            Amount::Time(span) => Left::Until(now + span),
        })
    }

    pub(super) fn is_empty(&self, now: Instant) -> bool {
        match &self.0 {
            Left::Requests(left) => left.get() == 0,
            Left::Until(end) => now >= *end,
        }
    }

    /// Takes a request; whether there was one.
    pub(super) fn take(&self, now: Instant) -> bool {
        let is_empty = self.is_empty(now);
        if let (false, Left::Requests(left)) = (is_empty, &self.0) {
            left.set(left.get() - 1);
        }
        !is_empty
    }

    /// Returns requests that the server did not process, so that another connection sends them.
    pub(super) fn put_back(&self, count: u64) {
        if let Left::Requests(left) = &self.0 {
            left.set(left.get() + count);
        }
    }

    /// The number of requests that no connection sent.
    pub(super) fn into_left(self) -> u64 {
        match self.0 {
            Left::Requests(left) => left.get(),
            Left::Until(_) => 0,
        }
    }
}
