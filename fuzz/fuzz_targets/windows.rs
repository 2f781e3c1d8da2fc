//! Plans of DATA and calls on receive windows: see `h2_conformance::fuzz::windows`.

#![no_main]

use h2_conformance::fuzz::windows;
use h2_conformance::legal::Plan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: h2_fuzz::init(),
    |data: &[u8]| windows::check(&Plan::from_octets(data).short())
);
