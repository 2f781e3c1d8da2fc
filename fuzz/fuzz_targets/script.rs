//! Plans as scripts of frames, some of them wrong, and of calls: `h2_conformance::fuzz::script`.

#![no_main]

use h2_conformance::fuzz::hunt;
use h2_conformance::legal::Plan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: h2_fuzz::init(),
    |data: &[u8]| hunt::check(&Plan::from_octets(data).short())
);
