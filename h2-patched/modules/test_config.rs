//! What unit tests set up their servers with.

use super::*;
use crate::frame::DEFAULT_INITIAL_WINDOW_SIZE;

/// One reset stream is remembered, for a second.
pub(super) fn server() -> Config {
    Config {
        initial_max_send_streams: 0,
        local_max_buffer_size: 0,
        local_next_stream_id: 2.into(),
        local_push_enabled: false,
        extended_connect_protocol_enabled: false,
        local_reset_duration: Duration::from_secs(1),
        local_reset_max: 1,
        remote_reset_max: 0,
        remote_init_window_sz: DEFAULT_INITIAL_WINDOW_SIZE,
        remote_max_initiated: None,
        local_max_error_reset_streams: None,
        data_frame_budget: DataFrameBudget::Auto,
    }
}
