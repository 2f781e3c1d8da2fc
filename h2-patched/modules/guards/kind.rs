//! What a peer is charged for, and how much of it is no flood.

use crate::frame::Reason;
use crate::proto::{Error, DEFAULT_LOCAL_RESET_COUNT_MAX, MAX_RECV_EMPTY_DATA_FRAMES};

/// What a peer is charged for, see [`AbuseLimits`](crate::tuning::AbuseLimits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum AbuseKind {
    /// An error of a stream, which this end resets. A stream that this end opens gives back two,
    /// and a stream that neither side resets gives back one.
    StreamError,
    /// A stream above the limit of concurrent streams.
    RefusedStream,
    /// A DATA frame without content that does not end its stream. A stream and a DATA frame with
    /// content give back two.
    EmptyData,
    /// A request that the peer resets before it has taken the response. A response that the peer
    /// takes to its end gives back two.
    Reset,
    /// A SETTINGS frame that is no acknowledgement.
    Settings,
    /// A PING frame, or its acknowledgement.
    Ping,
    /// A PRIORITY frame.
    Priority,
    /// A WINDOW_UPDATE frame. A stream gives back four, and so does a DATA frame that is sent, if
    /// the window has room for what is to follow. Each 128 octets of it give back one more.
    WindowUpdate,
    /// A CONTINUATION frame.
    Continuation,
    /// A GOAWAY frame.
    GoAway,
    /// A frame that is ignored: of an unknown type, or RST_STREAM on a stream that is over.
    Ignored,
    /// A request whose header fields are larger than the limit.
    LargeFields,
    /// An interim response (1xx). A request gives back 32.
    Interim,
    /// A promised request. A request gives back 32.
    Promise,
}

/// How many kinds there are.
pub(crate) const KINDS: usize = 14;

/// The size of a bucket in tenths of tokens, and the tokens that it gets back in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(super) tenths: u32,
    pub(super) per_second: u32,
}

impl Limit {
    pub(crate) const NONE: Limit = Limit { tenths: u32::MAX, per_second: u32::MAX };

    /// The defaults of all kinds.
    pub(crate) const DEFAULTS: [Limit; KINDS] = {
        let mut limits = [Limit::NONE; KINDS];
        let mut at = 0;
        while at < KINDS {
            limits[at] = AbuseKind::ALL[at].default_limit();
            at += 1;
        }
        limits
    };

    pub(crate) const fn new(burst: u32, per_second: u32) -> Self {
        Limit { tenths: burst.saturating_mul(10), per_second }
    }
}

impl AbuseKind {
    pub(super) const ALL: [AbuseKind; KINDS] = [
        AbuseKind::StreamError,
        AbuseKind::RefusedStream,
        AbuseKind::EmptyData,
        AbuseKind::Reset,
        AbuseKind::Settings,
        AbuseKind::Ping,
        AbuseKind::Priority,
        AbuseKind::WindowUpdate,
        AbuseKind::Continuation,
        AbuseKind::GoAway,
        AbuseKind::Ignored,
        AbuseKind::LargeFields,
        AbuseKind::Interim,
        AbuseKind::Promise,
    ];

    const fn default_limit(self) -> Limit {
        let (burst, per_second) = match self {
            // What the release allows in the life of a connection.
            AbuseKind::StreamError | AbuseKind::LargeFields => (DEFAULT_LOCAL_RESET_COUNT_MAX as u32, 100),
            // A request that is refused costs less than one that is served. No more than 64 of
            // their RST_STREAM frames wait to be written: then nothing is read.
            AbuseKind::RefusedStream => (20_000, 2_000),
            // Ten times what the release allows in the life of a connection.
            AbuseKind::EmptyData => (MAX_RECV_EMPTY_DATA_FRAMES as u32, 1_000),
            // All calls of a busy client at once, some times over. A client that gives up responses
            // early was seen to send more than 128 resets a second.
            AbuseKind::Reset => (4_000, 2_000),
            // Each may change the window of all streams.
            AbuseKind::Settings => (1_000, 100),
            // An estimator of bandwidth has one on its way, so that it sends one a round trip,
            // which takes 50 us at least.
            AbuseKind::Ping => (20_000, 20_000),
            // Browsers that move a tree of some hundred images.
            AbuseKind::Priority => (10_000, 10_000),
            // Beside those that the peer sends for frames. A whole window of the default size may
            // come back by the octet, twice.
            AbuseKind::WindowUpdate => (200_000, 20_000),
            AbuseKind::Ignored => (20_000, 20_000),
            // A thousand requests a second with 80 KiB of fields each.
            AbuseKind::Continuation => (10_000, 5_000),
            // Beside those that each request may have.
            AbuseKind::Interim | AbuseKind::Promise => (1_000, 100),
            // A shutdown sends two. Each looks at all streams.
            AbuseKind::GoAway => (100, 10),
        };
        Limit::new(burst, per_second)
    }

    /// The name of the kind: `"ping"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            AbuseKind::StreamError => "stream-error",
            AbuseKind::RefusedStream => "refused-stream",
            AbuseKind::EmptyData => "empty-data",
            AbuseKind::Reset => "reset",
            AbuseKind::Settings => "settings",
            AbuseKind::Ping => "ping",
            AbuseKind::Priority => "priority",
            AbuseKind::WindowUpdate => "window-update",
            AbuseKind::Continuation => "continuation",
            AbuseKind::GoAway => "go-away",
            AbuseKind::Ignored => "ignored",
            AbuseKind::LargeFields => "large-fields",
            AbuseKind::Interim => "interim",
            AbuseKind::Promise => "promise",
        }
    }

    /// What GOAWAY says when there were too many.
    const fn complaint(self) -> &'static str {
        match self {
            AbuseKind::StreamError => "too_many_internal_resets",
            AbuseKind::RefusedStream => "too_many_refused_streams",
            AbuseKind::EmptyData => "too_many_empty_data_frames",
            AbuseKind::Reset => "too_many_resets",
            AbuseKind::Settings => "too_many_settings",
            AbuseKind::Ping => "too_many_pings",
            AbuseKind::Priority => "too_many_priority_frames",
            AbuseKind::WindowUpdate => "too_many_window_updates",
            AbuseKind::Continuation => "too_many_continuations",
            AbuseKind::GoAway => "too_many_go_aways",
            AbuseKind::Ignored => "too_many_ignored_frames",
            AbuseKind::LargeFields => "too_many_large_field_sections",
            AbuseKind::Interim => "too_many_interim_responses",
            AbuseKind::Promise => "too_many_promises",
        }
    }

    /// The error of a connection whose peer does this too often.
    #[cold]
    pub(crate) fn flood(self) -> Error {
        Error::library_go_away_data(Reason::ENHANCE_YOUR_CALM, self.complaint())
    }
}
