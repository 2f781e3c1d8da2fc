//! How connections receive, and defaults for the whole process.
//!
//! Programs that use this crate through others, such as hyper, tonic or reqwest, never see its
//! builders. One call of [`set_defaults`] changes the defaults for all connections made later in
//! the process, as long as all of them use one copy of this crate.
//!
//! ```
//! use h2::tuning::{self, Tuning};
//!
//! // At the start of the program.
//! tuning::set_defaults(
//!     Tuning::new()
//!         .max_connection_receive_buffer_size(16 << 20)
//!         .max_process_receive_buffer_size(256 << 20),
//! );
//! ```
//!
//! # Precedence
//!
//! Each setting is resolved on its own: first the builder of the connection, then [`set_defaults`],
//! then the default of this crate. A library that calls those methods of a builder therefore has
//! the last word; hyper calls none of them.
//!
//! # Receive windows
//!
//! A connection begins with the windows that its builder sets ([RFC 9113, section
//! 6.9.2](https://www.rfc-editor.org/rfc/rfc9113#section-6.9.2)). Where a window limits throughput,
//! it grows. Where unread octets of one stream use up the connection's window while the reader of
//! another stream waits, the connection's window is raised. Both are charged to the *receive
//! buffer* of the connection and to that of the process. Each has a limit,
//! [`max_connection_receive_buffer_size`](Tuning::max_connection_receive_buffer_size) and
//! [`max_process_receive_buffer_size`](Tuning::max_process_receive_buffer_size):
//!
//! * The advertised window and the unread octets together exceed neither the window that was set
//!   for the connection nor the limit of its receive buffer, whichever is more.
//! * The target window is what the peer should be able to send at any time. It grows to about twice
//!   what readers consume in a round trip, and to half of the connection's limit at most. The rest
//!   is for unread octets.
//! * The window of a stream grows up to that of its connection, except where the application sets
//!   it for this stream alone. What one stream leaves unread is bounded by its own window.
//! * What all connections grant and hold beyond the windows that were set for them is charged to
//!   the receive buffer of the process. A connection may take half of what is free. A quarter is
//!   not used for growth. While growth is refused to one connection, others that hold more than an
//!   even share give up some of it.
//! * Windows grow by what readers consume, not by what peers send, and stay as they are through a
//!   pause. A connection is idle when half of its window was not consumed for a second, or for four
//!   round trips if that is longer. While the receive buffer of the process is short, an idle
//!   connection is charged for what it holds unread and for an eighth of what its peer may still
//!   send. If the memory is in use when its peer sends again, the connection begins anew with the
//!   windows that were set for it.
//!
//! No frames are sent for this but WINDOW_UPDATE, and no timer runs.
//!
//! # Deadlines
//!
//! How long a connection may wait for its peer, without use and at its end is set by [`Deadlines`].
//!
//! # What a peer can make a program hold
//!
//! Octets of content at most:
//!
//! * One connection, where the application reads nothing: its window.
//! * One connection, where one reader waits and others do not read: the larger of its window and
//!   the limit of its receive buffer.
//! * In both cases its window once more, for streams that the peer has reset while the application
//!   keeps them.
//! * All connections together: twice their windows, the limit of the process, and what idle
//!   connections were announced before, which is seven times that limit at most and cannot be
//!   announced without a reader that consumed as much before.
//!
//! # As without this
//!
//! ```
//! use h2::tuning::{self, Tuning};
//!
//! // All windows stay as they are set, and unread octets close the connection's window.
//! tuning::set_defaults(Tuning::new().max_connection_receive_buffer_size(0));
//! ```

mod abuse_limits;
mod builders;
mod deadlines;
pub(crate) mod leniency;
mod requests;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

pub use self::abuse_limits::{AbuseKind, AbuseLimits};
pub use self::deadlines::{Deadlines, IdleTimeout, KeepAlive};
pub use crate::liveness::{set_timer, Deadline, Timer};
use crate::process_budget;
use crate::proto::MAX_WINDOW_SIZE;
pub use crate::window_policy::WindowUpdatePolicy;
pub(crate) use leniency::{Leniency, LeniencyOptions};
pub(crate) use requests::requests_before_settings;
pub use requests::DEFAULT_MAX_REQUESTS_BEFORE_SETTINGS;

