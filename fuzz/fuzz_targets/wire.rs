//! Octets as frames of the suite's own codec: see `h2_conformance::fuzz::wire`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| h2_conformance::fuzz::wire(data));
