//! The sending side: writers are woken, capacity is honest, and what one stream reserves and does
//! not use is there for the others, at once.

mod reservations;
mod writers;

use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    [writers::cases(), reservations::cases()].concat()
}
