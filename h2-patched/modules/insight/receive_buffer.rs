//! The memory for receiving: of a connection, and of all connections of the process.

use crate::process_budget;

/// What one connection may hold of received content, and holds. All sizes are in octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ConnectionReceiveBuffer {
    /// The limit: the connection's
    /// [`max_connection_receive_buffer_size`](crate::tuning::Tuning::max_connection_receive_buffer_size),
    /// or its configured window, if that is larger.
    pub max: u64,
    /// What the peer may still send, and what it has sent and the application has not released.
    pub used: u64,
    /// What the connection holds of the [receive buffer of the process](ProcessReceiveBuffer).
    pub charged: u64,
}

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
    /// The number of times that the window of a connection was to grow and got less than it asked
    /// for, or nothing.
    pub refused: u64,
}

impl ProcessReceiveBuffer {
    pub(super) fn read() -> Self {
        let process_budget::Usage { budget, used, waiting, refused } = process_budget::usage();
        ProcessReceiveBuffer { max: budget as u64, used: used as u64, waiting: waiting as u64, refused }
    }
}
