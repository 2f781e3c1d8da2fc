//! How long a connection may wait.

use std::time::Duration;

/// How long a connection may wait: for its peer, without use, and at its end.
///
/// Nothing is set but the deadlines of a graceful shutdown. [`Duration::MAX`] takes a deadline
/// away. A [timer](super::set_timer) runs only on connections that have a deadline ahead of them.
///
/// ```
/// use h2::tuning::{self, Deadlines, IdleTimeout, KeepAlive, Tuning};
/// use std::time::Duration;
///
/// const SECOND: Duration = Duration::from_secs(1);
/// let deadlines = Deadlines::new()
///     .handshake_timeout(10 * SECOND)
///     .keep_alive(KeepAlive::new(60 * SECOND).timeout(20 * SECOND))
///     .idle_timeout(IdleTimeout::new(600 * SECOND));
/// // For all connections that are made later, also those of hyper, tonic and reqwest.
/// tuning::set_defaults(Tuning::new().deadlines(deadlines));
/// # tuning::set_defaults(Tuning::new());
/// ```
///
/// Where a deadline passes, the connection's observer gets
/// [`EventKind::DeadlinePassed`](crate::insight::EventKind::DeadlinePassed), and
/// [`Counts::deadlines_passed`](crate::insight::Counts::deadlines_passed) counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it does nothing until it is given to a builder or to `Tuning`"]
pub struct Deadlines {
    pub(crate) handshake: Duration,
    pub(crate) settings_ack: Duration,
    pub(crate) keep_alive: Option<KeepAlive>,
    pub(crate) idle: Option<IdleTimeout>,
    pub(crate) max_age: Duration,
    pub(crate) max_age_drain_timeout: Duration,
    pub(crate) write: Duration,
    pub(crate) stream_write: Duration,
    pub(crate) shutdown_ping: Duration,
    pub(crate) shutdown_drain: Duration,
    pub(crate) flush: Duration,
    pub(crate) close: Duration,
}

/// No deadline.
pub(crate) const NEVER: Duration = Duration::MAX;

/// Where the deadline of a setting is to be above 0.
#[track_caller]
const fn checked(timeout: Duration) -> Duration {
    assert!(!timeout.is_zero(), "a deadline: expected more than 0, `Duration::MAX` for none");
    timeout
}

impl Deadlines {
    /// The defaults: only a graceful shutdown and a closing connection have deadlines.
    pub const fn new() -> Self {
        Deadlines {
            handshake: NEVER,
            settings_ack: NEVER,
            keep_alive: None,
            idle: None,
            max_age: NEVER,
            max_age_drain_timeout: NEVER,
            write: NEVER,
            stream_write: NEVER,
            shutdown_ping: Duration::from_secs(10),
            shutdown_drain: NEVER,
            flush: Duration::from_secs(30),
            close: Duration::ZERO,
        }
    }

