//! What a snapshot says. All sizes are in octets.

use std::io;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "serde")]
use super::json;
use super::{ConnectionReceiveBuffer, Counts};
use crate::{Reason, StreamId};

/// Which end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Side {
    /// This one: the application, or the library on its behalf.
    Local,
    /// The other one.
    Peer,
}

/// What this end of the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Role {
    /// The endpoint sends requests.
    Client,
    /// The endpoint answers requests.
    Server,
}

/// The state of a stream (RFC 9113 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The RFC's own names.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum StreamState {
    Idle,
    ReservedLocal,
    ReservedRemote,
    Open,
    HalfClosedLocal,
    HalfClosedRemote,
    Closed,
}

/// What a stream or connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum BlockedOn {
    /// The peer's limit of concurrent streams (SETTINGS_MAX_CONCURRENT_STREAMS, section 5.1.2): as
    /// many are open as it allows.
    StreamLimit,
    /// The stream's window (section 6.9).
    StreamWindow,
    /// The connection's window, or what data of other streams leaves of it.
    ConnectionWindow,
    /// Room in what a stream or the connection may buffer (`max_send_buffer_size`,
    /// `max_connection_send_buffer_size`).
    SendBuffer,
    /// The transport: it takes no more octets at the moment.
    Transport,
    /// A frame of the peer.
    Peer,
}

impl BlockedOn {
    /// A short name, for labels.
    pub fn as_str(self) -> &'static str {
        match self {
            BlockedOn::StreamLimit => "stream-limit",
            BlockedOn::StreamWindow => "stream-window",
            BlockedOn::ConnectionWindow => "connection-window",
            BlockedOn::SendBuffer => "send-buffer",
            BlockedOn::Transport => "transport",
            BlockedOn::Peer => "peer",
        }
    }
}

/// How a stall ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum StallEnd {
    /// What was missing is there.
    Resumed,
    /// Nothing is to be sent any more: the application lowered its reservation, or no stream is
    /// left that waits for the connection's window.
    Withdrawn,
    /// The stream was reset.
    Reset,
    /// The stream ended: a peer that waited for our window has sent END_STREAM instead of more
    /// content.
    StreamEnded,
    /// The connection ended.
    ConnectionEnded,
}

impl StreamState {
    /// A short name, for labels.
    pub fn as_str(self) -> &'static str {
        match self {
            StreamState::Idle => "idle",
            StreamState::ReservedLocal => "reserved-local",
            StreamState::ReservedRemote => "reserved-remote",
            StreamState::Open => "open",
            StreamState::HalfClosedLocal => "half-closed-local",
            StreamState::HalfClosedRemote => "half-closed-remote",
            StreamState::Closed => "closed",
        }
    }
}

impl StallEnd {
    /// A short name, for labels.
    pub fn as_str(self) -> &'static str {
        match self {
            StallEnd::Resumed => "resumed",
            StallEnd::Withdrawn => "withdrawn",
            StallEnd::Reset => "reset",
            StallEnd::StreamEnded => "stream-ended",
            StallEnd::ConnectionEnded => "connection-ended",
        }
    }
}

impl Side {
    /// A short name, for labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Side::Local => "local",
            Side::Peer => "peer",
        }
    }
}

impl Role {
    /// A short name, for labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Client => "client",
            Role::Server => "server",
        }
    }
}

/// A wait of a stream or connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Blocked {
    /// What it waits for.
    pub on: BlockedOn,
    /// How long the wait has lasted, as far as that is known: a reader's wait is timed only on
    /// connections that have an observer.
    ///
    /// A writer's wait for the connection's window counts from when that ran out, or later from
    /// when the writer began.
    #[cfg_attr(feature = "serde", serde(rename = "lasting_seconds", serialize_with = "json::seconds"))]
    pub lasting: Option<Duration>,
}

/// Why a stream or a connection was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum CloseReason {
    /// Nothing went wrong. A stream: both sides sent END_STREAM. A connection: its owner dropped
    /// it.
    Ended,
    /// An error code was sent, or would have been, or was received; of a connection it is orderly
    /// with NO_ERROR.
    #[non_exhaustive]
    Code {
        /// The endpoint that it belongs to.
        by: Side,
        /// The error code (section 7).
        #[cfg_attr(feature = "serde", serde(serialize_with = "json::debug"))]
        reason: Reason,
    },
    /// The transport failed or was closed.
    Transport(#[cfg_attr(feature = "serde", serde(serialize_with = "json::debug"))] io::ErrorKind),
}

/// One end of the connection refuses new streams (section 6.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GoingAway {
    /// NO_ERROR for a graceful shutdown.
    #[cfg_attr(feature = "serde", serde(serialize_with = "json::debug"))]
    pub reason: Reason,
    /// The last stream that the sender of the GOAWAY might act on.
    #[cfg_attr(feature = "serde", serde(serialize_with = "json::stream_id"))]
    pub last_stream: StreamId,
}

