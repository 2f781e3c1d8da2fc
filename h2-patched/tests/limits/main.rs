//! What a peer may do for ever, and what ends its connection: conforming peers at ten times the
//! pace that was reported, and floods.

mod endpoint;
mod floods;
mod frames;
#[path = "../support/heap.rs"]
mod heap;
mod paces;
mod resets;
mod settings;
mod slowed;
mod untaken;

use h2::Reason;

/// Bytes.
const KIB: isize = 1 << 10;

/// The stream of the `number`-th request.
fn stream(number: u32) -> u32 {
    2 * number + 1
}

/// Whether the connection ended because of a flood.
fn is_calm(ended: &Result<(), h2::Error>) -> bool {
    ended.as_ref().is_err_and(|error| error.reason() == Some(Reason::ENHANCE_YOUR_CALM))
}
