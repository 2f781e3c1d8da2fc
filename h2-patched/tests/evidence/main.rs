//! The tests that go to h2 with the fixes, each in a file named like its patch. README.md says how
//! they are used.

mod accept_frames_on_waiting_pushes;
mod accept_push_reset_after_goaway;
mod announce_after_initial_window_change;
mod announce_target_growth;
mod cancel_unreachable_pushes;
mod charge_queued_small_data_only;
mod clear_events_of_unaccepted_streams;
mod count_reset_pushes_until_taken;
mod count_retained_resets_exactly;
mod decline_promise_after_reset;
mod drain_unread_uploads;
mod drop_body_after_poison;
mod end_streams_with_blocked_reset;
mod finish_waiting_pushes_before_shutdown;
mod keep_promised_streams;
mod omit_reset_after_end;
mod queue_settings_while_pending;
mod refuse_promise_on_ended_stream;
mod release_credit_of_dropped_responses;
mod release_credit_of_ignored_pushes;
mod release_credit_on_peer_reset;
mod remember_last_request_by_id;
mod report_compression_errors;
mod report_frame_size_errors;
mod report_initial_window_too_large;
mod report_reset_of_blocked_response;
mod report_stream_closed;
mod reserve_without_truncation;
mod reset_behind_frame_in_codec;
mod reset_late_trailers;
mod reset_stream_on_zero_increment;
mod support;
mod unlink_own_stream_only;
mod validate_builder_windows;
