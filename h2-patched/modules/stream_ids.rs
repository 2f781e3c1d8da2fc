//! How streams are found by their identifier.
//!
//! A hash for any key costs some 120 instructions a lookup; an identifier of 31 bits needs two
//! multiplications. Peers choose the identifiers of their streams, so they must not know which of
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
        IdHashing::new(secret.wrapping_add((DERIVED.fetch_add(1, Relaxed) as u64).wrapping_mul(SPREAD)))
    }
}

impl IdHashing {
    fn new(mask: u64) -> Self {
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
        // One product alone is a straight line: with some factors all streams of a connection fall
        // into a few places of a table, and a peer may reconnect until it gets such a factor.
        let product = (self.hash ^ word ^ self.hashing.mask).wrapping_mul(self.hashing.factor);
        let mixed = (product ^ (product >> 32)).wrapping_mul(SPREAD);
        self.hash = mixed ^ (mixed >> 32);
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

    /// The most of a thousand streams that fall into one place of 128.
    fn most_in_one_place(hashing: IdHashing, step: u32, bits: u32) -> u32 {
        let mut counts = [0u32; 128];
        for at in 0..1000 {
            counts[(hashing.hash_one(StreamId::from(1 + at * step)) >> bits) as usize % 128] += 1;
        }
        *counts.iter().max().expect("there are counts")
    }

    #[test]
    fn streams_spread_over_any_table_with_any_secret() {
        for secret in 0..500u64 {
            let hashing = IdHashing::new(secret.wrapping_mul(0x1319_8a2e_0370_7345));
            // Identifiers one after the other, and with gaps that a peer chooses. Tables use the
            // low bits, or those above the four lowest, and the highest ones.
            for step in [2, 6, 1 << 10, 1 << 20] {
                for bits in [0, 4, 57] {
                    let most = most_in_one_place(hashing, step, bits);
                    assert!(most < 32, "{most} of 1000 in one place of 128: secret {secret}, {step}, {bits}");
                }
            }
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