/// The limit of a connection's receive buffer unless another is set, in octets: 64 MiB.
pub const DEFAULT_MAX_CONNECTION_RECEIVE_BUFFER_SIZE: u32 = 64 << 20;

/// Returns the limit of the process's receive buffer unless another is set, in octets: 1/32 of the
/// memory that the process may use.
///
/// That memory is the machine's, or the least of the limits of the process's control groups (Linux:
/// `/proc/meminfo`, `/proc/self/cgroup` and the files `memory.max` or `memory.limit_in_bytes` that
/// it leads to). 4 GiB give 128 MiB, a container of 64 MiB gets 2 MiB. Where the system does not
/// say, the default is 128 MiB. The files are read once, when the value is needed first.
pub fn default_max_process_receive_buffer_size() -> usize {
    process_budget::default_budget()
}

static DEFAULTS: RwLock<Tuning> = RwLock::new(Tuning::new());

/// Whether [`set_defaults`] was called. Until then, opening a connection takes no lock for its
/// defaults.
static IS_SET: AtomicBool = AtomicBool::new(false);

/// Defaults for all connections of a process, given to [`set_defaults`].
///
/// Values out of range panic where they are set; in a `const` that is an error of the compiler.
///
/// ```compile_fail,E0080
/// # use h2::tuning::{self, Tuning};
/// const TUNING: Tuning = Tuning::new().max_connection_receive_buffer_size(1 << 31);
/// tuning::set_defaults(TUNING);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it does nothing until it is given to `set_defaults`"]
pub struct Tuning {
    window_update_policy: WindowUpdatePolicy,
    adaptive_window: bool,
    max_connection_receive_buffer_size: u32,
    max_process_receive_buffer_size: Option<usize>,
    max_connection_send_buffer_size: Option<usize>,
    deadlines: Deadlines,
    max_requests_before_settings: Option<usize>,
    leniency: Leniency,
    abuse_limits: AbuseLimits,
}

impl Tuning {
    /// The defaults of this crate.
    pub const fn new() -> Self {
        Tuning {
            window_update_policy: WindowUpdatePolicy::new(),
            adaptive_window: true,
            max_connection_receive_buffer_size: DEFAULT_MAX_CONNECTION_RECEIVE_BUFFER_SIZE,
            max_process_receive_buffer_size: None,
            max_connection_send_buffer_size: None,
            deadlines: Deadlines::new(),
            max_requests_before_settings: None,
            leniency: Leniency::NONE,
            abuse_limits: AbuseLimits::new(),
        }
    }

    /// Sets when WINDOW_UPDATE frames are sent, for connections and their streams. The default is
    /// [`WindowUpdatePolicy::new`].
    pub const fn window_update_policy(mut self, policy: WindowUpdatePolicy) -> Self {
        self.window_update_policy = policy;
        self
    }

    /// Sets whether receive windows grow where they limit throughput. They do by default.
    ///
    /// Without growth the receive buffers still keep the connection's window open beside streams
    /// without a reader.
    pub const fn adaptive_window(mut self, enabled: bool) -> Self {
        self.adaptive_window = enabled;
        self
    }

    /// Sets the limit of a connection's receive buffer, in octets, 0 to 2^31-1: of the window that
    /// the peer was granted and of what it has sent and the application has not read, taken
    /// together. The default is [`DEFAULT_MAX_CONNECTION_RECEIVE_BUFFER_SIZE`].
    ///
    /// The window of the connection grows up to half of it; one that was set larger stays as it is.
    /// With 0 all windows stay as they are set.
    ///
    /// # Panics
    ///
    /// If `octets` is above 2^31-1 ([RFC 9113, section
    /// 6.9.1](https://www.rfc-editor.org/rfc/rfc9113#section-6.9.1)).
    #[track_caller]
    pub const fn max_connection_receive_buffer_size(mut self, octets: u32) -> Self {
        self.max_connection_receive_buffer_size = checked_buffer_size(octets);
        self
    }

