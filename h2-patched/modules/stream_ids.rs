//! How streams are found by their identifier.
//!
//! A hash for any key costs some 120 instructions a lookup; an identifier of 31 bits needs one
//! multiplication. Peers choose the identifiers of their streams, so they must not know which of
//! them collide. The process draws a secret number at random, and each connection derives its own
//! factors from that number.

use super::StreamId;

use indexmap::IndexMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::OnceLock;

/// Streams by identifier, in the order in which they came.
pub(super) type StreamIds<V> = IndexMap<StreamId, V, IdHashing>;

#[derive(Clone, Copy, Debug)]
pub(super) struct IdHashing {
    mask: u64,
    factor: u64,
}

#[derive(Debug)]
pub(super) struct IdHasher {
    hashing: IdHashing,
    hash: u64,
}

/// The golden ratio in 64 bits: its bits have no pattern.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Default for IdHashing {
    fn default() -> Self {
        static SECRET: OnceLock<u64> = OnceLock::new();
        static DERIVED: AtomicUsize = AtomicUsize::new(0);

        let secret = *SECRET.get_or_init(|| RandomState::new().hash_one(0));
        // Both are secret as long as one is. They differ between connections, so that a peer cannot
        // use on one connection what it measured on others.
        let mask = secret.wrapping_add((DERIVED.fetch_add(1, Relaxed) as u64).wrapping_mul(SPREAD));
        IdHashing { mask, factor: mask.rotate_left(32).wrapping_mul(SPREAD) | 1 }
    }
}

impl BuildHasher for IdHashing {
    type Hasher = IdHasher;

    #[inline]
    fn build_hasher(&self) -> IdHasher {
        IdHasher { hashing: *self, hash: 0 }
    }
}

impl IdHasher {
    #[inline]
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.hash ^ word ^ self.hashing.mask) * u128::from(self.hashing.factor);
        self.hash = (product >> 64) as u64 ^ product as u64;
    }
}

impl Hasher for IdHasher {
    #[inline]
    fn write_u32(&mut self, id: u32) {
        self.mix(id.into());
    }

    fn write(&mut self, octets: &[u8]) {
        octets.iter().for_each(|octet| self.mix((*octet).into()));
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_spread_over_any_table() {
        let hashing = IdHashing { mask: 0x243f_6a88_85a3_08d3, factor: 0x1319_8a2e_0370_7345 };
        // Tables use the low bits and the highest ones.
        for bits in [0, 57] {
            let mut counts = [0u32; 128];
            for id in (1..20_000u32).step_by(2) {
                counts[(hashing.hash_one(StreamId::from(id)) >> bits) as usize % 128] += 1;
            }
            let most = counts.iter().max().expect("there are counts");
            assert!(*most < 400, "{most} of 10 000 in one place of 128");
        }
    }

    #[test]
    fn connections_hash_differently() {
        let hash = || IdHashing::default().hash_one(StreamId::from(1));
        assert_ne!(hash(), hash());
    }

    #[test]
    fn streams_are_found() {
        let ids: StreamIds<u32> = (1..1000).map(|id| (StreamId::from(id), id)).collect();
        assert!((1..1000).all(|id| ids.get(&StreamId::from(id)) == Some(&id)));
        assert_eq!(ids.get(&StreamId::from(1000)), None);
    }
}
