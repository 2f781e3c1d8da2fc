//! Token buckets in integers. Tokens are counted as they are spent.

use std::time::{Duration, Instant};

use super::kind::{AbuseKind, KINDS};
use crate::clock;
use crate::proto::{Error, DEFAULT_LOCAL_RESET_COUNT_MAX};

/// Buckets are refilled in whole steps, by as many tenths of tokens as there are tokens a second.
const STEP: Duration = Duration::from_millis(100);
const TENTHS: u32 = 10;

/// Errors of streams whose RST_STREAM is not written yet, because the peer does not read: each
/// keeps the stream in memory.
const MAX_UNSENT: u32 = DEFAULT_LOCAL_RESET_COUNT_MAX as u32;

/// A bucket for each kind. In any time `t` in seconds, at most `2 * burst + per_second * t` tokens
/// of a bucket are spent, beside those that are given back for work.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    /// Tenths of tokens.
    spent: [u32; KINDS],
    /// The time up to which the buckets are refilled. Nothing was ever spent if there is none.
    refilled: Option<Instant>,
    /// Errors of streams since all was written.
    unsent: u32,
}

impl Buckets {
    /// Takes a token. The time is read for the first one, and when it seems that there is none
    /// left.
    #[inline]
    pub(crate) fn charge(&mut self, kind: AbuseKind) -> Result<(), Error> {
        let spent = &mut self.spent[kind as usize];
        if *spent < kind.limit().tenths && self.refilled.is_some() {
            *spent += TENTHS;
            return Ok(());
        }
        self.charge_after_refill(kind)
    }

    #[cold]
    fn charge_after_refill(&mut self, kind: AbuseKind) -> Result<(), Error> {
        self.refill();
        let spent = &mut self.spent[kind as usize];
        if *spent >= kind.limit().tenths {
            return Err(kind.flood());
        }
        *spent += TENTHS;
        Ok(())
    }

    /// Whether there is a token left for an error of a stream.
    pub(crate) fn affords_error(&mut self) -> bool {
        let kind = AbuseKind::StreamError;
        if self.spent[kind as usize] >= kind.limit().tenths {
            self.refill();
        }
        self.spent[kind as usize] < kind.limit().tenths && self.unsent < MAX_UNSENT
    }

    /// Takes a token for an error of a stream.
    pub(crate) fn charge_error(&mut self) -> Result<(), Error> {
        if self.unsent >= MAX_UNSENT {
            return Err(AbuseKind::StreamError.flood());
        }
        self.charge(AbuseKind::StreamError)?;
        self.unsent += 1;
        Ok(())
    }

    /// Gives tokens back.
    #[inline]
    pub(crate) fn refund(&mut self, kind: AbuseKind, tokens: u32) {
        let spent = &mut self.spent[kind as usize];
        *spent = spent.saturating_sub(tokens * TENTHS);
    }

    /// All RST_STREAM frames of this end are written.
    #[inline]
    pub(crate) fn all_written(&mut self) {
        self.unsent = 0;
    }

    #[cold]
    fn refill(&mut self) {
        let now = clock::now();
        let refilled = self.refilled.get_or_insert(now);
        let steps = now.saturating_duration_since(*refilled).as_millis() / STEP.as_millis();
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        // What is left of a step counts the next time.
        *refilled += STEP * steps;
        for kind in AbuseKind::ALL {
            let spent = &mut self.spent[kind as usize];
            *spent = spent.saturating_sub(steps.saturating_mul(kind.limit().per_second));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Charges until the bucket is empty; returns the tokens that it had.
    fn drain(buckets: &mut Buckets, kind: AbuseKind) -> u32 {
        (0..).find(|_| buckets.charge(kind).is_err()).expect("it is empty sooner or later")
    }

    fn held() -> Buckets {
        clock::held::set(Some(Duration::ZERO));
        Buckets::default()
    }

    #[test]
    fn a_bucket_holds_its_burst() {
        let mut buckets = held();
        for kind in AbuseKind::ALL {
            assert_eq!(drain(&mut buckets, kind), kind.limit().tenths / TENTHS, "{kind:?}");
        }
    }

    #[test]
    fn time_refills_a_bucket_and_no_more_than_that() {
        let mut buckets = held();
        drain(&mut buckets, AbuseKind::Settings);
        clock::held::advance(Duration::from_secs(1));
        assert_eq!(drain(&mut buckets, AbuseKind::Settings), 100);
        clock::held::advance(Duration::from_secs(3_600));
        assert_eq!(drain(&mut buckets, AbuseKind::Settings), 1_000);
    }

    #[test]
    fn parts_of_a_step_are_not_lost() {
        let mut buckets = held();
        drain(&mut buckets, AbuseKind::EmptyData);
        let mut tokens = 0;
        for _ in 0..100 {
            clock::held::advance(Duration::from_millis(30));
            tokens += drain(&mut buckets, AbuseKind::EmptyData);
        }
        assert_eq!(tokens, 3_000);
    }

    #[test]
    fn a_bucket_never_has_more_than_its_burst() {
        let mut buckets = held();
        buckets.refund(AbuseKind::EmptyData, 500);
        assert_eq!(drain(&mut buckets, AbuseKind::EmptyData), 1_000);
        buckets.refund(AbuseKind::EmptyData, 5);
        assert_eq!(drain(&mut buckets, AbuseKind::EmptyData), 5);
    }

    #[test]
    fn work_that_keeps_up_needs_no_time() {
        let mut buckets = held();
        for _ in 0..1_000_000 {
            assert!(buckets.charge(AbuseKind::EmptyData).is_ok());
            buckets.refund(AbuseKind::EmptyData, 2);
        }
    }

    #[test]
    fn resets_that_the_peer_does_not_read_are_bounded_at_any_pace() {
        let mut buckets = held();
        let charged = (0..1_000_000).take_while(|_| {
            clock::held::advance(Duration::from_secs(1));
            buckets.charge_error().is_ok()
        });
        assert_eq!(charged.count(), 1_024);
        buckets.all_written();
        assert!(buckets.charge_error().is_ok());
    }
}
