//! The connection's credit comes back to the last octet, whatever becomes of the DATA that used it.
//!
//! Credit below the threshold of announcing is rightly kept back, so that a window alone does not
//! show whether credit is lost. The cases therefore end with a fresh stream whose reader waits for
//! as much as the whole window: `fill` and `whole_window` in [`crate::catalog::pieces`].

mod dropped_bodies;
mod requests;
mod resets;
mod responses;

use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    [requests::cases(), resets::cases(), dropped_bodies::cases(), responses::cases()].concat()
}
