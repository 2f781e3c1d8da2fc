//! The kinds of things a case can expect.

mod beside;
mod client;
mod findings;

use std::ops::RangeInclusive;

use self::beside::{grows_within, neighbour_served};
use self::client::client_says;
use self::findings::*;
pub use self::findings::{content, final_status};
pub(super) use self::findings::{named, octets_within, span};
use super::ending::{broke_off, goaway};
use super::{Expect, Outcome};
use crate::transcript::{AppResult, OtherProtocol, Transcript};
use h2_conformance_wire::code::error::{PROTOCOL_ERROR, REFUSED_STREAM};

/// One thing that has to hold. "After the mark" means: in the part of the script that is under
/// test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// GOAWAY with one of these codes, then the close.
    ConnectionError(Codes),
    /// The octets that open a connection are refused: GOAWAY with one of these codes, then the
    /// close, or the close alone (section 3.4 lets GOAWAY be omitted). An answer in HTTP/1.1 will
    /// do: the server speaks that on the same port.
    PrefaceRefused(Codes),
    /// The last GOAWAY names this as the last stream that was processed.
    LastProcessed(u32),
    /// RST_STREAM with one of these codes on this stream, and the connection goes on.
    StreamError { stream: u32, codes: Codes },
    /// The same, and a connection error will not do: the streams beside it must not suffer.
    StreamErrorOnly { stream: u32, codes: Codes },
    /// Either of the two errors, with one of these codes.
    AnyError { stream: u32, codes: Codes },
    /// A malformed request or response: a stream error PROTOCOL_ERROR, or from a server an answer
    /// of 4xx (section 8.1.1).
    Malformed { stream: u32 },
    /// RST_STREAM on this stream, or an answer of 4xx or 5xx, whatever becomes of the connection.
    Rejected { stream: u32 },
    /// Nothing but acknowledgements after the mark, and the connection goes on.
    Ignored,
    /// The connection goes on: a PING at the end is answered.
    Alive,
    /// The connection comes to its end without an error: GOAWAY NO_ERROR at most, then the close.
    Ends,
    /// The connection is closed. The codes matter only for how it ended.
    Closes(Codes),
    /// A whole message from the subject on this stream: HEADERS to END_STREAM. `status` where it
    /// matters; else any that does not call the request malformed.
    Message { stream: u32, status: Option<u16> },
    /// RST_STREAM REFUSED_STREAM, and the connection goes on.
    Refused { stream: u32 },
    /// The subject sends this many octets of content on this stream, in the whole run.
    Content { stream: u32, octets: u64 },
    /// The window of the connection (stream 0) or of a stream, in the peer's accounting, ends at
    /// such a size.
    Window { stream: u32, octets: RangeInclusive<i64> },
    /// Updates of the connection and of this stream after the mark come in the same octets, at
    /// least once.
    UpdatedTogether { stream: u32 },
    /// The peer could send this many octets of content to the subject on this stream: a peer that
    /// obeys the windows gets no further than they allow.
    Uploaded { stream: u32, octets: u64 },
    /// The peer could write all DATA that it had to: no credit of the connection was lost. Of a
    /// connection that the subject ended before, nothing can be said.
    CreditReturned,
    /// This held before the runner's PING at the end, which sets many a sleeper in motion.
    Unprompted(Box<Check>),
    /// The subject sends this many frames of this type on this stream after the mark.
    Count { kind: u8, stream: u32, times: RangeInclusive<usize> },
    /// The subject acknowledges SETTINGS so many times after the mark.
    Acknowledged { times: usize },
    /// The subject answers a PING with this opaque data.
    Pong([u8; 8]),
    /// The subject does not answer a PING with this opaque data.
    NoPong([u8; 8]),
    /// The first field block on this stream after the mark begins with these octets.
    BlockBegins { stream: u32, octets: &'static [u8] },
    /// No frame of the subject has a payload beyond this.
    FrameSize { octets: usize },
    /// SETTINGS is the first frame that the subject sends.
    SettingsFirst,
    /// What came of the `call`-th call of the application, counted from 0.
    Call { call: usize, result: AppResult },
    /// The `call`-th call failed, in whatever words.
    CallFails { call: usize },
    /// The `call`-th call still waits.
    CallWaits { call: usize },
    /// What a client elsewhere says of its request by its exit status, where that can be told.
    ClientSays { success: bool },
    /// The application got the request on this stream (or did not).
    Handed { stream: u32, yes: bool },
    /// HEADERS of the stream come before its DATA, and this kind of frame is the last on it.
    LastFrame { stream: u32, kind: u8 },
    /// The server answers all requests on other connections, whatever becomes of this one.
    NeighbourServed,
    /// The server's process grows by no more than this, where that is known.
    GrowsWithin { bytes: u64 },
    /// Several reactions are permitted: the best of these counts.
    OneOf(Vec<Expect>),
}

