//! Requests that a server returns one after the other without a poll of its connection between
//! them.
//!
//! A poll writes what is to be written. Where a program answers each request before it accepts the
//! next one, a poll for each request writes each response on its own. The requests that one poll
//! has read are therefore returned together, and their responses are written together. A response
//! waits for that no longer than [`LONGEST`], and what the program takes to answer one more.

use std::time::{Duration, Instant};

use crate::clock;

/// Requests of one batch.
const MOST: u8 = 64;

/// How long a batch takes at most until its last request is returned.
const LONGEST: Duration = Duration::from_micros(100);

/// The requests since the last poll.
#[derive(Debug, Default)]
pub(crate) struct AcceptBatch {
    /// How many more may be returned.
    left: u8,
    /// When the first one was returned, if more were queued then.
    began: Option<Instant>,
}

impl AcceptBatch {
    /// The connection is polled.
    #[inline]
    pub(crate) fn end(&mut self) {
        *self = AcceptBatch::default();
    }

    /// A request was returned. Notes whether more are queued.
    pub(crate) fn returned(&mut self, are_more: bool) {
        if !are_more {
            return self.end();
        }
        if self.began.is_none() {
            *self = AcceptBatch { left: MOST, began: Some(clock::now()) };
        }
        self.left = self.left.saturating_sub(1);
    }

    /// Whether one more is to be returned before the connection is polled.
    #[inline]
    pub(crate) fn goes_on(&self) -> bool {
        let is_fresh = |began| clock::now().saturating_duration_since(began) < LONGEST;
        self.left > 0 && self.began.is_some_and(is_fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_an_end() {
        clock::held::advance(Duration::ZERO);
        let mut batch = AcceptBatch::default();
        assert!(!batch.goes_on(), "the connection is polled first");
        batch.returned(true);
        let more = (0..).take_while(|_| {
            let goes_on = batch.goes_on();
            batch.returned(true);
            goes_on
        });
        assert_eq!(more.count(), usize::from(MOST) - 1);
    }

    #[test]
    fn the_last_request_ends_a_batch_and_so_does_a_poll() {
        clock::held::advance(Duration::ZERO);
        let mut batch = AcceptBatch::default();
        batch.returned(true);
        assert!(batch.goes_on());
        batch.returned(false);
        assert!(!batch.goes_on());
        batch.returned(true);
        batch.end();
        assert!(!batch.goes_on());
    }

    #[test]
    fn a_slow_program_has_its_connection_polled() {
        clock::held::advance(Duration::ZERO);
        let mut batch = AcceptBatch::default();
        batch.returned(true);
        clock::held::advance(LONGEST - Duration::from_micros(1));
        batch.returned(true);
        assert!(batch.goes_on());
        clock::held::advance(Duration::from_micros(1));
        assert!(!batch.goes_on());
    }
}
