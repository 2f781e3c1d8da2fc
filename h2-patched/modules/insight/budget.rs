//! The memory that connections share for receiving, looked at.

use crate::process_budget;

/// What connections of the process may grant their peers beyond what was set for them, see
/// [`tuning`](crate::tuning::Tuning::process_receive_budget).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReceiveBudget {
    /// The budget, in octets.
    pub budget: u64,
    /// What of it is charged to connections, in octets.
    pub used: u64,
    /// Connections that wait until others give some of it back.
    pub waiting: u64,
    /// Times that the window of a connection was to grow and got less of the budget than it asked for, or nothing.
    pub refused: u64,
}

impl ReceiveBudget {
    pub(super) fn read() -> Self {
        let process_budget::Usage { budget, used, waiting, refused } = process_budget::usage();
        ReceiveBudget { budget: budget as u64, used: used as u64, waiting: waiting as u64, refused }
    }
}
