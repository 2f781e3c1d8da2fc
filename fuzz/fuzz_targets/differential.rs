//! Octets as a script that the release and the fork play: see `h2_conformance::fuzz::differential`.

#![no_main]

use h2_conformance::fuzz::differential;
use h2_conformance::legal::Plan;
use h2_conformance::subject::IN_MEMORY;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: h2_fuzz::init(),
    |data: &[u8]| differential::check(&Plan::from_octets(data).short(), [&IN_MEMORY[0], &IN_MEMORY[1]])
);
