//! The fork.

// A name in this module, as `h2_like` expects it.
#[allow(clippy::single_component_path_imports)]
use h2;
use h2::virtual_time::set as set_time;

#[path = "h2_like/mod.rs"]
mod h2_like;

pub(crate) use h2_like::SUBJECT;
