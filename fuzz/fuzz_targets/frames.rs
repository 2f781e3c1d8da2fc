//! Octets as the writes of a peer and the acts of an application: see `h2_conformance::fuzz`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: h2_fuzz::init(),
    |data: &[u8]| h2_conformance::fuzz::frames(data)
);
