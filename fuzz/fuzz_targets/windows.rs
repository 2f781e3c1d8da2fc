//! Plans of DATA and calls on receive windows: see `h2_conformance::fuzz::windows`.

#![no_main]

use h2_conformance::fuzz::windows;
use h2_conformance::legal::Plan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: {
        // libFuzzer's hook would abort inside h2; a panic there is caught and reported with the
        // frames that led to it.
        std::panic::set_hook(Box::new(|info| eprintln!("{info}")));
    },
    |data: &[u8]| windows::check(&Plan::from_octets(data))
);
