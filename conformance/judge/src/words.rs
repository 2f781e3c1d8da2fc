//! The words with which cases say what they expect.

use super::{Check, Codes, Expect};
use crate::transcript::AppResult;
use h2_conformance_wire::code::kind;

/// GOAWAY with this code (or one of these), then the close.
pub fn conn_error(codes: impl Into<Codes>) -> Expect {
    Check::ConnectionError(codes.into()).into()
}

/// What opens the connection is refused: GOAWAY with this code (or one of these) or none, then the
/// close.
pub fn preface_refused(codes: impl Into<Codes>) -> Expect {
    Check::PrefaceRefused(codes.into()).into()
}

/// GOAWAY names this as the last stream that was processed.
#[must_use]
pub fn last_processed(stream: u32) -> Expect {
    Check::LastProcessed(stream).into()
}

/// Any of these reactions is permitted.
#[must_use]
pub fn one_of<const N: usize>(choices: [Expect; N]) -> Expect {
    Check::OneOf(choices.into()).into()
}

/// RST_STREAM with this code (or one of these); the connection goes on. A connection error with
/// that code is weak.
pub fn stream_error(stream: u32, codes: impl Into<Codes>) -> Expect {
    Check::StreamError { stream, codes: codes.into() }.into()
}

/// As [`stream_error`], and a connection error fails.
pub fn stream_error_only(stream: u32, codes: impl Into<Codes>) -> Expect {
    Check::StreamErrorOnly { stream, codes: codes.into() }.into()
}

/// The message on this stream is reset, or answered with 4xx or 5xx, whatever becomes of the
/// connection.
#[must_use]
pub fn rejected(stream: u32) -> Expect {
    Check::Rejected { stream }.into()
}

/// RST_STREAM or GOAWAY with one of these codes.
pub fn any_error(stream: u32, codes: impl Into<Codes>) -> Expect {
    Check::AnyError { stream, codes: codes.into() }.into()
}

/// The message on this stream is refused as malformed (RFC 9113 section 8.1.1).
#[must_use]
pub fn malformed(stream: u32) -> Expect {
    Check::Malformed { stream }.into()
}

/// Nothing but acknowledgements, and the connection goes on.
#[must_use]
pub fn ignored() -> Expect {
    Check::Ignored.into()
}

/// The connection goes on.
#[must_use]
pub fn alive() -> Expect {
    Check::Alive.into()
}

/// The connection comes to its end without an error.
#[must_use]
pub fn ends() -> Expect {
    Check::Ends.into()
}

/// The connection is closed. GOAWAY with another code than these counts as a wrong ending only.
#[must_use]
pub fn closes(codes: impl Into<Codes>) -> Expect {
    Check::Closes(codes.into()).into()
}

/// A whole message from the subject on this stream; the connection goes on.
#[must_use]
pub fn answered(stream: u32) -> Expect {
    Expect::from(Check::Message { stream, status: None }).and(Check::Alive)
}

/// A whole response with this status on this stream; the connection goes on.
#[must_use]
pub fn answered_with(stream: u32, status: u16) -> Expect {
    Expect::from(Check::Message { stream, status: Some(status) }).and(Check::Alive)
}

/// RST_STREAM REFUSED_STREAM; the connection goes on.
#[must_use]
pub fn refused(stream: u32) -> Expect {
    Check::Refused { stream }.into()
}

/// The subject sends this many octets of content on this stream.
#[must_use]
pub fn content(stream: u32, octets: u64) -> Expect {
    Check::Content { stream, octets }.into()
}

/// The receive window of the connection (stream 0) or of a stream has exactly this size in the
/// peer's accounting.
#[must_use]
pub fn window(stream: u32, octets: i64) -> Expect {
    window_within(stream, octets..=octets)
}

/// The same, within these sizes.
#[must_use]
pub fn window_within(stream: u32, octets: std::ops::RangeInclusive<i64>) -> Expect {
    Check::Window { stream, octets }.into()
}

/// WINDOW_UPDATEs of the connection and of this stream come in the same octets, at least once.
#[must_use]
pub fn updated_together(stream: u32) -> Expect {
    Check::UpdatedTogether { stream }.into()
}