/// The sending half of a stream or connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SendHalf {
    /// What the peer's window leaves. That of a stream is negative after the peer lowered
    /// SETTINGS_INITIAL_WINDOW_SIZE below what was sent (section 6.9.2).
    pub window: i64,
    /// Handed over by the application and not in frames yet.
    pub queued: u64,
    /// What the application announced to send beyond that, by `reserve_capacity`.
    pub reserved: u64,
    /// The part of the reserved octets that the application may hand over now: its capacity.
    pub capacity: u64,
}

/// The receiving half of a stream or connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReceiveHalf {
    /// What the peer may still send as it knows, once it has what was sent to it. DATA that is
    /// discarded on a stream that was reset here does not count.
    pub announced: i64,
    /// What it could be allowed now: `announced`, and what was released and is not worth a
    /// WINDOW_UPDATE yet.
    pub available: i64,
    /// Received and not released by the application: unread octets, and those read whose capacity
    /// it keeps.
    pub in_flight: u64,
    /// The window that is aimed at. Of a stream that is `available` and `in_flight` together; of a
    /// connection they may exceed it, where octets that some streams leave unread do not count
    /// against the others.
    pub target: i64,
    /// Received and not read by the application.
    pub unread: u64,
}

/// The concurrent streams that one side opened, and the limit that the other side sets (section
/// 5.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StreamLimit {
    /// The streams that count towards the limit now.
    pub active: usize,
    /// The limit; `usize::MAX` if there is none.
    #[cfg_attr(feature = "serde", serde(serialize_with = "json::limit"))]
    pub max: usize,
}

/// A connection as it was at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ConnectionSnapshot {
    /// The number of the connection in this process, from 1.
    pub id: u64,
    /// The name that the application gave it, see [`Connection::label`](super::Connection::label).
    #[cfg_attr(feature = "serde", serde(serialize_with = "json::text"))]
    pub label: Option<Arc<str>>,
    /// What this end is.
    pub role: Role,
    /// How long ago its handshake began.
    #[cfg_attr(feature = "serde", serde(rename = "age_seconds", serialize_with = "json::whole_seconds"))]
    pub age: Duration,
    /// The shortest round trip that was learnt from frames sent anyway, if one was learnt: the
    /// first one is the acknowledgement of our SETTINGS.
    #[cfg_attr(feature = "serde", serde(rename = "round_trip_seconds", serialize_with = "json::seconds"))]
    pub round_trip: Option<Duration>,
    /// The window for sending, and what streams have queued together.
    pub send: SendHalf,
    /// The window for receiving, and what streams hold together.
    pub receive: ReceiveHalf,
    /// The use of its receive buffer.
    pub receive_buffer: ConnectionReceiveBuffer,
    /// What keeps this end from sending, on whatever stream: [`BlockedOn::ConnectionWindow`] or
    /// [`BlockedOn::Transport`].
    pub writer: Option<Blocked>,
    /// Whether our window for the connection keeps the peer from sending DATA: then the application
    /// does not read, or keeps the capacity of what it read.
    pub peer: Option<Blocked>,
    /// The streams that this end opened, and the limit that the peer sets.
    pub local_streams: StreamLimit,
    /// The streams that the peer opened, and the limit that this end sets.
    pub peer_streams: StreamLimit,
    /// The streams of this end that wait until the peer's limit allows them to open.
    pub waiting_to_open: usize,
    /// The last GOAWAY that was sent.
    pub going_away: Option<GoingAway>,
    /// The last GOAWAY that was received.
    pub peer_going_away: Option<GoingAway>,
    /// Why the connection was closed, if it was: known once polling it gave its end, or it was
    /// dropped. Handles of its streams may be left.
    pub close_reason: Option<CloseReason>,
    /// What it counted.
    pub counts: Counts,
    /// The streams, those that are over and still referred to included, in no order.
    pub streams: Vec<StreamSnapshot>,
}

/// A stream as it was at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StreamSnapshot {
    /// The number of the stream (section 5.1.1).
    #[cfg_attr(feature = "serde", serde(serialize_with = "json::stream_id"))]
    pub id: StreamId,
    /// The state of the stream.
    pub state: StreamState,
    /// What it sends.
    pub send: SendHalf,
    /// What it receives.
    pub receive: ReceiveHalf,
    /// What keeps it from sending, if it has anything to send or reserved capacity and has none.
    pub writer: Option<Blocked>,
    /// Whether the application waits for the peer: for its response, DATA or trailers.
    pub reader: Option<Blocked>,
    /// Whether our window for the stream keeps the peer from sending DATA. The connection's window
    /// may do so as well.
    pub peer: Option<Blocked>,
    /// WINDOW_UPDATE frames of this stream that were sent.
    pub updates_sent: u32,
    /// WINDOW_UPDATE frames of this stream that were received.
    pub updates_received: u32,
    /// Handles that the application holds.
    pub handles: usize,
}
