//! Octets as frames of the suite's own codec: see `h2_conformance::fuzz::wire`.

#![no_main]

// Its allocator.
use h2_fuzz as _;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| h2_conformance::fuzz::wire(data));