    /// Sets how long the peer may take to send its preface, its SETTINGS frame included ([RFC 9113,
    /// section 3.4](https://www.rfc-editor.org/rfc/rfc9113#section-3.4)). There is no limit by
    /// default.
    ///
    /// The time begins when the server begins to wait for the preface of a client. If that does not
    /// come, the handshake fails with an error of the kind
    /// [`TimedOut`](std::io::ErrorKind::TimedOut). It begins anew when the preface has come, and on
    /// a client with its connection. If SETTINGS does not come, the connection ends with GOAWAY and
    /// SETTINGS_TIMEOUT.
    ///
    /// # Panics
    ///
    /// If `timeout` is 0. So it is with all deadlines.
    #[track_caller]
    pub const fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake = checked(timeout);
        self
    }

    /// Sets how long the peer may take to acknowledge a SETTINGS frame ([RFC 9113, section
    /// 6.5.3](https://www.rfc-editor.org/rfc/rfc9113#section-6.5.3)). There is no limit by default.
    ///
    /// The connection then ends with GOAWAY and SETTINGS_TIMEOUT.
    #[track_caller]
    pub const fn settings_ack_timeout(mut self, timeout: Duration) -> Self {
        self.settings_ack = checked(timeout);
        self
    }

    /// Sets when PING frames are sent to find out whether the peer is alive ([RFC 9113, section
    /// 6.7](https://www.rfc-editor.org/rfc/rfc9113#section-6.7)). None are sent by default.
    pub const fn keep_alive(mut self, keep_alive: KeepAlive) -> Self {
        self.keep_alive = Some(keep_alive);
        self
    }

    /// Sets how long a connection may have no open stream. There is no limit by default.
    ///
    /// The connection then shuts down gracefully: requests that are on their way are still served.
    pub const fn idle_timeout(mut self, timeout: IdleTimeout) -> Self {
        self.idle = Some(timeout);
        self
    }

    /// Sets the age at which a connection begins a graceful shutdown. There is no limit by default.
    ///
    /// Each connection has its own age between 90 % and 110 % of this, so that connections that
    /// were opened together do not end together. A client takes no more requests on the connection
    /// then, and sends those that it has taken; [`SendRequest`](crate::client::SendRequest) returns
    /// an error, with which a pool opens another connection.
    #[track_caller]
    pub const fn max_age(mut self, age: Duration) -> Self {
        self.max_age = checked(age);
        self
    }

    /// Sets how long streams may go on after [`max_age`](Self::max_age). There is no limit by
    /// default. The connection then ends, and its streams with it.
    #[track_caller]
    pub const fn max_age_drain_timeout(mut self, timeout: Duration) -> Self {
        self.max_age_drain_timeout = checked(timeout);
        self
    }

    /// Sets how long the transport may take no octet while some wait to be written. There is no
    /// limit by default.
    ///
    /// A peer that reads nothing holds the memory of all that is to be sent to it. The connection
    /// then ends with an error of the kind [`TimedOut`](std::io::ErrorKind::TimedOut).
    #[track_caller]
    pub const fn write_timeout(mut self, timeout: Duration) -> Self {
        self.write = checked(timeout);
        self
    }

    /// Sets how long a stream may have something to send while the peer gives it no window ([RFC
    /// 9113, section 6.9](https://www.rfc-editor.org/rfc/rfc9113#section-6.9)), its own or that of
    /// the connection. There is no limit by default.
    ///
    /// The stream is then reset with CANCEL, at the latest after an eighth of the time more. A
    /// WINDOW_UPDATE that lets it send begins the time anew, as does window of the connection that
    /// other streams use: this is no defence against a peer that gives an octet at a time.
    #[track_caller]
    pub const fn stream_write_timeout(mut self, timeout: Duration) -> Self {
        self.stream_write = checked(timeout);
        self
    }

    /// Sets how long a graceful shutdown of a server waits for the client to acknowledge its PING
    /// ([RFC 9113, section 6.8](https://www.rfc-editor.org/rfc/rfc9113#section-6.8)). The default
    /// is 10 seconds.
    ///
    /// The final GOAWAY is then sent without it. Requests that arrive later are not served, and the
    /// client may send them again elsewhere.
    #[track_caller]
    pub const fn shutdown_ping_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_ping = checked(timeout);
        self
    }

    /// Sets how long streams may go on after the beginning of a graceful shutdown. There is no
    /// limit by default. The connection then ends, and its streams with it.
    ///
    /// Without a limit and without [`keep_alive`](Self::keep_alive), a connection that shuts down
    /// sends a PING when it has received nothing for 60 seconds, and ends if nothing comes within
    /// 60 more.
    #[track_caller]
    pub const fn shutdown_drain_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_drain = checked(timeout);
        self
    }

    /// Sets how long a connection that closes may wait until the transport takes more of what is to
    /// be written, the last GOAWAY included. The default is 30 seconds. The transport is then
    /// dropped. A transport with a large buffer of its own, such as TLS over a slow link, may take
    /// that long although octets arrive.
    #[track_caller]
    pub const fn flush_timeout(mut self, timeout: Duration) -> Self {
        self.flush = checked(timeout);
        self
    }

    /// Sets how long a connection that has written all and closed its side waits for the peer to
    /// close the other side. It does not wait by default.
    ///
    /// What the peer still sends meanwhile is discarded. A TCP socket that is dropped while octets
    /// of the peer wait in it is reset, and the peer may then lose the last GOAWAY.
    pub const fn close_timeout(mut self, timeout: Duration) -> Self {
        self.close = timeout;
        self
    }

    /// Whether there is a deadline before a connection shuts down or closes.
    pub(crate) fn bound_open_connections(&self) -> bool {
        self.keep_alive.is_some()
            || self.idle.is_some()
            || [self.handshake, self.settings_ack, self.max_age, self.write, self.stream_write]
                .iter()
                .any(|timeout| *timeout != NEVER)
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Deadlines::new()
    }
}

