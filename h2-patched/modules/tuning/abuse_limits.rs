//! How much a peer may do of what costs this end more than the peer.

use crate::guards::{Limit, KINDS};

pub use crate::guards::AbuseKind;

/// How much a peer may do of what costs this end more than it costs the peer ([RFC 9113, section
/// 10.5](https://www.rfc-editor.org/rfc/rfc9113#section-10.5)).
///
/// There is a token bucket for each [`AbuseKind`]: its *burst*, and the tokens that it gets back
/// *a second*. Useful work gives tokens back too, which each kind says. A peer that empties a
/// bucket is slowed first: what it sends is read no faster than the bucket is refilled. A
/// connection that is slowed for five seconds ends with ENHANCE_YOUR_CALM. GOAWAY names the kind in
/// its debug data.
///
/// The defaults are ten times the pace of conforming peers, or more:
///
/// | kind | burst | a second |
/// | --- | --- | --- |
/// | `StreamError`, `LargeFields` | 1024 | 100 |
/// | `RefusedStream` | 20 000 | 2000 |
/// | `EmptyData` | 1000 | 1000 |
/// | `Reset` | 4000 | 2000 |
/// | `Settings`, `Interim`, `Promise` | 1000 | 100 |
/// | `Ping`, `Ignored` | 20 000 | 20 000 |
/// | `Priority` | 10 000 | 10 000 |
/// | `WindowUpdate` | 200 000 | 20 000 |
/// | `Continuation` | 10 000 | 5000 |
/// | `GoAway` | 100 | 10 |
///
/// ```
/// use h2::tuning::{self, AbuseKind, AbuseLimits, Tuning};
///
/// let limits = AbuseLimits::new().limit(AbuseKind::Reset, 500, 50).unlimited(AbuseKind::Ping);
/// tuning::set_defaults(Tuning::new().abuse_limits(limits));
/// # tuning::set_defaults(Tuning::new());
/// ```
///
/// `max_local_error_reset_streams` and `max_pending_accept_reset_streams` of the builders, set to
/// another value than their default, are limits beside these, as in the release. The first takes
/// the place of `StreamError` and `RefusedStream`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it does nothing until it is given to `Tuning` or to a builder"]
pub struct AbuseLimits([Limit; KINDS]);

impl AbuseLimits {
    /// The defaults.
    pub const fn new() -> Self {
        AbuseLimits(Limit::DEFAULTS)
    }

    /// Sets the limit of a kind: its burst, 1 to 400 000 000, and what it gets back a second, 0 to
    /// [`u32::MAX`].
    ///
    /// # Panics
    ///
    /// If `burst` is out of range.
    #[track_caller]
    pub const fn limit(mut self, kind: AbuseKind, burst: u32, per_second: u32) -> Self {
        assert!(burst > 0 && burst <= 400_000_000, "the burst of an abuse limit: expected 1 to 400000000");
        self.0[kind as usize] = Limit::new(burst, per_second);
        self
    }

    /// Sets no limit for a kind.
    pub const fn unlimited(mut self, kind: AbuseKind) -> Self {
        self.0[kind as usize] = Limit::NONE;
        self
    }

    #[inline]
    pub(crate) const fn of(&self, kind: AbuseKind) -> Limit {
        self.0[kind as usize]
    }
}

impl Default for AbuseLimits {
    fn default() -> Self {
        AbuseLimits::new()
    }
}
