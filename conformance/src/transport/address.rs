//! Scripts ask for the example's resource; a server elsewhere has its own.

use crate::wire::code::kind;
use crate::wire::{hpack, Frame};

/// The largest payload that every peer takes (RFC 9113 section 4.2).
const MAX_PAYLOAD: usize = 16_384;

/// The scheme, authority and path to ask for. Host names the authority too.
#[derive(Clone, Debug)]
pub struct Address {
    fields: [(Vec<u8>, Vec<u8>); 4],
}

impl Address {
    #[must_use]
    pub fn new(scheme: &str, authority: &str, path: &str) -> Self {
        let own = |name, example, own| (hpack::encode(&[(name, example)]), hpack::encode(&[(name, own)]));
        let host = |name| own(name, "example.test", authority);
        Address { fields: [host(":authority"), host("host"), own(":path", "/", path), own(":scheme", "http", scheme)] }
    }

    /// Writes them into a field block, or into the fragment of one that has a whole field. Frames
    /// whose length lies, or that would become too large, are left alone: their exact octets are
    /// what their case is about.
    pub fn write_into(&self, frame: &mut Frame) {
        if !matches!(frame.kind, kind::HEADERS | kind::CONTINUATION) || frame.declared.is_some() {
            return;
        }
        let mut payload = frame.payload.clone();
        for (example, own) in &self.fields {
            if let Some(at) = payload.windows(example.len()).position(|window| window == example) {
                payload.splice(at..at + example.len(), own.iter().copied());
            }
        }
        if payload.len() <= MAX_PAYLOAD.max(frame.payload.len()) {
            frame.payload = payload;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::build::{continuation, get, headers, GET};

    fn addressed(mut frame: Frame) -> Frame {
        Address::new("http", "h:1", "/x").write_into(&mut frame);
        frame
    }

    #[test]
    fn plain_requests_ask_for_the_address() {
        let own = [GET[0], GET[1], (":path", "/x"), (":authority", "h:1")];
        assert_eq!(addressed(get(1)), headers(1, &own).end_stream());
    }

    #[test]
    fn the_scheme_is_that_of_the_url() {
        let mut request = get(1);
        Address::new("https", "h:1", "/x").write_into(&mut request);
        let own = [GET[0], (":scheme", "https"), (":path", "/x"), (":authority", "h:1")];
        assert_eq!(request, headers(1, &own).end_stream());
    }

    #[test]
    fn host_goes_with_the_authority() {
        let of = |host| headers(1, &[(":authority", host), ("host", host)]);
        assert_eq!(addressed(of("example.test")), of("h:1"));
        assert_eq!(addressed(of("elsewhere.test")), of("elsewhere.test"));
    }

    #[test]
    fn heads_that_are_padded_or_go_on_elsewhere_ask_for_it_too() {
        let own = [GET[0], GET[1], (":path", "/x"), (":authority", "h:1")];
        let plain = headers(1, &own).end_stream();
        assert_eq!(addressed(get(1).padded(3)), plain.clone().padded(3));
        assert_eq!(addressed(get(1).continues()), plain.continues());
        let rest = |fields: &[(&str, &str)]| continuation(1, crate::wire::hpack::encode(fields));
        assert_eq!(addressed(rest(&GET)), rest(&own));
    }

    #[test]
    fn other_frames_stay_as_they_are() {
        let filled = |length| headers(1, &[(":path", "/"), ("filler", &"x".repeat(length))]);
        let long = filled(16_384 - filled(1_000).payload.len() + 1_000);
        assert_eq!(long.payload.len(), 16_384);
        for frame in [get(1).declaring(3), headers(1, &[(":path", "//")]), long] {
            assert_eq!(addressed(frame.clone()), frame);
        }
    }
}
