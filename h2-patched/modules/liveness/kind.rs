//! The deadlines of a connection, by name.

/// A deadline of a connection, see [`Deadlines`](crate::tuning::Deadlines).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum DeadlineKind {
    /// SETTINGS of the peer, `handshake_timeout`. A server whose client sends no preface has no
    /// connection yet, and so no event.
    Handshake,
    /// The acknowledgement of SETTINGS, `settings_ack_timeout`.
    SettingsAck,
    /// A sign of life after a PING, `keep_alive`.
    KeepAlive,
    /// The use of the connection, `idle_timeout`.
    Idle,
    /// The age of the connection, `max_age`.
    MaxAge,
    /// The end of streams after that, `max_age_drain_timeout`.
    MaxAgeDrain,
    /// Progress of the transport, `write_timeout`.
    Write,
    /// Window for a stream that has something to send, `stream_write_timeout`. The event names the
    /// stream.
    StreamWrite,
    /// The acknowledgement of the PING of a graceful shutdown, `shutdown_ping_timeout`.
    ShutdownPing,
    /// The end of streams after the beginning of a graceful shutdown, `shutdown_drain_timeout`.
    Drain,
    /// Progress of the transport while the connection closes, `flush_timeout`.
    Flush,
    /// The end of the peer's side, `close_timeout`.
    Close,
}

impl DeadlineKind {
    /// A short name, for labels.
    pub fn as_str(self) -> &'static str {
        match self {
            DeadlineKind::Handshake => "handshake",
            DeadlineKind::SettingsAck => "settings-ack",
            DeadlineKind::KeepAlive => "keep-alive",
            DeadlineKind::Idle => "idle",
            DeadlineKind::MaxAge => "max-age",
            DeadlineKind::MaxAgeDrain => "max-age-drain",
            DeadlineKind::Write => "write",
            DeadlineKind::StreamWrite => "stream-write",
            DeadlineKind::ShutdownPing => "shutdown-ping",
            DeadlineKind::Drain => "drain",
            DeadlineKind::Flush => "flush",
            DeadlineKind::Close => "close",
        }
    }

    /// What an error says of it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            DeadlineKind::Handshake => "the peer sent no SETTINGS in time",
            DeadlineKind::SettingsAck => "the peer did not acknowledge SETTINGS in time",
            DeadlineKind::KeepAlive => "the peer sent nothing after a keep-alive PING",
            DeadlineKind::Idle => "the connection was idle",
            DeadlineKind::MaxAge => "the connection reached its maximum age",
            DeadlineKind::MaxAgeDrain | DeadlineKind::Drain => "streams did not end in time after the shutdown began",
            DeadlineKind::Write => "the transport took no octet in time",
            DeadlineKind::StreamWrite => "the peer gave the stream no window in time",
            DeadlineKind::ShutdownPing => "the peer did not acknowledge the PING of the shutdown in time",
            DeadlineKind::Flush => "the transport took no octet in time while the connection closed",
            DeadlineKind::Close => "the peer did not close its side in time",
        }
    }
}