/// The peer, obeying the windows, could send so many octets of content on this stream.
#[must_use]
pub fn uploaded(stream: u32, octets: u64) -> Expect {
    Check::Uploaded { stream, octets }.into()
}

/// The peer, obeying the windows, could send all that it had: credit came back.
#[must_use]
pub fn credit_returned() -> Expect {
    Check::CreditReturned.into()
}

/// All of this held before the runner's PING at the end, which sets many a sleeper in motion.
#[must_use]
pub fn unprompted(expect: Expect) -> Expect {
    Expect { checks: expect.checks.into_iter().map(|check| Check::Unprompted(Box::new(check))).collect() }
}

/// The subject's frames carry at most so many octets.
#[must_use]
pub fn frames_within(octets: usize) -> Expect {
    Check::FrameSize { octets }.into()
}

/// WINDOW_UPDATE on this stream (0: the connection) after the mark, this often.
#[must_use]
pub fn window_updates(stream: u32, times: std::ops::RangeInclusive<usize>) -> Expect {
    Check::Count { kind: kind::WINDOW_UPDATE, stream, times }.into()
}

/// No frame of this type on this stream after the mark.
#[must_use]
pub fn none_of(kind: u8, stream: u32) -> Expect {
    Check::Count { kind, stream, times: 0..=0 }.into()
}

/// Frames of this type on this stream after the mark, this often.
#[must_use]
pub fn times(kind: u8, stream: u32, times: std::ops::RangeInclusive<usize>) -> Expect {
    Check::Count { kind, stream, times }.into()
}

/// What came of the `call`-th call of the application, counted from 0.
#[must_use]
pub fn call(call: usize, result: AppResult) -> Expect {
    Check::Call { call, result }.into()
}

/// The `call`-th call gives this number.
#[must_use]
pub fn call_gives(call: usize, value: u64) -> Expect {
    Check::Call { call, result: AppResult::Value(value) }.into()
}

/// The `call`-th call succeeds, and has no value.
#[must_use]
pub fn call_done(call: usize) -> Expect {
    Check::Call { call, result: AppResult::Done }.into()
}

/// The `call`-th call fails.
#[must_use]
pub fn call_fails(call: usize) -> Expect {
    Check::CallFails { call }.into()
}

/// The `call`-th call still waits at the end.
#[must_use]
pub fn call_waits(call: usize) -> Expect {
    Check::CallWaits { call }.into()
}

/// A client elsewhere says by its exit status that its request succeeded or failed.
#[must_use]
pub fn client_says(success: bool) -> Expect {
    Check::ClientSays { success }.into()
}

/// A whole message from the subject on this stream, whatever becomes of the connection.
#[must_use]
pub fn message(stream: u32) -> Expect {
    Check::Message { stream, status: None }.into()
}

/// The server answers requests on other connections, whatever becomes of this one, and its process
/// grows by no more than so many bytes.
#[must_use]
pub fn others_served(bytes: u64) -> Expect {
    Expect::from(Check::NeighbourServed).and(Check::GrowsWithin { bytes })
}

/// SETTINGS is the first frame of the subject.
#[must_use]
pub fn settings_first() -> Expect {
    Check::SettingsFirst.into()
}

/// SETTINGS is acknowledged so many times after the mark.
#[must_use]
pub fn acknowledged(times: usize) -> Expect {
    Check::Acknowledged { times }.into()
}

/// A PING with this opaque data is answered.
#[must_use]
pub fn pong(opaque: [u8; 8]) -> Expect {
    Check::Pong(opaque).into()
}

/// Nothing answers a PING with this opaque data.
#[must_use]
pub fn no_pong(opaque: [u8; 8]) -> Expect {
    Check::NoPong(opaque).into()
}

/// The first field block on this stream after the mark begins with these octets.
#[must_use]
pub fn block_begins(stream: u32, octets: &'static [u8]) -> Expect {
    Check::BlockBegins { stream, octets }.into()
}

/// The application gets the request on this stream.
#[must_use]
pub fn handed(stream: u32) -> Expect {
    Check::Handed { stream, yes: true }.into()
}

/// The application does not get a request on this stream.
#[must_use]
pub fn not_handed(stream: u32) -> Expect {
    Check::Handed { stream, yes: false }.into()
}
