//! Octets as a peer that obeys RFC 9113 and an application beside it: see `h2_conformance::legal`.

#![no_main]

use h2_conformance::legal::{hunt, Plan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: {
        // libFuzzer's hook would abort inside h2; a panic there is caught and reported with the
        // frames that led to it.
        std::panic::set_hook(Box::new(|info| eprintln!("{info}")));
    },
    |data: &[u8]| hunt::check(&Plan::from_octets(data))
);