/// Error codes, any of which will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes(Vec<u32>);

impl From<u32> for Codes {
    fn from(code: u32) -> Self {
        Codes(vec![code])
    }
}

impl<const N: usize> From<[u32; N]> for Codes {
    fn from(codes: [u32; N]) -> Self {
        Codes(codes.to_vec())
    }
}

type Finding = (Outcome, String);

fn pass() -> Finding {
    (Outcome::Pass, String::new())
}

fn fail(reason: impl Into<String>) -> Finding {
    (Outcome::Fail, reason.into())
}

fn weak(reason: impl Into<String>) -> Finding {
    (Outcome::Weak, reason.into())
}

fn holds(condition: bool, reason: impl FnOnce() -> String) -> Finding {
    if condition {
        pass()
    } else {
        fail(reason())
    }
}

impl Check {
    /// Error codes that a GOAWAY may carry where this is expected.
    pub(super) fn codes(&self) -> Option<Vec<u32>> {
        match self {
            Check::ConnectionError(codes)
            | Check::PrefaceRefused(codes)
            | Check::Closes(codes)
            | Check::StreamError { codes, .. }
            | Check::StreamErrorOnly { codes, .. }
            | Check::AnyError { codes, .. } => Some(codes.0.clone()),
            Check::Malformed { .. } => Some(vec![PROTOCOL_ERROR]),
            Check::OneOf(choices) => {
                let all = choices.iter().flat_map(Expect::checks).filter_map(Check::codes);
                all.reduce(|mut codes, more| {
                    codes.extend(more);
                    codes
                })
            }
            Check::Refused { .. } => Some(vec![REFUSED_STREAM]),
            Check::Unprompted(check) => check.codes(),
            _ => None,
        }
    }

    /// Whether this is true of the check or of a part of it.
    pub fn any(&self, asks: &dyn Fn(&Check) -> bool) -> bool {
        asks(self)
            || match self {
                Check::Unprompted(check) => check.any(asks),
                Check::OneOf(choices) => choices.iter().any(|choice| choice.any(asks)),
                _ => false,
            }
    }

    /// Whether an error with this code may be the one that is expected.
    #[must_use]
    pub fn allows(&self, code: u32) -> bool {
        self.codes().is_some_and(|codes| codes.contains(&code))
    }

    /// Whether the check asks for an error of a stream, or would be content with one.
    #[must_use]
    pub fn is_stream_error(&self) -> bool {
        match self {
            Check::StreamError { .. }
            | Check::StreamErrorOnly { .. }
            | Check::Malformed { .. }
            | Check::Refused { .. } => true,
            Check::OneOf(choices) => choices.iter().flat_map(Expect::checks).any(Check::is_stream_error),
            Check::Unprompted(check) => check.is_stream_error(),
            _ => false,
        }
    }

    /// Whether the check asks for something that an ended connection cannot give.
    pub(super) fn needs_the_connection(&self) -> bool {
        matches!(
            self,
            Check::Message { .. } | Check::Content { .. } | Check::Alive | Check::ClientSays { success: true }
        )
    }

    /// Whether the check itself says what becomes of the connection, or looks at what the
    /// application learns of it.
    pub(super) fn speaks_of_the_end(&self) -> bool {
        match self {
            Check::ConnectionError(_)
            | Check::PrefaceRefused(_)
            | Check::StreamError { .. }
            | Check::StreamErrorOnly { .. }
            | Check::AnyError { .. }
            | Check::Malformed { .. }
            | Check::Ignored
            | Check::Alive
            | Check::Ends
            | Check::Closes(_)
            | Check::Refused { .. }
            | Check::Call { .. }
            | Check::CallFails { .. }
            | Check::ClientSays { .. }
            | Check::NeighbourServed
            | Check::GrowsWithin { .. } => true,
            Check::Unprompted(check) => check.speaks_of_the_end(),
            Check::OneOf(choices) => choices.iter().all(|choice| choice.checks.iter().any(Check::speaks_of_the_end)),
            Check::Message { .. }
            | Check::Content { .. }
            | Check::Window { .. }
            | Check::UpdatedTogether { .. }
            | Check::Uploaded { .. }
            | Check::CreditReturned
            | Check::Rejected { .. }
            | Check::Acknowledged { .. }
            | Check::Count { .. }
            | Check::Pong(_)
            | Check::NoPong(_)
            | Check::BlockBegins { .. }
            | Check::LastProcessed(_)
            | Check::FrameSize { .. }
            | Check::SettingsFirst
            | Check::CallWaits { .. }
            | Check::Handed { .. }
            | Check::LastFrame { .. } => false,
        }
    }

