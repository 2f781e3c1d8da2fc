//! How connections receive, and defaults for the whole process.
//!
//! Programs that use this crate through others, such as hyper, tonic or reqwest, never see its builders. [`set`] changes the
//! defaults for all connections made later, whoever makes them; what a builder of this crate sets goes before.
//!
//! ```
//! use h2::tuning::Tuning;
//!
//! // At the start of the program.
//! h2::tuning::set(Tuning::new().receive_budget(16 << 20).process_receive_budget(256 << 20));
//! ```
//!
//! # Receive windows
//!
//! A connection begins with the windows that its builder sets. Where a window limits throughput it grows, and where octets that
//! one stream leaves unread use up the window of the connection, that one is raised for the others. Both are paid from the
//! connection's *receive budget* and from one of the process:
//!
//! * what peers were granted and what they sent and nobody has read yet, taken together, exceed neither the window that was set
//!   for the connection nor its receive budget, whichever is more;
//! * what all connections grant and hold beyond the windows that were set for them does not exceed the budget of the process. A
//!   connection takes no more of it than it leaves for the others.
//!
//! A budget of 0 keeps windows as they were set.

mod builders;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Instant;

use crate::proto::MAX_WINDOW_SIZE;
pub use crate::window_policy::WindowUpdatePolicy;

/// The receive budget of a connection unless another is set, in octets: 64 MiB.
pub const DEFAULT_RECEIVE_BUDGET: u32 = 64 << 20;

/// The receive budget of the process unless another is set, in octets: 128 MiB.
pub const DEFAULT_PROCESS_RECEIVE_BUDGET: usize = 128 << 20;

static PROCESS_RECEIVE_BUDGET: AtomicUsize = AtomicUsize::new(DEFAULT_PROCESS_RECEIVE_BUDGET);

static DEFAULTS: RwLock<Tuning> = RwLock::new(Tuning::new());

/// Defaults for connections. What is not set here stays as this crate has it.
#[derive(Clone, Copy, Debug)]
#[must_use = "it does nothing until it is given to `set`"]
pub struct Tuning {
    receive: ReceiveOptions,
    process_receive_budget: usize,
    connection_send_buffer: Option<usize>,
}

impl Tuning {
    /// The defaults of this crate.
    pub const fn new() -> Self {
        Tuning {
            receive: ReceiveOptions::new(),
            process_receive_budget: DEFAULT_PROCESS_RECEIVE_BUDGET,
            connection_send_buffer: None,
        }
    }

    /// Sets when WINDOW_UPDATE frames are sent.
    pub const fn window_update_policy(mut self, policy: WindowUpdatePolicy) -> Self {
        self.receive.policy = Some(policy);
        self
    }

    /// Sets whether windows grow where they limit throughput. They do by default.
    pub const fn window_growth(mut self, grows: bool) -> Self {
        self.receive.grows = Some(grows);
        self
    }

    /// Sets the receive budget of a connection, in octets, 0 to 2^31-1. The default is [`DEFAULT_RECEIVE_BUDGET`].
    ///
    /// Windows grow up to half of it; the other half is there for octets that nobody reads. 0 keeps windows as they are set.
    ///
    /// # Panics
    ///
    /// If `octets` is above 2^31-1 ([RFC 9113, section 6.9.1](https://www.rfc-editor.org/rfc/rfc9113#section-6.9.1)).
    #[track_caller]
    pub const fn receive_budget(mut self, octets: u32) -> Self {
        self.receive.budget = Some(checked_budget(octets));
        self
    }

    /// Sets the receive budget that all connections of the process share, those that are open too, in octets. The default is
    /// [`DEFAULT_PROCESS_RECEIVE_BUDGET`]. With 0 all windows stay as they are set.
    pub const fn process_receive_budget(mut self, octets: usize) -> Self {
        self.process_receive_budget = octets;
        self
    }

    /// Sets how many octets of DATA a connection buffers at most, over all streams; see
    /// [`server::Builder::max_connection_send_buffer_size`](crate::server::Builder::max_connection_send_buffer_size). There is
    /// no limit by default.
    ///
    /// # Panics
    ///
    /// If `octets` is 0.
    #[track_caller]
    pub const fn max_connection_send_buffer_size(mut self, octets: usize) -> Self {
        assert!(octets > 0, "the send buffer of a connection: expected 1 octet or more");
        self.connection_send_buffer = Some(octets);
        self
    }
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning::new()
    }
}

/// Makes these the defaults of all connections that are made later in this process.
///
/// What was set by an earlier call is replaced as a whole. Connections that are open keep what they were made with, except that
/// they share the new [`process_receive_budget`](Tuning::process_receive_budget).
pub fn set(tuning: Tuning) {
    *DEFAULTS.write().unwrap_or_else(PoisonError::into_inner) = tuning;
    PROCESS_RECEIVE_BUDGET.store(tuning.process_receive_budget, Ordering::Relaxed);
}

fn defaults() -> Tuning {
    *DEFAULTS.read().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn process_receive_budget() -> usize {
    PROCESS_RECEIVE_BUDGET.load(Ordering::Relaxed)
}

/// The limit of what a connection buffers for sending: its own, or else the process's.
pub(crate) fn connection_send_buffer(own: Option<usize>) -> Option<usize> {
    own.or(defaults().connection_send_buffer)
}

const fn checked_budget(octets: u32) -> u32 {
    assert!(octets <= MAX_WINDOW_SIZE, "the receive budget of a connection: expected 0 to 2147483647 octets");
    octets
}

/// How a connection receives, as far as it was said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReceiveOptions {
    policy: Option<WindowUpdatePolicy>,
    grows: Option<bool>,
    budget: Option<u32>,
    /// When its SETTINGS were sent, where that was before the connection was made.
    pub(crate) settings_sent: Option<Instant>,
}

/// How a connection receives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Receiving {
    pub(crate) policy: WindowUpdatePolicy,
    pub(crate) grows: bool,
    pub(crate) budget: u32,
    pub(crate) settings_sent: Option<Instant>,
}

impl ReceiveOptions {
    pub(crate) const fn new() -> Self {
        ReceiveOptions { policy: None, grows: None, budget: None, settings_sent: None }
    }

    /// What the connection says goes before what the process says, and that before what this crate has.
    pub(crate) fn resolve(self) -> Receiving {
        let process = defaults().receive;
        Receiving {
            policy: self.policy.or(process.policy).unwrap_or_default(),
            grows: self.grows.or(process.grows).unwrap_or(true),
            budget: self.budget.or(process.budget).unwrap_or(DEFAULT_RECEIVE_BUDGET),
            settings_sent: self.settings_sent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_connection_goes_before_the_process() {
        let own = ReceiveOptions { budget: Some(1), ..ReceiveOptions::new() };
        assert_eq!(own.resolve().budget, 1);
        assert!(own.resolve().grows);
        assert_eq!(ReceiveOptions::new().resolve().budget, DEFAULT_RECEIVE_BUDGET);
        assert_eq!(connection_send_buffer(Some(7)), Some(7));
        assert_eq!(connection_send_buffer(None), None);
    }
}
