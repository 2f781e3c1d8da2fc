//! When a PING is due, and when the peer counts as dead.

use std::time::{Duration, Instant};

use super::jitter::Jitter;
use crate::tuning::KeepAlive;

/// Round trips in an adaptive interval.
const ROUND_TRIPS: u32 = 1_000;

/// How late the end of a peer may be seen, and how long the peer gets then.
const LATE: Duration = Duration::from_secs(1);

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A PING.
    Ping,
    /// The end: nothing came after the last PING.
    End,
    /// Something at this time, if nothing comes before.
    At(Instant),
    /// Nothing.
    Never,
}

/// The PINGs of one connection.
#[derive(Debug)]
pub(super) struct Pings {
    settings: KeepAlive,
    /// The interval that was drawn for the time since the last octet came.
    interval: Option<Duration>,
    /// Since when nothing has come, or no stream was open if PINGs need one.
    quiet_since: Instant,
    /// When the PING was due that nothing has followed on.
    sent: Option<Instant>,
    /// The end was due, and the peer got more time because the task was polled late.
    looked_twice: bool,
}

impl Pings {
    pub(super) fn new(settings: KeepAlive, now: Instant) -> Self {
        Pings { settings, interval: None, quiet_since: now, sent: None, looked_twice: false }
    }

    /// Something came from the peer.
    pub(super) fn heard(&mut self, now: Instant) {
        self.quiet_since = now;
        self.interval = None;
        self.sent = None;
    }

    /// The transport took octets at this time, and more wait: the PING may be behind them.
    pub(super) fn progress(&mut self, at: Instant) {
        self.sent = self.sent.map(|sent| sent.max(at));
    }

    /// The end is due. If the task was polled much later than that, the process may have stood
    /// still, and the answer may wait where it was not looked for yet.
    fn end(&mut self, now: Instant, end: Instant) -> Due {
        if self.looked_twice || now.saturating_duration_since(end) < LATE {
            return Due::End;
        }
        self.looked_twice = true;
        self.sent = (now + LATE).checked_sub(self.settings.timeout).or(self.sent);
        Due::At(now + LATE)
    }

    /// What is due now.
    pub(super) fn check(
        &mut self,
        now: Instant,
        has_streams: bool,
        round_trip: Option<Duration>,
        jitter: &mut Jitter,
    ) -> Due {
        if let Some(sent) = self.sent {
            return match sent.checked_add(self.settings.timeout) {
                Some(end) if end <= now => self.end(now, end),
                Some(end) => Due::At(end),
                None => Due::Never,
            };
        }
        if !has_streams && !self.settings.while_idle {
            // The interval begins when there is a stream again.
            self.quiet_since = now;
            return Due::Never;
        }
        let KeepAlive { min, max, jitter_percent, .. } = self.settings;
        let interval = *self.interval.get_or_insert_with(|| {
            let usual = round_trip.map_or(max, |round_trip| round_trip.saturating_mul(ROUND_TRIPS).clamp(min, max));
            jitter.spread(usual, jitter_percent)
        });
        self.looked_twice = false;
        match self.quiet_since.checked_add(interval) {
            Some(due) if due <= now => {
                self.sent = Some(now);
                Due::Ping
            }
            Some(due) => Due::At(due),
            None => Due::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn pings(settings: KeepAlive) -> (Pings, Jitter, Instant) {
        let now = Instant::now();
        (Pings::new(settings, now), Jitter(1), now)
    }

    #[test]
    fn a_peer_that_is_quiet_gets_a_ping_and_then_its_end() {
        let (mut pings, mut jitter, start) = pings(KeepAlive::new(10 * SECOND).timeout(5 * SECOND).jitter_percent(0));
        let mut at = |seconds: u32| pings.check(start + seconds * SECOND, true, None, &mut jitter);
        assert_eq!(at(9), Due::At(start + 10 * SECOND));
        assert_eq!(at(10), Due::Ping);
        assert_eq!(at(14), Due::At(start + 15 * SECOND));
        assert_eq!(at(15), Due::End);
    }

    #[test]
    fn whatever_comes_shows_that_the_peer_is_alive() {
        let (mut pings, mut jitter, start) = pings(KeepAlive::new(10 * SECOND).jitter_percent(0));
        assert_eq!(pings.check(start + 10 * SECOND, true, None, &mut jitter), Due::Ping);
        pings.heard(start + 29 * SECOND);
        assert_eq!(pings.check(start + 29 * SECOND, true, None, &mut jitter), Due::At(start + 39 * SECOND));
    }

    #[test]
    fn without_streams_there_are_no_pings_unless_they_are_asked_for() {
        let settings = KeepAlive::new(10 * SECOND).jitter_percent(0);
        let (mut pings, mut jitter, start) = pings(settings);
        assert_eq!(pings.check(start + 99 * SECOND, false, None, &mut jitter), Due::Never);
        // The interval begins with the stream.
        assert_eq!(pings.check(start + 99 * SECOND, true, None, &mut jitter), Due::At(start + 109 * SECOND));
        let mut pings = Pings::new(settings.while_idle(true), start);
        assert_eq!(pings.check(start + 10 * SECOND, false, None, &mut jitter), Due::Ping);
    }

    #[test]
    fn an_adaptive_interval_follows_the_round_trip_within_its_range() {
        let millis = Duration::from_millis;
        let settings = KeepAlive::adaptive(10 * SECOND, 100 * SECOND).jitter_percent(0);
        for (round_trip, seconds) in [(None, 100), (Some(millis(1)), 10), (Some(millis(50)), 50), (Some(SECOND), 100)] {
            let (mut pings, mut jitter, start) = pings(settings);
            let due = pings.check(start, true, round_trip, &mut jitter);
            assert_eq!(due, Due::At(start + seconds * SECOND), "{round_trip:?}");
        }
    }

    /// The most PINGs in a second after the first hour, of 1000 connections that were opened
    /// together and whose peers answer at once.
    fn peak(jitter_percent: u8) -> usize {
        let start = Instant::now();
        let settings = KeepAlive::new(60 * SECOND).jitter_percent(jitter_percent);
        let mut sent = vec![0; 3 * 3_600];
        for connection in 0..1_000 {
            let (mut pings, mut jitter) = (Pings::new(settings, start), Jitter(connection << 20));
            let mut now = start;
            while now < start + 2 * 3_600 * SECOND {
                match pings.check(now, true, None, &mut jitter) {
                    Due::Ping => {
                        sent[(now - start).as_secs() as usize] += 1;
                        pings.heard(now);
                    }
                    Due::At(due) => now = due,
                    due => panic!("{due:?}"),
                }
            }
        }
        sent[3_600..].iter().copied().max().unwrap_or(0)
    }

    #[test]
    fn jitter_spreads_the_pings_of_a_thousand_connections() {
        let (together, spread) = (peak(0), peak(30));
        println!(
            "most PINGs in a second of 1000 connections, one in 60 s: {together} without jitter, {spread} with 30 %"
        );
        assert_eq!(together, 1_000);
        // The mean is 17 in a second.
        assert!(spread < 50, "{spread}");
    }
}