    /// Whether the check rests on something that does not come.
    pub(super) fn needs_quiet(&self) -> bool {
        match self {
            Check::Count { times, .. } => *times.end() < usize::MAX,
            Check::Handed { yes, .. } => !yes,
            Check::Unprompted(check) => check.needs_quiet(),
            Check::OneOf(choices) => choices.iter().any(Expect::needs_quiet),
            Check::NoPong(_) | Check::Acknowledged { .. } => true,
            Check::Ignored
            | Check::Uploaded { .. }
            | Check::Content { .. }
            | Check::Window { .. }
            | Check::FrameSize { .. }
            | Check::CallWaits { .. }
            | Check::LastFrame { .. } => true,
            _ => false,
        }
    }

    /// Whether only an application in this process can tell: what it got, what its calls gave. Of
    /// the check itself, not its parts.
    #[must_use]
    pub fn needs_application(&self) -> bool {
        matches!(self, Check::Call { .. } | Check::CallFails { .. } | Check::CallWaits { .. } | Check::Handed { .. })
    }

    /// Whether the check holds, and why not.
    pub(super) fn holds(&self, transcript: &Transcript) -> Finding {
        match self {
            Check::ConnectionError(codes) => connection_error(transcript, &codes.0),
            // The other protocol of the port. What section 3.4 asks for is for HTTP/2 connections.
            Check::PrefaceRefused(_) if transcript.other_protocol() == Some(OtherProtocol::Http1) => pass(),
            Check::PrefaceRefused(codes) => match (goaway(transcript), transcript.closed()) {
                (None, Some(_)) if !broke_off(transcript) => pass(),
                _ => connection_error(transcript, &codes.0),
            },
            Check::LastProcessed(stream) => last_processed(transcript, *stream),
            Check::StreamError { stream, codes } => stream_error(transcript, *stream, &codes.0),
            Check::StreamErrorOnly { stream, codes } => match stream_error(transcript, *stream, &codes.0) {
                (Outcome::Weak, reason) => fail(reason),
                finding => finding,
            },
            Check::AnyError { stream, codes } => any_error(transcript, *stream, &codes.0),
            Check::Malformed { stream } => malformed(transcript, *stream),
            Check::Rejected { stream } => rejected(transcript, *stream),
            Check::Ignored => ignored(transcript),
            Check::Alive => is_alive(transcript),
            Check::Ends => ends(transcript),
            Check::Closes(_) => closes(transcript),
            Check::Message { stream, status: None } => accepted(transcript, *stream),
            Check::Message { stream, status } => message(transcript, *stream, *status),
            Check::Refused { stream } => stream_error(transcript, *stream, &[REFUSED_STREAM]),
            Check::Content { stream, octets } => {
                let sent = content(transcript, *stream);
                holds(sent == *octets, || format!("{sent} octets of content on stream {stream}, expected {octets}"))
            }
            Check::Uploaded { stream, octets } => {
                let sent = uploaded(transcript, *stream);
                holds(sent == *octets, || {
                    format!("the peer could send {sent} octets on stream {stream}, expected {octets}")
                })
            }
            Check::CreditReturned => credit_returned(transcript),
            Check::Unprompted(check) => unprompted(transcript, check),
            Check::Window { stream, octets } => window(transcript, *stream, octets),
            Check::UpdatedTogether { stream } => updated_together(transcript, *stream),
            Check::Count { kind, stream, times } => count(transcript, *kind, *stream, times),
            Check::Acknowledged { times } => acknowledged(transcript, *times),
            Check::Pong(opaque) => pong(transcript, *opaque, true),
            Check::NoPong(opaque) => pong(transcript, *opaque, false),
            Check::BlockBegins { stream, octets } => block_begins(transcript, *stream, octets),
            Check::FrameSize { octets } => {
                let largest = transcript.subject_frames().map(|(_, frame)| frame.payload.len()).max().unwrap_or(0);
                holds(largest <= *octets, || format!("a frame of {largest} octets, allowed are {octets}"))
            }
            Check::SettingsFirst => settings_first(transcript),
            Check::Call { call, result } => match transcript.result(*call) {
                Some(found) => holds(found == result, || format!("call #{call} gave {found}, expected {result}")),
                None => fail(format!("call #{call} still waits, expected {result}")),
            },
            Check::CallFails { call } => match transcript.result(*call) {
                Some(AppResult::Failed(_)) => pass(),
                Some(found) => fail(format!("call #{call} gave {found}, expected an error")),
                None => fail(format!("call #{call} still waits, expected an error")),
            },
            Check::CallWaits { call } => match transcript.result(*call) {
                Some(found) => fail(format!("call #{call} gave {found}, expected that it waits")),
                None => pass(),
            },
            Check::ClientSays { success } => client_says(transcript, *success),
            Check::Handed { stream, yes } => handed(transcript, *stream, *yes),
            Check::LastFrame { stream, kind } => last_frame(transcript, *stream, *kind),
            Check::NeighbourServed => neighbour_served(transcript),
            Check::GrowsWithin { bytes } => grows_within(transcript, *bytes),
            Check::OneOf(choices) => best_of(transcript, choices),
        }
    }
}