/// When PING frames are sent to find out whether the peer is alive.
///
/// A PING is sent when nothing has been received for the interval. Whatever the peer sends shows
/// that it is alive. If nothing comes within the timeout, the connection ends with an error of the
/// kind [`TimedOut`](std::io::ErrorKind::TimedOut).
///
/// Servers may object to clients that send many. gRPC servers by default accept one PING in 5
/// minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it does nothing until it is given to `Deadlines`"]
pub struct KeepAlive {
    pub(crate) min: Duration,
    pub(crate) max: Duration,
    pub(crate) timeout: Duration,
    pub(crate) while_idle: bool,
    pub(crate) jitter_percent: u8,
}

impl KeepAlive {
    /// A fixed interval, a timeout of 20 seconds, no PINGs while no stream is open, and a jitter of
    /// 30 %.
    ///
    /// # Panics
    ///
    /// If `interval` is 0.
    #[track_caller]
    pub const fn new(interval: Duration) -> Self {
        KeepAlive::adaptive(interval, interval)
    }

    /// An interval of 1000 round trips, between `min` and `max`. A peer that is near is then found
    /// dead sooner than one that is far away.
    ///
    /// The round trip is measured. Until it is known, the interval is `max`.
    ///
    /// # Panics
    ///
    /// If `min` is 0 or above `max`.
    #[track_caller]
    pub const fn adaptive(min: Duration, max: Duration) -> Self {
        assert!(min.as_nanos() <= max.as_nanos(), "the interval of PINGs: expected a minimum up to the maximum");
        KeepAlive { min: checked(min), max, timeout: Duration::from_secs(20), while_idle: false, jitter_percent: 30 }
    }

    /// Sets how long the peer may send nothing after a PING. The default is 20 seconds.
    ///
    /// # Panics
    ///
    /// If `timeout` is 0.
    #[track_caller]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = checked(timeout);
        self
    }

    /// Sets whether PINGs are sent while no stream is open. None are by default.
    pub const fn while_idle(mut self, enabled: bool) -> Self {
        self.while_idle = enabled;
        self
    }

    /// Sets by how much an interval is drawn shorter or longer, in percent, 0 to 90. The default is
    /// 30, so that connections that were opened together do not send PINGs together.
    ///
    /// # Panics
    ///
    /// If `percent` is above 90.
    #[track_caller]
    pub const fn jitter_percent(mut self, percent: u8) -> Self {
        assert!(percent <= 90, "the jitter of PINGs: expected 0 to 90 percent");
        self.jitter_percent = percent;
        self
    }
}

/// How long a connection may have no open stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it does nothing until it is given to `Deadlines`"]
pub struct IdleTimeout {
    pub(crate) min: Duration,
    pub(crate) max: Duration,
}

impl IdleTimeout {
    /// A fixed time.
    ///
    /// # Panics
    ///
    /// If `timeout` is 0.
    #[track_caller]
    pub const fn new(timeout: Duration) -> Self {
        IdleTimeout::adaptive(timeout, timeout)
    }

    /// A time between `min` and `max` that follows the use of the connection.
    ///
    /// It is the 95th percentile of the last 32 times without an open stream, multiplied by a
    /// factor of 1 to 2.5: how many times as many streams the busiest 10 seconds of the last 5
    /// minutes had as the mean. It is `max` until a stream has followed on a time without one.
    ///
    /// # Panics
    ///
    /// If `min` is 0 or above `max`.
    #[track_caller]
    pub const fn adaptive(min: Duration, max: Duration) -> Self {
        assert!(min.as_nanos() <= max.as_nanos(), "an idle timeout: expected a minimum up to the maximum");
        IdleTimeout { min: checked(min), max }
    }
}
