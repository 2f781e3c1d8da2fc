//! Plans of two applications on a client and a server of h2: see `h2_conformance::legal::pair`.

#![no_main]

use h2_conformance::legal::{pair, Plan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: h2_fuzz::init(),
    |data: &[u8]| pair::check(&Plan::from_octets(data).short())
);
