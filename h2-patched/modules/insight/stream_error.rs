//! What a peer did wrong on a stream.

use std::fmt;

/// What a peer did wrong on a stream, so that this end reset the stream (RFC 9113 section 5.4.2).
///
/// RST_STREAM carries only an error code. The words are in the text of [`Error`](crate::Error) and
/// in [`EventKind::Reset`](super::EventKind::Reset).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum StreamErrorKind {
    /// A malformed field section.
    Fields,
    /// Pseudo-header fields that are missing, repeated, unknown or of the other kind of message.
    PseudoFields,
    /// A content-length that is no number, or not the length of the content.
    ContentLength,
    /// Header fields that are larger than this end's limit.
    LargeFields,
    /// DATA of a response before its HEADERS.
    DataBeforeResponse,
    /// Trailers without END_STREAM.
    TrailersWithoutEnd,
    /// HEADERS, DATA or PUSH_PROMISE on a stream that the peer has ended, or this end has reset.
    AfterEnd,
    /// More DATA than the stream's window allows.
    WindowOverdraft,
    /// A WINDOW_UPDATE frame with an increment of 0.
    ZeroIncrement,
    /// A window above 2^31-1 octets.
    WindowOverflow,
    /// A promised request with content, of an unsafe method, or without authority.
    Promise,
    /// A stream that depends on itself.
    Dependency,
    /// A PRIORITY frame that has not 5 octets.
    PriorityLength,
}

impl StreamErrorKind {
    /// The kind in words: `"a malformed field section"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            StreamErrorKind::Fields => "a malformed field section",
            StreamErrorKind::PseudoFields => "wrong pseudo-header fields",
            StreamErrorKind::ContentLength => "content-length is not the length of the content",
            StreamErrorKind::LargeFields => "header fields above the limit",
            StreamErrorKind::DataBeforeResponse => "DATA before the response",
            StreamErrorKind::TrailersWithoutEnd => "trailers without END_STREAM",
            StreamErrorKind::AfterEnd => "a frame after the end of the stream",
            StreamErrorKind::WindowOverdraft => "more DATA than the window allows",
            StreamErrorKind::ZeroIncrement => "WINDOW_UPDATE of 0",
            StreamErrorKind::WindowOverflow => "a window above 2^31-1",
            StreamErrorKind::Dependency => "a stream that depends on itself",
            StreamErrorKind::PriorityLength => "a PRIORITY frame of a wrong length",
            StreamErrorKind::Promise => "a request that cannot be promised",
        }
    }
}

impl fmt::Display for StreamErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
