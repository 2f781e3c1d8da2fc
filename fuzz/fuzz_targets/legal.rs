//! Octets as a peer that obeys RFC 9113 and an application beside it: see `h2_conformance::legal`.

#![no_main]

use h2_conformance::legal::{hunt, Plan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: h2_fuzz::init(),
    |data: &[u8]| hunt::check(&Plan::from_octets(data).short())
);
