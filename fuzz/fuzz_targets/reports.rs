//! Text as the files that the suite reads: see `h2_conformance::fuzz::reports`.

#![no_main]

// Its allocator.
use h2_fuzz as _;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| h2_conformance::fuzz::reports(text));
