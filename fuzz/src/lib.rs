//! What all targets have in common.

use std::alloc::System;

use cap::Cap;

/// What a target may hold at once, in bytes. An allocation beyond it ends the target, which is a
/// finding.
const MEMORY: usize = 512 << 20;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, MEMORY);

/// To be called before the first input. libFuzzer's hook would abort inside h2; a panic there is
/// caught and reported with the frames that led to it.
pub fn init() {
    std::panic::set_hook(Box::new(|info| eprintln!("{info}")));
}
