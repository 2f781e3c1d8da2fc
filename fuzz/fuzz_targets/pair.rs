//! Plans of two applications on a client and a server of h2: see `h2_conformance::legal::pair`.

#![no_main]

use h2_conformance::legal::{pair, Plan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: {
        // libFuzzer's hook would abort inside h2; a panic there is caught and reported with the
        // frames that led to it.
        std::panic::set_hook(Box::new(|info| eprintln!("{info}")));
    },
    |data: &[u8]| pair::check(&Plan::from_octets(data))
);