    /// Sets the limit of the receive buffer that all connections of the process share, those that
    /// are open too, in octets, 0 to [`usize::MAX`]. The default is
    /// [`default_max_process_receive_buffer_size`].
    ///
    /// A connection that needs more than there is goes on as soon as others give something back, or
    /// this is raised. What connections hold beyond a lowered limit comes back as it is read. With
    /// 0 no connection is granted more than the window that was set for it; its streams may grow
    /// within that.
    pub const fn max_process_receive_buffer_size(mut self, octets: usize) -> Self {
        self.max_process_receive_buffer_size = Some(octets);
        self
    }

    /// Sets how many octets of DATA a connection buffers for sending at most, over all streams, 1
    /// or more; see
    /// [`server::Builder::max_connection_send_buffer_size`](crate::server::Builder::max_connection_send_buffer_size).
    /// There is no limit by default.
    ///
    /// # Panics
    ///
    /// If `octets` is 0.
    #[track_caller]
    pub const fn max_connection_send_buffer_size(mut self, octets: usize) -> Self {
        assert!(octets > 0, "the send buffer of a connection: expected 1 octet or more");
        self.max_connection_send_buffer_size = Some(octets);
        self
    }

    /// Sets how long connections may wait: for their peers, without use, and at their end. The
    /// default is [`Deadlines::new`].
    ///
    /// A builder that sets deadlines replaces all of them.
    pub const fn deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// How long a handshake may take.
    pub(crate) fn handshake_timeout(&self) -> Duration {
        self.deadlines.handshake
    }

    /// Sets how much peers may do of what costs this end more than it costs them. The default is
    /// [`AbuseLimits::new`]. A builder that sets limits replaces all of them.
    pub const fn abuse_limits(mut self, limits: AbuseLimits) -> Self {
        self.abuse_limits = limits;
        self
    }

    /// The limit of what a connection buffers for sending: its own, or else this one.
    fn send_buffer(&self, own: Option<usize>) -> Option<usize> {
        own.or(self.max_connection_send_buffer_size)
    }
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning::new()
    }
}

/// Makes these the defaults of all connections that are made later in this process.
///
/// What was set by an earlier call is replaced as a whole. Connections that are open keep what they
/// were made with, except that they share the new
/// [`max_process_receive_buffer_size`](Tuning::max_process_receive_buffer_size). A server's
/// connection is made when its client's preface has come.
pub fn set_defaults(tuning: Tuning) {
    {
        let mut defaults = DEFAULTS.write().unwrap_or_else(PoisonError::into_inner);
        *defaults = tuning;
        IS_SET.store(true, Relaxed);
        process_budget::set(tuning.max_process_receive_buffer_size);
    }
    process_budget::serve();
}

/// Returns the defaults in force: those that [`set_defaults`] set last.
///
/// ```
/// use h2::tuning;
///
/// // Changes one setting and keeps the others.
/// tuning::set_defaults(tuning::defaults().adaptive_window(false));
/// assert_eq!(tuning::defaults(), tuning::Tuning::new().adaptive_window(false));
/// ```
pub fn defaults() -> Tuning {
    if !IS_SET.load(Relaxed) {
        return Tuning::new();
    }
    *DEFAULTS.read().unwrap_or_else(PoisonError::into_inner)
}

/// The limit of what a connection buffers for sending: its own, or else the process's.
pub(crate) fn connection_send_buffer(own: Option<usize>) -> Option<usize> {
    defaults().send_buffer(own)
}

/// The deadlines of a connection that is opened: its own, or else the process's. `None` where these
/// are the default.
pub(crate) fn deadlines(own: Option<Box<Deadlines>>) -> Option<Box<Deadlines>> {
    if own.is_some() || !IS_SET.load(Relaxed) {
        return own;
    }
    Some(defaults().deadlines).filter(|deadlines| *deadlines != Deadlines::new()).map(Box::new)
}

#[track_caller]
const fn checked_buffer_size(octets: u32) -> u32 {
    assert!(octets <= MAX_WINDOW_SIZE, "the receive buffer of a connection: expected 0 to 2147483647 octets");
    octets
}

/// How a connection receives, as far as its builder said.
#[derive(Clone, Debug)]
pub(crate) struct ReceiveOptions {
    policy: Option<WindowUpdatePolicy>,
    grows: Option<bool>,
    budget: Option<u32>,
    abuse: Option<Arc<AbuseLimits>>,
}

