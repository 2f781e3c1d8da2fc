//! Answers and failures, counted.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use h2_conformance_wire::code::{error, error_name};
use hdrhistogram::Histogram;

/// Longer latencies count as this one, in nanoseconds: an hour.
const LONGEST: u64 = 3_600_000_000_000;
const DIGITS: u8 = 3;

/// Why a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// There was no connection: TCP or TLS refused it.
    Refused,
    /// The server closed the connection.
    Closed,
    /// RST_STREAM with this code; all codes without a name are one.
    Reset(u32),
    /// GOAWAY with this code, or without an error on a connection that answered nothing.
    GoAway(u32),
    /// The first digit of a status from 400.
    Status(u16),
    /// What the server sent is no HTTP/2, or no answer.
    Protocol,
    /// The server allows no stream.
    NoStreams,
    ConnectDeadline,
    IdleDeadline,
    ReadDeadline,
    WriteDeadline,
}

impl Failure {
    /// RST_STREAM with this code.
    pub(super) fn reset(code: u32) -> Self {
        Failure::Reset(code.min(error::HTTP_1_1_REQUIRED + 1))
    }

    /// GOAWAY with this code.
    pub(super) fn go_away(code: u32) -> Self {
        Failure::GoAway(code.min(error::HTTP_1_1_REQUIRED + 1))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |code: u32| match code > error::HTTP_1_1_REQUIRED {
            true => "with an unknown code".into(),
            false => error_name(code),
        };
        match self {
            Failure::Refused => f.write_str("refused"),
            Failure::Closed => f.write_str("closed"),
            Failure::Reset(code) => write!(f, "reset {}", name(*code)),
            Failure::GoAway(code) => write!(f, "GOAWAY {}", name(*code)),
            Failure::Status(class) => write!(f, "status {class}xx"),
            Failure::Protocol => f.write_str("protocol error"),
            Failure::NoStreams => f.write_str("no streams allowed"),
            Failure::ConnectDeadline => f.write_str("connect deadline"),
            Failure::IdleDeadline => f.write_str("idle deadline"),
            Failure::ReadDeadline => f.write_str("read deadline"),
            Failure::WriteDeadline => f.write_str("write deadline"),
        }
    }
}

/// What came of the requests so far. Its size does not depend on what servers send.
#[derive(Debug)]
pub(super) struct Tally {
    /// From a request to the end of its answer, in nanoseconds. Failed requests are not in it.
    pub(super) latency: Histogram<u64>,
    pub(super) failed: BTreeMap<Failure, u64>,
    /// Octets of DATA, with padding.
    pub(super) octets: u64,
    /// What was wrong first, in one line, where there is more to say than the reason.
    pub(super) detail: Option<String>,
    first_request: Option<Instant>,
    last_answer: Option<Instant>,
    last_failure: Option<Failure>,
}

impl Default for Tally {
    fn default() -> Self {
        let latency = Histogram::new_with_bounds(1, LONGEST, DIGITS).expect("the bounds are in order");
        Tally {
            latency,
            failed: BTreeMap::new(),
            octets: 0,
            detail: None,
            first_request: None,
            last_answer: None,
            last_failure: None,
        }
    }
}

impl Tally {
    /// Counts a request that was sent.
    pub(super) fn sent(&mut self, now: Instant) {
        self.first_request.get_or_insert(now);
    }

    /// Counts an answer that ended now.
    pub(super) fn answered(&mut self, sent_at: Instant, now: Instant) {
        let took = u64::try_from(now.saturating_duration_since(sent_at).as_nanos()).unwrap_or(LONGEST);
        self.latency.saturating_record(took.clamp(1, LONGEST));
        self.last_answer = Some(now);
    }

    /// Counts failed requests.
    pub(super) fn failed(&mut self, failure: Failure, count: u64) {
        if count > 0 {
            *self.failed.entry(failure).or_default() += count;
            self.last_failure = Some(failure);
        }
    }

    /// Counts requests that no connection was left for, by the reason that the last one ended.
    pub(super) fn fail_all(&mut self, count: u64) {
        self.failed(self.last_failure.unwrap_or(Failure::Closed), count);
    }

    /// From the first request to the last answer.
    pub(super) fn elapsed(&self) -> Duration {
        match (self.first_request, self.last_answer) {
            (Some(first), Some(last)) => last.saturating_duration_since(first),
            _ => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_a_hostile_server_are_counted_in_bounded_memory() {
        let mut tally = Tally::default();
        (0..10_000).for_each(|code| tally.failed(Failure::reset(code * 7), 1));
        assert!(tally.failed.len() <= 15, "{:?}", tally.failed);
        assert_eq!(tally.failed.values().sum::<u64>(), 10_000);
        assert_eq!(Failure::reset(u32::MAX).to_string(), "reset with an unknown code");
        assert_eq!(Failure::reset(8).to_string(), "reset CANCEL");
    }

    #[test]
    fn times_beyond_the_histogram_and_before_the_request_are_counted() {
        let (mut tally, now) = (Tally::default(), Instant::now());
        tally.answered(now, now + Duration::from_secs(7200));
        tally.answered(now + Duration::from_secs(1), now);
        assert_eq!((tally.latency.len(), tally.latency.min()), (2, 1));
    }
}
