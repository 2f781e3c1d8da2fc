//! Behaviors of senders of bodies and of their readers. Shares are in thousandths of what there is.

use proptest::prelude::*;

/// The largest frame that a peer sends here, and the largest piece of window that it may insist on.
pub const FRAME: usize = 16_384;

/// When a peer sends.
#[derive(Clone, Copy, Debug)]
pub enum Sends {
    /// Whenever there is any window: a frame of up to so many octets.
    Eagerly { frame: usize },
    /// Once there is window for this share of what it can ever hope for, up to a frame: that much,
    /// or all there is room for.
    From { share: usize, exactly: bool },
    /// All that the window holds in one go.
    InBursts,
}

/// How an application reads.
#[derive(Clone, Copy, Debug)]
pub struct Reads {
    pub what: Kind,
    /// Octets that it asks for at a time.
    pub octets: usize,
    /// Octets that it releases at a time.
    pub crumb: usize,
    /// The number of turns from one act to the next.
    pub every: usize,
}

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Reads and releases whatever comes.
    AtOnce,
    /// Releases what it has read before it reads on.
    InTurn,
    /// Reads all there is before it releases anything.
    InBursts,
    /// Keeps this share of the window and releases only what goes beyond.
    Holds { share: usize },
    /// Stops half-way and keeps its handle: what it leaves is this share of the window at most.
    Stops { share: usize },
    /// Drops its handle after this share of the body.
    Drops { share: usize },
}

pub fn share() -> impl Strategy<Value = usize> {
    prop_oneof![1..=1000usize, Just(1000)]
}

pub fn sends() -> impl Strategy<Value = Sends> {
    prop_oneof![
        2 => prop_oneof![1..200usize, Just(FRAME)].prop_map(|frame| Sends::Eagerly { frame }),
        4 => (share(), any::<bool>()).prop_map(|(share, exactly)| Sends::From { share, exactly }),
        1 => Just(Sends::InBursts),
    ]
}

pub fn reads() -> impl Strategy<Value = Reads> {
    let what = prop_oneof![
        2 => Just(Kind::AtOnce),
        4 => Just(Kind::InTurn),
        2 => Just(Kind::InBursts),
        4 => share().prop_map(|share| Kind::Holds { share }),
        1 => share().prop_map(|share| Kind::Stops { share }),
        1 => share().prop_map(|share| Kind::Drops { share }),
    ];
    let size = || prop_oneof![Just(1usize), 1..100usize, 100..=FRAME, FRAME..=1 << 20];
    (what, size(), size(), prop_oneof![2 => Just(1usize), 1 => 2..=4usize])
        .prop_map(|(what, octets, crumb, every)| Reads { what, octets, crumb, every })
}
