//! How long a round trip takes, learnt from frames that are sent anyway.
//!
//! Each sample is a round trip or longer: SETTINGS are acknowledged when they have arrived (RFC 9113 section 6.5.3), and octets
//! beyond the window can come only after the WINDOW_UPDATE that allows them has arrived. The shortest one is kept.

use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub(super) struct RoundTrip {
    shortest: Option<Duration>,
    /// When SETTINGS were sent that are not acknowledged yet.
    settings: Option<Instant>,
    /// When a WINDOW_UPDATE was sent, and octets that the peer could send without it and has not sent yet.
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

    /// So many octets came.
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
        // A clock that stands still tells nothing.
        if !took.is_zero() {
            self.shortest = Some(self.shortest.map_or(took, |shortest| shortest.min(took)));
        }
    }
}
