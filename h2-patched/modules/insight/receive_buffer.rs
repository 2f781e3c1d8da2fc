//! The memory for receiving that the connections of the process share.

use crate::process_budget;

/// What connections of the process may grant their peers beyond their configured windows, see
/// [`max_process_receive_buffer_size`](crate::tuning::Tuning::max_process_receive_buffer_size).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ProcessReceiveBuffer {
    /// The limit, in octets.
    pub max: u64,
    /// What of it is charged to connections, in octets.
    pub used: u64,
    /// The connections that wait until others return some of it.
    pub waiting: u64,
    /// The number of times that the window of a connection was to grow and got less than it asked for, or nothing.
    pub refused: u64,
}

impl ProcessReceiveBuffer {
    pub(super) fn read() -> Self {
        let process_budget::Usage { budget, used, waiting, refused } = process_budget::usage();
        ProcessReceiveBuffer { max: budget as u64, used: used as u64, waiting: waiting as u64, refused }
    }
}
