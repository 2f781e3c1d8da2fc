//! The fork.

use h2;

// One source, compiled twice on purpose.
#[allow(clippy::duplicate_mod)]
#[path = "h2_like/mod.rs"]
mod h2_like;

pub use h2_like::{start, H2};
