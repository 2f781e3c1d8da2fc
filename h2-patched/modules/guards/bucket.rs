//! Token buckets in integers. Tokens are counted as they are spent.

use std::time::{Duration, Instant};

use crate::clock;
use crate::proto::{DEFAULT_LOCAL_RESET_COUNT_MAX, MAX_RECV_EMPTY_DATA_FRAMES};

/// What a peer is charged for.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Cost {
    /// An error of a stream, which is reset.
    StreamError,
    /// A stream above the limit of concurrent streams.
    Refusal,
    /// A DATA frame without content that does not end its stream.
    EmptyData,
    /// A request that the peer resets before the application has accepted it.
    UnacceptedReset,
}

const COSTS: usize = 4;

/// The size of a bucket, and the tokens that it gets back in a second.
struct Limit {
    burst: u32,
    per_second: u32,
}

/// Buckets are refilled in whole steps.
const STEP: Duration = Duration::from_millis(100);
const STEPS_PER_SECOND: u32 = 10;

/// Errors of streams whose RST_STREAM is not written yet, because the peer does not read: each
/// keeps the stream in memory.
const MAX_UNSENT: u32 = DEFAULT_LOCAL_RESET_COUNT_MAX as u32;

impl Cost {
    const ALL: [Cost; COSTS] = [Cost::StreamError, Cost::Refusal, Cost::EmptyData, Cost::UnacceptedReset];

    const fn limit(self) -> Limit {
        match self {
            // What the release allows in the life of a connection.
            Cost::StreamError => Limit { burst: DEFAULT_LOCAL_RESET_COUNT_MAX as u32, per_second: 100 },
            // A request that is refused costs less than one that is served. No more than 64 of
            // their RST_STREAM frames wait to be written: then nothing is read.
            Cost::Refusal => Limit { burst: 20_000, per_second: 2_000 },
            // Ten times what the release allows in the life of a connection.
            Cost::EmptyData => Limit { burst: MAX_RECV_EMPTY_DATA_FRAMES as u32, per_second: 1_000 },
            // Fifty times what the release allows at a time: ten bursts of 100 that come at once.
            Cost::UnacceptedReset => Limit { burst: 1_000, per_second: 200 },
        }
    }
}

/// A bucket for each cost. In any time `t` in seconds, at most `2 * burst + per_second * t` tokens
/// of a bucket are spent, beside those that are given back for work.
#[derive(Debug, Default)]
pub(in super::super) struct Buckets {
    spent: [u32; COSTS],
    /// The time up to which the buckets are refilled. Nothing was ever spent if there is none.
    refilled: Option<Instant>,
    /// Errors of streams since all was written.
    unsent: u32,
}

impl Buckets {
    /// Whether there is a token left. The time is read only if it seems that there is none.
    pub(in super::super) fn affords(&mut self, cost: Cost) -> bool {
        let burst = cost.limit().burst;
        if self.spent[cost as usize] >= burst {
            self.refill();
        }
        let is_unread = matches!(cost, Cost::StreamError) && self.unsent >= MAX_UNSENT;
        self.spent[cost as usize] < burst && !is_unread
    }

    /// Takes a token, if there is one. Returns whether there was.
    pub(in super::super) fn charge(&mut self, cost: Cost) -> bool {
        let affords = self.affords(cost);
        if affords {
            self.refilled.get_or_insert_with(clock::now);
            self.spent[cost as usize] += 1;
            if matches!(cost, Cost::StreamError) {
                self.unsent += 1;
            }
        }
        affords
    }

    /// Gives tokens back.
    #[inline]
    pub(in super::super) fn refund(&mut self, cost: Cost, tokens: u32) {
        let spent = &mut self.spent[cost as usize];
        *spent = spent.saturating_sub(tokens);
    }

    pub(super) fn all_written(&mut self) {
        self.unsent = 0;
    }

    #[cold]
    fn refill(&mut self) {
        let Some(refilled) = &mut self.refilled else { return };
        let passed = clock::now().saturating_duration_since(*refilled);
        let steps = u32::try_from(passed.as_millis() / STEP.as_millis()).unwrap_or(u32::MAX);
        // What is left of a step counts the next time.
        *refilled += STEP * steps;
        for cost in Cost::ALL {
            self.refund(cost, steps.saturating_mul(cost.limit().per_second / STEPS_PER_SECOND));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Charges until the bucket is empty; returns the tokens that it had.
    fn drain(buckets: &mut Buckets, cost: Cost) -> u32 {
        (0..).find(|_| !buckets.charge(cost)).expect("it is empty sooner or later")
    }

    fn held() -> Buckets {
        clock::held::set(Some(Duration::ZERO));
        Buckets::default()
    }

    #[test]
    fn a_bucket_holds_its_burst() {
        let mut buckets = held();
        for cost in Cost::ALL {
            assert_eq!(drain(&mut buckets, cost), cost.limit().burst, "{cost:?}");
        }
    }

    #[test]
    fn time_refills_a_bucket_and_no_more_than_that() {
        let mut buckets = held();
        drain(&mut buckets, Cost::UnacceptedReset);
        clock::held::advance(Duration::from_secs(1));
        assert_eq!(drain(&mut buckets, Cost::UnacceptedReset), 200);
        clock::held::advance(Duration::from_secs(3_600));
        assert_eq!(drain(&mut buckets, Cost::UnacceptedReset), 1_000);
    }

    #[test]
    fn parts_of_a_step_are_not_lost() {
        let mut buckets = held();
        drain(&mut buckets, Cost::EmptyData);
        let mut tokens = 0;
        for _ in 0..100 {
            clock::held::advance(Duration::from_millis(30));
            tokens += drain(&mut buckets, Cost::EmptyData);
        }
        assert_eq!(tokens, 3_000);
    }

    #[test]
    fn a_bucket_never_has_more_than_its_burst() {
        let mut buckets = held();
        buckets.refund(Cost::EmptyData, 500);
        assert_eq!(drain(&mut buckets, Cost::EmptyData), 1_000);
        buckets.refund(Cost::EmptyData, 5);
        assert_eq!(drain(&mut buckets, Cost::EmptyData), 5);
    }

    #[test]
    fn work_that_keeps_up_needs_no_time() {
        let mut buckets = held();
        for _ in 0..1_000_000 {
            assert!(buckets.charge(Cost::EmptyData));
            buckets.refund(Cost::EmptyData, 2);
        }
    }

    #[test]
    fn resets_that_the_peer_does_not_read_are_bounded_at_any_pace() {
        let mut buckets = held();
        let charged = (0..1_000_000).take_while(|_| {
            clock::held::advance(Duration::from_secs(1));
            buckets.charge(Cost::StreamError)
        });
        assert_eq!(charged.count(), 1_024);
        buckets.all_written();
        assert!(buckets.charge(Cost::StreamError));
    }
}
