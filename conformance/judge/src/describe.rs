//! What a case expects, in words.

use std::fmt;

use super::check::{named, octets_within, span};
use super::{Check, Expect};
use h2_conformance_wire::code::kind_name;
use h2_conformance_wire::print::hex;

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Check::ConnectionError(_) => write!(f, "GOAWAY {}, then the close", self.named_codes()),
            Check::PrefaceRefused(_) => write!(f, "GOAWAY {} or none, then the close", self.named_codes()),
            Check::LastProcessed(stream) => write!(f, "GOAWAY names {stream} as the last stream that was processed"),
            Check::StreamError { stream, .. } => {
                write!(f, "RST_STREAM {} on stream {stream}, and the connection goes on", self.named_codes())
            }
            Check::StreamErrorOnly { stream, .. } => write!(
                f,
                "RST_STREAM {} on stream {stream}, and the connection goes on; to end it fails",
                self.named_codes()
            ),
            Check::AnyError { stream, .. } => {
                write!(f, "RST_STREAM on stream {stream} or GOAWAY, with {}", self.named_codes())
            }
            Check::Malformed { stream } => {
                write!(f, "the message on stream {stream} is refused: RST_STREAM PROTOCOL_ERROR, or an answer of 4xx")
            }
            Check::Rejected { stream } => write!(f, "stream {stream} is reset, or answered with 4xx or 5xx"),
            Check::Ignored => f.write_str("nothing but acknowledgements, and the connection goes on"),
            Check::Alive => f.write_str("the connection goes on: a PING at the end is answered"),
            Check::Ends => f.write_str("the connection comes to its end without an error"),
            Check::Closes(_) => f.write_str("the connection is closed"),
            Check::Message { stream, status: None } => write!(f, "a whole message on stream {stream}"),
            Check::Message { stream, status: Some(status) } => {
                write!(f, "a whole response with status {status} on stream {stream}")
            }
            Check::Refused { stream } => {
                write!(f, "RST_STREAM REFUSED_STREAM on stream {stream}, and the connection goes on")
            }
            Check::Content { stream, octets } => write!(f, "{octets} octets of content on stream {stream}"),
            Check::Uploaded { stream, octets } => {
                write!(f, "a peer that obeys the windows can send {octets} octets of content on stream {stream}")
            }
            Check::CreditReturned => f.write_str("credit comes back, so that a peer that obeys the windows can go on"),
            Check::Unprompted(check) => write!(f, "{check}, before a PING wakes the connection"),
            Check::Window { stream, octets } => {
                write!(f, "{} ends with {}", receive_window(*stream), octets_within(octets))
            }
            Check::UpdatedTogether { stream } => {
                write!(f, "the connection and stream {stream} are updated in the same octets")
            }
            Check::Count { kind, stream, times } => {
                write!(f, "{} {} on stream {stream} after the mark", span(times), kind_name(*kind))
            }
            Check::Acknowledged { times } => write!(f, "{times} acknowledgements of SETTINGS after the mark"),
            Check::Pong(opaque) => write!(f, "a PING acknowledgement with {}", hex(opaque)),
            Check::NoPong(opaque) => write!(f, "no PING acknowledgement with {}", hex(opaque)),
            Check::BlockBegins { stream, octets } => {
                write!(f, "the field block on stream {stream} begins with {}", hex(octets))
            }
            Check::NeighbourServed => f.write_str("requests on other connections are answered"),
            Check::GrowsWithin { bytes } => write!(f, "the process grows by at most {} MiB", bytes >> 20),
            Check::OneOf(choices) => f.write_str(&choices.iter().map(all_of).collect::<Vec<_>>().join("; or ")),
            Check::FrameSize { octets } => write!(f, "no frame with a payload beyond {octets} octets"),
            Check::SettingsFirst => f.write_str("SETTINGS is the first frame"),
            Check::Call { call, result } => write!(f, "call #{call} of the application gives {result}"),
            Check::CallFails { call } => write!(f, "call #{call} of the application fails"),
            Check::CallWaits { call } => write!(f, "call #{call} of the application still waits"),
            Check::ClientSays { success } => {
                write!(f, "the exit status of the client says {}", if *success { "success" } else { "failure" })
            }
            Check::Handed { stream, yes: true } => write!(f, "the request on stream {stream} reaches the application"),
            Check::Handed { stream, yes: false } => {
                write!(f, "the request on stream {stream} does not reach the application")
            }
            Check::LastFrame { stream, kind } => write!(f, "stream {stream} ends with {}", kind_name(*kind)),
        }
    }
}

fn receive_window(stream: u32) -> String {
    match stream {
        0 => "the connection's receive window".into(),
        stream => format!("the receive window of stream {stream}"),
    }
}

fn all_of(choice: &Expect) -> String {
    choice.checks().iter().map(ToString::to_string).collect::<Vec<_>>().join(", and ")
}

impl Check {
    fn named_codes(&self) -> String {
        named(&self.codes().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use crate::words::*;
    use h2_conformance_wire::code::error::{CANCEL, STREAM_CLOSED};
    use h2_conformance_wire::code::kind;

    #[test]
    fn expectations_read_as_sentences() {
        let said = |expect: crate::Expect| expect.checks()[0].to_string();
        assert_eq!(said(conn_error([CANCEL, STREAM_CLOSED])), "GOAWAY CANCEL or STREAM_CLOSED, then the close");
        assert_eq!(said(window(0, 65_535)), "the connection's receive window ends with 65535");
        assert_eq!(said(window_within(1, 5..=i64::MAX)), "the receive window of stream 1 ends with at least 5");
        assert_eq!(said(times(kind::SETTINGS, 0, 1..=1)), "1 SETTINGS on stream 0 after the mark");
        assert_eq!(said(call_gives(2, 7)), "call #2 of the application gives 7");
    }
}