/// How a connection receives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Receiving {
    pub(crate) policy: WindowUpdatePolicy,
    pub(crate) grows: bool,
    pub(crate) budget: u32,
}

impl ReceiveOptions {
    pub(crate) const fn new() -> Self {
        ReceiveOptions { policy: None, grows: None, budget: None, abuse: None }
    }

    /// The limits of abuse: those of the builder, or else those of the process; `None` if those are
    /// the defaults.
    pub(crate) fn abuse_limits(&self) -> Option<Arc<AbuseLimits>> {
        self.abuse_limits_or(&defaults())
    }

    fn abuse_limits_or(&self, process: &Tuning) -> Option<Arc<AbuseLimits>> {
        let limits = process.abuse_limits;
        let is_set = limits != AbuseLimits::new();
        self.abuse.clone().or_else(|| is_set.then(|| Arc::new(limits)))
    }

    /// What the builder did not say is as the process has it.
    pub(crate) fn resolve(&self) -> Receiving {
        self.or(&defaults())
    }

    fn or(&self, process: &Tuning) -> Receiving {
        Receiving {
            policy: self.policy.unwrap_or(process.window_update_policy),
            grows: self.grows.unwrap_or(process.adaptive_window),
            budget: self.budget.unwrap_or(process.max_connection_receive_buffer_size),
        }
    }
}

/// What a process sets is tested where it is a process's: in `tests/tuning.rs`.
#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: WindowUpdatePolicy = WindowUpdatePolicy::new().threshold_percent(10);
    const PROCESS: Tuning =
        Tuning::new().window_update_policy(POLICY).adaptive_window(false).max_connection_receive_buffer_size(7);

    fn effect(own: ReceiveOptions, process: &Tuning) -> (WindowUpdatePolicy, bool, u32) {
        let receiving = own.or(process);
        (receiving.policy, receiving.grows, receiving.budget)
    }

    #[test]
    fn abuse_limits_are_the_builders_or_the_processes_or_the_default() {
        let limited = |burst| AbuseLimits::new().limit(AbuseKind::Ping, burst, 1);
        let process = Tuning::new().abuse_limits(limited(5));
        let (none, mut own) = (ReceiveOptions::new(), ReceiveOptions::new());
        own.abuse = Some(Arc::new(limited(7)));
        assert_eq!(own.abuse_limits_or(&process).as_deref(), Some(&limited(7)));
        assert_eq!(none.abuse_limits_or(&process).as_deref(), Some(&limited(5)));
        assert_eq!(none.abuse_limits_or(&Tuning::new()), None);
    }

    #[test]
    fn where_nothing_is_set_the_defaults_hold() {
        let nothing = effect(ReceiveOptions::new(), &Tuning::new());
        assert_eq!(nothing, (WindowUpdatePolicy::new(), true, DEFAULT_MAX_CONNECTION_RECEIVE_BUFFER_SIZE));
        assert_eq!(Tuning::new().max_process_receive_buffer_size, None);
        assert!(default_max_process_receive_buffer_size() > 0);
        assert_eq!(Tuning::new().send_buffer(None), None);
    }

    #[test]
    fn the_process_goes_before_the_defaults() {
        assert_eq!(effect(ReceiveOptions::new(), &PROCESS), (POLICY, false, 7));
        assert_eq!(PROCESS.max_connection_send_buffer_size(7).send_buffer(None), Some(7));
    }

    #[test]
    fn the_connection_goes_before_the_process_setting_by_setting() {
        let (none, usual) = (ReceiveOptions::new(), WindowUpdatePolicy::new());
        assert_eq!(effect(ReceiveOptions { policy: Some(usual), ..none.clone() }, &PROCESS), (usual, false, 7));
        assert_eq!(effect(ReceiveOptions { grows: Some(true), ..none.clone() }, &PROCESS), (POLICY, true, 7));
        assert_eq!(effect(ReceiveOptions { budget: Some(0), ..none.clone() }, &PROCESS), (POLICY, false, 0));
        assert_eq!(PROCESS.max_connection_send_buffer_size(7).send_buffer(Some(9)), Some(9));
    }
}
