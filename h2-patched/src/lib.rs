#![doc = include_str!(concat!(env!("OUT_DIR"), "/h2/docs.md"))]
// What upstream shows under `cfg(fuzzing)` is undocumented; a lint must not break the fuzzing of
// users of the fork.
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

// Upstream's crate root as patched, less its inner attributes and docs. Its `mod` lines resolve
// beside it.
include!(concat!(env!("OUT_DIR"), "/h2/src/lib.rs"));
