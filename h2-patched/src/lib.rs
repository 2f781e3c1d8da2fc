#![doc = include_str!(concat!(env!("OUT_DIR"), "/h2/docs.md"))]
// What upstream shows under `cfg(fuzzing)` is undocumented; a lint must not break the fuzzing of whoever uses the fork.
#![cfg_attr(not(fuzzing), deny(missing_debug_implementations, missing_docs))]
// What upstream's own text trips over; our modules in `modules/` are held to the rest.
#![allow(
    clippy::bool_assert_comparison,
    clippy::items_after_test_module,
    clippy::manual_range_contains,
    clippy::type_complexity,
    clippy::unnecessary_map_or,
    clippy::vec_init_then_push
)]

// Upstream's crate root as patched, less its inner attributes and docs. Its `mod` lines resolve beside it.
include!(concat!(env!("OUT_DIR"), "/h2/src/lib.rs"));

// Our own modules that hang at the crate root, by `#[path = "../modules/NAME.rs"] mod NAME;`. A module that hangs
// deeper is named by a patch; see modules/README.md.
#[path = "../modules/clock.rs"]
mod clock;
#[cfg(feature = "__virtual-time")]
pub use clock::held as virtual_time;
#[path = "../modules/frame_error_code.rs"]
mod frame_error_code;
#[path = "../modules/insight/mod.rs"]
pub mod insight;
#[path = "../modules/process_budget/mod.rs"]
mod process_budget;
#[path = "../modules/tuning/mod.rs"]
pub mod tuning;
#[path = "../modules/window_limit.rs"]
mod window_limit;
#[path = "../modules/window_policy.rs"]
mod window_policy;
