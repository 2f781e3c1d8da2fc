//! How large a receive window may be.

use crate::proto::{WindowSize, MAX_WINDOW_SIZE};

/// Hands back `octets`. A larger window cannot be granted to a peer (RFC 9113 sections 6.5.2 and
/// 6.9.1).
///
/// # Panics
///
/// If `octets` is above 2^31-1.
#[track_caller]
pub(crate) fn checked(octets: u32) -> WindowSize {
    assert!(octets <= MAX_WINDOW_SIZE, "a window of {octets} octets: the largest possible is {MAX_WINDOW_SIZE}");
    octets
}
