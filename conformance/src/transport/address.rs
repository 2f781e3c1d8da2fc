//! Scripts ask for the example's resource; a server elsewhere has its own.

use crate::wire::code::{flag, kind};
use crate::wire::{hpack, Frame};

/// The authority and path to ask for. Host names the authority too.
#[derive(Clone, Debug)]
pub struct Address {
    fields: [(Vec<u8>, Vec<u8>); 3],
}

impl Address {
    #[must_use]
    pub fn new(authority: &str, path: &str) -> Self {
        let own = |name, example, own| (hpack::encode(&[(name, example)]), hpack::encode(&[(name, own)]));
        let host = |name| own(name, "example.test", authority);
        Address { fields: [host(":authority"), host("host"), own(":path", "/", path)] }
    }

    /// Writes them into a plain request. Frames that lie, are padded or go on elsewhere are left
    /// alone: their exact octets are what their case is about.
    pub fn write_into(&self, frame: &mut Frame) {
        let plain = frame.kind == kind::HEADERS
            && frame.has(flag::END_HEADERS)
            && !frame.has(flag::PADDED)
            && frame.declared.is_none();
        if plain {
            for (example, own) in &self.fields {
                if let Some(at) = frame.payload.windows(example.len()).position(|window| window == example) {
                    frame.payload.splice(at..at + example.len(), own.iter().copied());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::build::{get, headers, GET};

    fn addressed(mut frame: Frame) -> Frame {
        Address::new("h:1", "/x").write_into(&mut frame);
        frame
    }

    #[test]
    fn plain_requests_ask_for_the_address() {
        let own = [GET[0], GET[1], (":path", "/x"), (":authority", "h:1")];
        assert_eq!(addressed(get(1)), headers(1, &own).end_stream());
    }

    #[test]
    fn host_goes_with_the_authority() {
        let of = |host| headers(1, &[(":authority", host), ("host", host)]);
        assert_eq!(addressed(of("example.test")), of("h:1"));
        assert_eq!(addressed(of("elsewhere.test")), of("elsewhere.test"));
    }

    #[test]
    fn other_frames_stay_as_they_are() {
        for frame in [get(1).padded(3), get(1).continues(), get(1).declaring(3), headers(1, &[(":path", "//")])] {
            assert_eq!(addressed(frame.clone()), frame);
        }
    }
}
