//! Token buckets in integers. Tokens are counted as they are spent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::kind::{AbuseKind, Limit, KINDS};
use super::Overdrawn;
use crate::clock;
use crate::proto::{Error, DEFAULT_LOCAL_RESET_COUNT_MAX};
use crate::tuning::AbuseLimits;

/// Buckets are refilled in whole steps, by as many tenths of tokens as there are tokens a second.
const STEP: Duration = Duration::from_millis(100);
const TENTHS: u32 = 10;

/// Errors of streams whose RST_STREAM is not written yet, because the peer does not read: each
/// keeps the stream in memory.
const MAX_UNSENT: u32 = DEFAULT_LOCAL_RESET_COUNT_MAX as u32;

/// Tenths of tokens that are spent beyond a bucket, at least, before the connection ends at once.
const MAX_AT_ONCE: u32 = 1_000 * TENTHS;

/// A bucket for each kind.
///
/// In any time `t` in seconds, at most `2 * burst + per_second * t` tokens of a bucket are spent,
/// beside those that are given back for work, and those of one poll of the connection. What is
/// spent beyond the bucket is paid back by a pause.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    /// Tenths of tokens.
    spent: [u32; KINDS],
    /// The time up to which the buckets are refilled. Less than half of each was spent if there is
    /// none.
    refilled: Option<Instant>,
    /// Other limits than the default.
    limits: Option<Arc<AbuseLimits>>,
    /// Errors of streams since all was written.
    unsent: u32,
    /// More was spent of a bucket than it holds.
    is_overdrawn: bool,
}

impl Buckets {
    pub(crate) fn set_limits(&mut self, limits: Arc<AbuseLimits>) {
        self.limits = Some(limits);
    }

    #[inline]
    fn limit(&self, kind: AbuseKind) -> Limit {
        const DEFAULT: AbuseLimits = AbuseLimits::new();

        self.limits.as_deref().unwrap_or(&DEFAULT).of(kind)
    }

    /// Takes a token. The time is read for the first time when half of a bucket is spent, and then
    /// when it seems that no token is left. Most connections never come to that.
    #[inline]
    pub(crate) fn charge(&mut self, kind: AbuseKind) -> Result<(), Error> {
        let Limit { tenths, .. } = self.limit(kind);
        let enough = if self.refilled.is_some() { tenths } else { tenths / 2 };
        if self.spent[kind as usize] < enough {
            self.spend(kind);
            return Ok(());
        }
        self.charge_after_refill(kind)
    }

    #[inline]
    fn spend(&mut self, kind: AbuseKind) {
        let spent = &mut self.spent[kind as usize];
        *spent = spent.saturating_add(TENTHS);
    }

    #[cold]
    fn charge_after_refill(&mut self, kind: AbuseKind) -> Result<(), Error> {
        // The pause that is due reads the time once for all.
        if !self.is_overdrawn {
            self.refill();
        }
        if self.is_at_end(kind) {
            return Err(kind.flood());
        }
        self.is_overdrawn |= self.spent[kind as usize] >= self.limit(kind).tenths;
        self.spend(kind);
        Ok(())
    }

    /// Whether so much more was spent that no pause helps: what one poll reads does not come to
    /// that.
    fn is_at_end(&self, kind: AbuseKind) -> bool {
        let Limit { tenths, .. } = self.limit(kind);
        self.spent[kind as usize] >= tenths.saturating_add(tenths.max(MAX_AT_ONCE))
    }

