//! The one request that a client on a socket makes without a script: cases about clients begin
//! after it.

use crate::wire::code::kind;
use crate::wire::{Frame, View};

/// The stream of the first request of a client (RFC 9113 section 5.1.1).
const STREAM: u32 = 1;

/// How far that request has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum OneRequest {
    #[default]
    Awaited,
    /// No longer waited for.
    GivenUp,
    Sent,
    /// The response has ended, or one side reset the stream.
    Over,
}

impl OneRequest {
    pub(super) fn is_awaited(self) -> bool {
        self == OneRequest::Awaited
    }

    pub(super) fn is_over(self) -> bool {
        self == OneRequest::Over
    }

    pub(super) fn give_up(&mut self) {
        *self = OneRequest::GivenUp;
    }

    /// The client sent this frame.
    pub(super) fn sent(&mut self, frame: &Frame) {
        if frame.stream != STREAM {
            return;
        }
        if frame.kind == kind::RST_STREAM {
            *self = OneRequest::Over;
        } else if frame.ends_stream() && *self != OneRequest::Over {
            *self = OneRequest::Sent;
        }
    }

    /// The client was sent this frame. A reset that cannot be read ends nothing.
    pub(super) fn heard(&mut self, frame: &Frame) {
        let resets = matches!(View::from(frame), View::Reset { .. });
        if frame.stream == STREAM && (frame.ends_stream() || resets) {
            *self = OneRequest::Over;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::build::{data, get, post, reset, response};

    #[test]
    fn a_request_is_awaited_to_its_end() {
        let mut request = OneRequest::default();
        request.sent(&post(STREAM));
        request.sent(&get(3));
        assert!(request.is_awaited());
        request.sent(&data(STREAM, 0).end_stream());
        assert!(!request.is_awaited() && !request.is_over());
    }

    #[test]
    fn it_is_over_with_its_response_or_a_reset() {
        type Step = fn(&mut OneRequest);
        let ends: [Step; 3] = [
            |request| request.heard(&response(STREAM, 200).end_stream()),
            |request| request.heard(&reset(STREAM, 0)),
            |request| request.sent(&reset(STREAM, 0)),
        ];
        for end in ends {
            let mut request = OneRequest::default();
            request.sent(&get(STREAM));
            request.heard(&response(STREAM, 200));
            request.heard(&response(3, 200).end_stream());
            request.heard(&reset(STREAM, 0).resized(3));
            assert!(!request.is_over());
            end(&mut request);
            assert!(request.is_over());
        }
    }
}
