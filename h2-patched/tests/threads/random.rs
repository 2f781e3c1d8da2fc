//! Choices from a seed.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub struct Random(StdRng);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(StdRng::seed_from_u64(seed))
    }

    /// Choices of their own, for another task.
    pub fn fork(&mut self) -> Self {
        Random::new(self.0.gen())
    }

    /// In so many cases of a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A number below this one.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0.gen_range(0..limit.max(1))
    }

    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    /// Octets of a body: mostly few, sometimes more than a window.
    pub fn octets(&mut self) -> usize {
        let most = self.one(&[1, 100, 20_000, 20_000, 300_000]);
        self.below(most) as usize
    }
}
