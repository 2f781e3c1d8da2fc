//! Octets as the writes of a peer and the acts of an application: see `h2_conformance::fuzz`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: {
        // libFuzzer's hook would abort inside h2; a panic there is caught and reported with the
        // frames that led to it.
        std::panic::set_hook(Box::new(|info| eprintln!("{info}")));
    },
    |data: &[u8]| h2_conformance::fuzz::frames(data)
);
