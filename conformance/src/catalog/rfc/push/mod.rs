//! PUSH_PROMISE and server push (RFC 9113 sections 6.6 and 8.4).

mod clients;
mod servers;

use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    [servers::cases(), clients::cases()].concat()
}
