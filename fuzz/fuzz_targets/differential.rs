//! Octets as a script that the release and the fork play: see `h2_conformance::fuzz::differential`.

#![no_main]

use h2_conformance::fuzz::differential;
use h2_conformance::legal::Plan;
use h2_conformance::subject::IN_MEMORY;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: {
        // libFuzzer's hook would abort inside h2; a panic there is caught and reported with the
        // frames that led to it.
        std::panic::set_hook(Box::new(|info| eprintln!("{info}")));
    },
    |data: &[u8]| differential::check(&Plan::from_octets(data), [&IN_MEMORY[0], &IN_MEMORY[1]])
);