    /// Whether one more error of a stream is possible.
    pub(crate) fn affords_error(&self) -> bool {
        self.unsent < MAX_UNSENT && !self.is_at_end(AbuseKind::StreamError)
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

    /// Whether a bucket was overdrawn when it was charged last.
    #[inline]
    pub(crate) fn is_overdrawn(&self) -> bool {
        self.is_overdrawn
    }

    /// The bucket that is overdrawn by most, after a refill.
    pub(crate) fn overdrawn(&mut self) -> Option<Overdrawn> {
        if !self.is_overdrawn {
            return None;
        }
        self.refill();
        let overdrawn = AbuseKind::ALL.into_iter().filter_map(|kind| self.overdrawn_by(kind));
        let longest = overdrawn.max_by_key(|overdrawn| overdrawn.pause);
        self.is_overdrawn = longest.is_some();
        longest
    }

    fn overdrawn_by(&self, kind: AbuseKind) -> Option<Overdrawn> {
        let Limit { tenths, per_second } = self.limit(kind);
        let beyond = self.spent[kind as usize].checked_sub(tenths)?;
        // One step more, so that the pause is followed by some reading.
        let steps = beyond / per_second.max(1) + 1;
        Some(Overdrawn { kind, pause: STEP.saturating_mul(steps) })
    }

    /// Whether at least half of a bucket is there, after a refill.
    pub(crate) fn is_half_full(&mut self, kind: AbuseKind) -> bool {
        self.refill();
        self.spent[kind as usize] <= self.limit(kind).tenths / 2
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
            let tenths = steps.saturating_mul(self.limit(kind).per_second);
            let spent = &mut self.spent[kind as usize];
            *spent = spent.saturating_sub(tenths);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Charges until the bucket is empty; returns the tokens that it had.
    fn drain(buckets: &mut Buckets, kind: AbuseKind) -> u32 {
        let took = |buckets: &mut Buckets| {
            buckets.charge(kind).expect("one more is not the end");
            !buckets.is_overdrawn()
        };
        let tokens = (0..).find(|_| !took(buckets)).expect("it is empty sooner or later");
        buckets.refund(kind, 1);
        buckets.is_overdrawn = false;
        tokens
    }

    fn held() -> Buckets {
        clock::held::set(Some(Duration::ZERO));
        Buckets::default()
    }

    #[test]
    fn a_bucket_holds_its_burst() {
        let mut buckets = held();
        for kind in AbuseKind::ALL {
            assert_eq!(drain(&mut buckets, kind), Buckets::default().limit(kind).tenths / TENTHS, "{kind:?}");
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
            buckets.charge(AbuseKind::EmptyData).expect("it has tokens");
            assert!(!buckets.is_overdrawn());
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
        assert!(buckets.affords_error());
    }

    #[test]
    fn what_is_spent_beyond_a_bucket_is_paid_back_by_a_pause() {
        let mut buckets = held();
        (0..1_250).for_each(|_| buckets.charge(AbuseKind::Settings).expect("not the end"));
        let overdrawn = buckets.overdrawn().expect("the bucket holds 1000");
        assert_eq!((overdrawn.kind, overdrawn.pause), (AbuseKind::Settings, Duration::from_millis(2_600)));
        clock::held::advance(overdrawn.pause);
        assert!(buckets.overdrawn().is_none() && !buckets.is_overdrawn());
        assert_eq!(drain(&mut buckets, AbuseKind::Settings), 10);
        assert!(!buckets.is_half_full(AbuseKind::Settings));
        clock::held::advance(Duration::from_secs(6));
        buckets.is_overdrawn = true;
        assert!(buckets.overdrawn().is_none() && buckets.is_half_full(AbuseKind::Settings));
    }

    #[test]
    fn limits_can_be_set_and_taken_away() {
        let mut buckets = held();
        let limits = AbuseLimits::new().limit(AbuseKind::Ping, 5, 1).unlimited(AbuseKind::Settings);
        buckets.set_limits(Arc::new(limits));
        assert_eq!(drain(&mut buckets, AbuseKind::Ping), 5);
        clock::held::advance(Duration::from_secs(3));
        assert_eq!(drain(&mut buckets, AbuseKind::Ping), 3);
        (0..1_000_000).for_each(|_| buckets.charge(AbuseKind::Settings).expect("no limit"));
        assert!(!buckets.is_overdrawn());
    }

    #[test]
    fn what_no_pause_pays_back_is_the_end() {
        let mut buckets = held();
        let taken = (0..10_000).take_while(|_| buckets.charge(AbuseKind::Settings).is_ok());
        assert_eq!(taken.count(), 2_000);
    }
}
