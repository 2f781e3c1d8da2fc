//! Octets as field blocks, for the fork and for another decoder: see `h2_conformance::fuzz::hpack`.

#![no_main]

// Its allocator.
use h2_fuzz as _;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| h2_conformance::fuzz::hpack(data));
