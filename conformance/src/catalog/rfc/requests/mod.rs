//! Requests: their pseudo-header fields, and CONNECT (RFC 9113 sections 8.3 and 8.5).

mod pseudo_fields;
mod values;

use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    [pseudo_fields::cases(), values::cases()].concat()
}
