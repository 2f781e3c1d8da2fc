//! How long a round trip takes, learnt from frames that are sent anyway.
//!
//! Each sample is a round trip or longer: SETTINGS are acknowledged when they have arrived (RFC
//! 9113 section 6.5.3), and octets beyond the window can come only after the WINDOW_UPDATE that
//! allows them has arrived. The shortest one is kept.

use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub(super) struct RoundTrip {
    shortest: Option<Duration>,
    /// When SETTINGS were sent that are not acknowledged yet.
    settings: Option<Instant>,
    /// When a WINDOW_UPDATE was sent, and octets that the peer could send without it and has not
    /// sent yet.
    edge: Option<(Instant, u32)>,
}

impl RoundTrip {
    pub(super) fn shortest(&self) -> Option<Duration> {
        self.shortest
    }

    pub(super) fn settings_sent(&mut self, at: Instant) {
        self.settings = Some(at);
    }

    pub(super) fn settings_acknowledged(&mut self) {
        if let Some(sent) = self.settings.take() {
            self.sample(sent);
        }
    }

    /// A WINDOW_UPDATE is sent to a peer that could send so many octets without it.
    pub(super) fn granted_beyond(&mut self, granted: u32) {
        if self.edge.is_none() {
            self.edge = Some((crate::clock::now(), granted));
        }
    }

    /// Records octets that arrived.
    pub(super) fn arrived(&mut self, octets: u32) {
        let Some((sent, left)) = &mut self.edge else {
            return;
        };
        match left.checked_sub(octets) {
            Some(rest) => *left = rest,
            None => {
                let sent = *sent;
                self.edge = None;
                self.sample(sent);
            }
        }
    }

    fn sample(&mut self, sent: Instant) {
        let took = crate::clock::now().saturating_duration_since(sent);
        // A clock that does not advance gives no round trip.
        if !took.is_zero() {
            self.shortest = Some(self.shortest.map_or(took, |shortest| shortest.min(took)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::held;

    fn pass(millis: u64) {
        held::advance(Duration::from_millis(millis));
    }

    fn millis(round_trip: &RoundTrip) -> Option<u128> {
        round_trip.shortest().map(|shortest| shortest.as_millis())
    }

    #[test]
    fn what_could_come_without_an_update_tells_nothing() {
        held::set(Some(Duration::ZERO));
        let mut round_trip = RoundTrip::default();
        round_trip.granted_beyond(100);
        pass(10);
        [60, 40].into_iter().for_each(|octets| round_trip.arrived(octets));
        assert_eq!(millis(&round_trip), None);
        // Another update meanwhile begins nothing anew.
        round_trip.granted_beyond(100);
        pass(10);
        round_trip.arrived(1);
        assert_eq!(millis(&round_trip), Some(20));
        pass(1);
        round_trip.arrived(1);
        assert_eq!(millis(&round_trip), Some(20));
    }

    #[test]
    fn the_shortest_counts_and_no_time_at_all_does_not() {
        held::set(Some(Duration::ZERO));
        let mut round_trip = RoundTrip::default();
        for (took, shortest) in [(0, None), (30, Some(30)), (20, Some(20)), (40, Some(20)), (0, Some(20))] {
            let sent = crate::clock::now();
            round_trip.settings_sent(sent);
            pass(took);
            round_trip.settings_acknowledged();
            assert_eq!(millis(&round_trip), shortest);
        }
    }
}
