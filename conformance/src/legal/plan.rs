//! What a run does, as octets: a set-up, and operations of eight octets each.
//!
//! A plan comes from a seed or from a fuzzer's octets. Each operation draws its choices from its
//! own octets first, and then from numbers that these octets seed. An operation that is cut out
//! therefore leaves the choices of the others as they were, so that plans shrink well.

use std::fmt;
use std::str::FromStr;

use crate::case::Role;

/// Octets of one operation.
pub const OP: usize = 8;
/// Octets of the set-up.
pub const SETUP: usize = 16;
/// Operations that a plan may have. More octets of a fuzzer are left out.
pub const MOST_OPS: usize = 400;

/// Operations of a long run, about.
const LONG: usize = 6_000;
/// Times that a long run repeats its operations, at most.
const MOST_ROUNDS: usize = 600;

/// One operation.
pub type Op = [u8; OP];

/// What a run does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The role of the subject.
    pub role: Role,
    pub setup: [u8; SETUP],
    pub ops: Vec<Op>,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn from_seed(role: Role, seed: u64) -> Self {
        let mut numbers = Numbers(seed ^ 0x6c65_6761_6c00_0000);
        let mut setup = [0; SETUP];
        setup.chunks_exact_mut(8).for_each(|half| half.copy_from_slice(&numbers.next().to_le_bytes()));
        // Short plans are many, so that shrinking has little to do; a few are long.
        let longest = [12, 25, 50, 100][(numbers.next() % 4) as usize];
        let length = 2 + numbers.next() % longest;
        let ops = (0..length).map(|_| numbers.next().to_le_bytes()).collect();
        Plan { role, setup, ops }
    }

    /// The plan of a seed, on a connection that lives for long.
    #[must_use]
    pub fn long(role: Role, seed: u64) -> Self {
        let mut plan = Plan::from_seed(role, seed);
        plan.setup[SETUP - 2..].fill(0);
        plan
    }

    /// The plan that octets stand for: the role, the set-up, operations. Any octets are a plan.
    #[must_use]
    pub fn from_octets(octets: &[u8]) -> Self {
        let (first, rest) = octets.split_first().unwrap_or((&0, &[]));
        let role = if first & 1 == 1 { Role::Client } else { Role::Server };
        let mut setup = [0; SETUP];
        let length = rest.len().min(SETUP);
        setup[..length].copy_from_slice(&rest[..length]);
        let ops = rest[length..].chunks_exact(OP).take(MOST_OPS);
        Plan { role, setup, ops: ops.map(|op| op.try_into().expect("chunks of this size")).collect() }
    }

    /// The plan, on a connection that lives for no longer than its operations take: a fuzzer learns
    /// little from a long one.
    #[must_use]
    pub fn short(mut self) -> Self {
        self.setup[SETUP - 1] |= 1;
        self
    }

    /// How often the operations are done one after the other: once, except on one connection in
    /// 2048, which lives for long. A limit that counts for the life of a connection shows there.
    #[must_use]
    pub fn rounds(&self) -> usize {
        match self.setup[SETUP - 2..] {
            [0..32, 0] => (LONG / self.ops.len().max(1)).clamp(1, MOST_ROUNDS),
            _ => 1,
        }
    }

    /// The octets of the plan: [`Plan::from_octets`] reads them.
    #[must_use]
    pub fn to_octets(&self) -> Vec<u8> {
        let mut octets = vec![u8::from(self.role == Role::Client)];
        octets.extend(self.setup);
        self.ops.iter().for_each(|op| octets.extend(op));
        octets
    }
}

/// Reads what [`Plan`] displays: digits of its octets.
impl FromStr for Plan {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.as_bytes().chunks(2);
        let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let octets: Option<Vec<u8>> = digits.map(octet).collect();
        octets.filter(|octets| !octets.is_empty()).map(|octets| Plan::from_octets(&octets)).ok_or("hexadecimal digits")
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::wire::print::hex(&self.to_octets()))
    }
}

/// Random numbers (splitmix64).
#[derive(Clone, Debug)]
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Choices: first the octets that were given, then numbers that these octets seed.
#[derive(Clone, Debug)]
pub struct Draw {
    octets: [u8; SETUP],
    length: usize,
    at: usize,
    numbers: Numbers,
}

impl Draw {
    /// Choices from up to sixteen octets.
    #[must_use]
    pub fn new(given: &[u8]) -> Self {
        let length = given.len().min(SETUP);
        let mut octets = [0; SETUP];
        octets[..length].copy_from_slice(&given[..length]);
        let seed = octets
            .iter()
            .fold(0xcbf2_9ce4_8422_2325u64, |hash, octet| (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3));
        Draw { octets, length, at: 0, numbers: Numbers(seed) }
    }

    /// The next octet.
    pub fn octet(&mut self) -> u8 {
        if self.at < self.length {
            self.at += 1;
            return self.octets[self.at - 1];
        }
        self.numbers.next() as u8
    }

    /// A number below `limit`, which is at least 1. Up to 256 it takes one octet.
    pub fn below(&mut self, limit: u32) -> u32 {
        let octet = self.octet();
        match limit {
            0..=256 => u32::from(octet) % limit.max(1),
            _ => {
                // The octet takes part, so that a fuzzer has influence.
                let wide = self.numbers.next() ^ u64::from(octet) << 17;
                (wide % u64::from(limit)) as u32
            }
        }
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u32) as usize]
    }

    /// A size up to `most`: small ones, round ones and the largest are as likely as all others.
    pub fn size(&mut self, most: usize) -> usize {
        let most = u32::try_from(most).unwrap_or(u32::MAX - 1);
        let size = match self.below(8) {
            0 => 0,
            1 => 1,
            2 => most,
            3 => self.below(16),
            4 | 5 => self.below(1_000),
            _ => self.below(most.saturating_add(1)),
        };
        size.min(most) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_its_octets() {
        for seed in 0..100 {
            let plan = Plan::from_seed(Role::Client, seed);
            assert_eq!(Plan::from_octets(&plan.to_octets()), plan);
        }
        assert_eq!(Plan::from_octets(&[]).ops, [[0; OP]; 0]);
        assert_eq!(Plan::from_octets(&[1]).role, Role::Client);
    }

    #[test]
    fn a_long_plan_can_be_made_short() {
        let plan = Plan::long(Role::Server, 1);
        assert!(plan.rounds() > 1);
        assert_eq!(plan.clone().short().rounds(), 1);
        assert_eq!(plan.clone().short().ops, plan.ops);
    }

    #[test]
    fn choices_depend_on_the_octets_alone() {
        let drawn = |octets: &[u8]| {
            let mut draw = Draw::new(octets);
            (0..20).map(|_| draw.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(&[1, 2, 3]), drawn(&[1, 2, 3]));
        assert_ne!(drawn(&[1, 2, 3]), drawn(&[1, 2, 4]));
    }
}
