//! Requests before the server's SETTINGS.

use super::{defaults, Tuning};

/// How many requests a client opens before the server's SETTINGS arrive unless another number is
/// set: 100.
///
/// The server's limit is not known before. RFC 9113 recommends that it be 100 or more ([section
/// 6.5.2](https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2)), so that servers that follow this
/// refuse none of them.
pub const DEFAULT_MAX_REQUESTS_BEFORE_SETTINGS: usize = 100;

impl Tuning {
    /// Sets how many requests a client opens at most before the server's SETTINGS arrive, 0 to
    /// [`usize::MAX`]. The default is [`DEFAULT_MAX_REQUESTS_BEFORE_SETTINGS`].
    ///
    /// Requests beyond this wait for the SETTINGS, which a server sends first: one round trip at
    /// most. Then the server's limit counts. A request that exceeds a limit which the client does
    /// not know yet is refused with REFUSED_STREAM ([RFC 9113, section
    /// 5.1.2](https://www.rfc-editor.org/rfc/rfc9113#section-5.1.2)).
    ///
    /// This also bounds what a builder sets with
    /// [`initial_max_send_streams`](crate::client::Builder::initial_max_send_streams), because
    /// hyper, and with it reqwest and tonic, sets 100 there for every connection.
    pub const fn max_requests_before_settings(mut self, requests: usize) -> Self {
        self.max_requests_before_settings = Some(requests);
        self
    }

    fn requests_before_settings(&self, own: Option<usize>) -> usize {
        match (own, self.max_requests_before_settings) {
            (Some(own), Some(max)) => own.min(max),
            (Some(requests), None) | (None, Some(requests)) => requests,
            (None, None) => DEFAULT_MAX_REQUESTS_BEFORE_SETTINGS,
        }
    }
}

/// How many requests a client opens before the server's SETTINGS arrive: what its builder says,
/// within what the process allows.
pub(crate) fn requests_before_settings(own: Option<usize>) -> usize {
    defaults().requests_before_settings(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_sets_the_default_and_bounds_the_builder() {
        let (none, ten) = (Tuning::new(), Tuning::new().max_requests_before_settings(10));
        assert_eq!(none.requests_before_settings(None), 100);
        assert_eq!(none.requests_before_settings(Some(usize::MAX)), usize::MAX);
        assert_eq!(ten.requests_before_settings(None), 10);
        assert_eq!(ten.requests_before_settings(Some(100)), 10);
        assert_eq!(ten.requests_before_settings(Some(1)), 1);
    }
}
