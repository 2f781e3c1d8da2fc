//! Where streams stand in line: lists through the store, each stream in one lane at most, left from any place at no cost.
//!
//! A stream that cannot be served yet may be ranked instead: the lane then keeps it in order of the number that has to be
//! reached first, and it is not looked at before. Ranking, and leaving a rank, take logarithmic time.

use super::super::store::{Key, Ptr};

use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Wants to be opened, and the peer's SETTINGS_MAX_CONCURRENT_STREAMS forbids it so far.
    Open,
    /// The next frame needs no credit.
    Control,
    /// The next frame is DATA, of a stream that wants little and had little.
    SmallData,
    /// The next frame is DATA, of any other stream.
    BulkData,
    /// Reserved more than it was offered, wants little and had little.
    SmallAsk,
    /// Reserved more than it was offered, of any other stream.
    BulkAsk,
    /// Reserved more than it was offered, but was offered what the connection's window is worth. All streams here are ranked,
    /// by the window that has to be there before they are offered more in turn.
    Exhausted,
}

const LANES: usize = 7;

/// The bits of a rank in the order of ranked streams. Ranks are octets, which never come near to 2^61.
const RANK: u64 = (1 << 61) - 1;

/// Where a stream with this rank stands among the ranked streams of all lanes.
#[inline]
fn order(lane: Lane, rank: u64) -> u64 {
    (lane as u64) << 61 | rank
}

impl Lane {
    #[inline]
    pub(super) fn takes_credit(self) -> bool {
        !matches!(self, Lane::Open | Lane::Control)
    }

    #[inline]
    pub(super) fn is_data(self) -> bool {
        matches!(self, Lane::SmallData | Lane::BulkData)
    }

    #[inline]
    pub(super) fn is_ask(self) -> bool {
        matches!(self, Lane::SmallAsk | Lane::BulkAsk | Lane::Exhausted)
    }
}

/// Where a stream stands.
#[derive(Debug, Default)]
pub(super) struct Standing {
    lane: Option<Lane>,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Listed {
        before: Option<Key>,
        behind: Option<Key>,
    },
    /// In two halves, so that a stream is smaller.
    Ranked([u32; 2]),
}

impl Place {
    fn ranked(rank: u64) -> Self {
        Place::Ranked([(rank >> 32) as u32, rank as u32])
    }

    fn rank([high, low]: [u32; 2]) -> u64 {
        u64::from(high) << 32 | u64::from(low)
    }
}

impl Default for Place {
    fn default() -> Self {
        Place::Listed { before: None, behind: None }
    }
}

impl Standing {
    #[inline]
    pub(super) fn lane(&self) -> Option<Lane> {
        self.lane
    }

    /// The rank of a stream that is not in the list of its lane.
    #[inline]
    pub(super) fn rank(&self) -> Option<u64> {
        match self.place {
            Place::Listed { .. } => None,
            Place::Ranked(rank) => Some(Place::rank(rank)),
        }
    }

    /// The stream before it in the list.
    pub(super) fn before(&self) -> Option<Key> {
        self.links().0
    }

    /// The stream behind it in the list.
    pub(super) fn behind(&self) -> Option<Key> {
        self.links().1
    }

    #[inline]
    fn links(&self) -> (Option<Key>, Option<Key>) {
        match self.place {
            Place::Listed { before, behind } => (before, behind),
            Place::Ranked(_) => (None, None),
        }
    }

    #[inline]
    fn set_before(&mut self, key: Option<Key>) {
        if let Place::Listed { before, .. } = &mut self.place {
            *before = key;
        }
    }

    #[inline]
    fn set_behind(&mut self, key: Option<Key>) {
        if let Place::Listed { behind, .. } = &mut self.place {
            *behind = key;
        }
    }
}

#[derive(Debug, Default)]
struct List {
    first: Option<Key>,
    last: Option<Key>,
}

#[derive(Debug, Default)]
pub(super) struct Lanes {
    lists: [List; LANES],
    /// How many streams are in each list or ranked.
    lens: [usize; LANES],
    /// The ranked streams. Most connections never rank one, so memory is allocated with the first.
    ranked: Option<Box<Ranked>>,
    /// How often a stream was put anywhere.
    #[cfg(test)]
    pub(super) moves: u64,
}

#[derive(Debug, Default)]
struct Ranked {
    /// The streams of [`Lane::Exhausted`], by rank.
    exhausted: BTreeSet<(u64, Key)>,
    /// The ranked streams of all other lanes, by lane and rank.
    ahead: BTreeSet<(u64, Option<Key>)>,
    /// How many streams are ranked in each lane.
    lens: [u32; LANES],
}

impl Lanes {
    /// How many streams stand in `lane`, ranked or not.
    #[inline]
    pub(super) fn len(&self, lane: Lane) -> usize {
        self.lens[lane as usize]
    }

    /// The first stream of the list.
    #[inline]
    pub(super) fn first(&self, lane: Lane) -> Option<Key> {
        self.lists[lane as usize].first
    }

    #[inline]
    pub(super) fn last(&self, lane: Lane) -> Option<Key> {
        self.lists[lane as usize].last
    }

    /// The ranked stream with the lowest rank.
    #[inline]
    pub(super) fn lowest(&self, lane: Lane) -> Option<(u64, Key)> {
        let ranked = self.ranked.as_ref()?;
        if lane == Lane::Exhausted {
            return ranked.exhausted.first().copied();
        }
        if ranked.lens[lane as usize] == 0 {
            return None;
        }
        // `None` comes before all streams.
        let &(order, key) = ranked.ahead.range((order(lane, 0), None)..).next()?;
        Some((order & RANK, key?))
    }

    #[cfg(feature = "__invariants")]
    pub(super) fn ranked(&self, lane: Lane) -> usize {
        self.ranked.as_ref().map_or(0, |ranked| ranked.lens[lane as usize] as usize)
    }

    /// The first stream of the list, else the ranked stream with the lowest rank.
    #[inline]
    pub(super) fn any(&self, lane: Lane) -> Option<Key> {
        if self.len(lane) == 0 {
            return None;
        }
        self.first(lane).or_else(|| self.lowest(lane).map(|(_, key)| key))
    }

    /// Puts `stream` at the end of `lane`, or nowhere. Whoever stands in that lane keeps its place.
    #[inline]
    pub(super) fn place(&mut self, stream: &mut Ptr, lane: Option<Lane>) {
        let before = stream.outgoing.standing.lane;
        if before != lane {
            if before.is_some() {
                self.leave(stream);
            }
            if let Some(lane) = lane {
                self.enter(stream, lane);
            }
        }
    }

    /// Puts `stream` at the end of the list of `lane`, wherever it stands.
    pub(super) fn requeue(&mut self, stream: &mut Ptr, lane: Lane) {
        if stream.outgoing.standing.lane == Some(lane) && self.lists[lane as usize].last == Some(stream.key()) {
            return;
        }
        self.leave(stream);
        self.enter(stream, lane);
    }

    /// Takes `stream` out of the list in which it is, and ranks it in `lane`.
    pub(super) fn rank(&mut self, stream: &mut Ptr, lane: Lane, rank: u64) {
        self.leave(stream);
        self.lens[lane as usize] += 1;
        let ranked = self.ranked.get_or_insert_default();
        ranked.lens[lane as usize] += 1;
        let key = stream.key();
        match lane {
            Lane::Exhausted => ranked.exhausted.insert((rank, key)),
            _ => ranked.ahead.insert((order(lane, rank), Some(key))),
        };
        stream.outgoing.standing = Standing { lane: Some(lane), place: Place::ranked(rank) };
        self.count_move();
    }

    #[inline(never)]
    fn enter(&mut self, stream: &mut Ptr, lane: Lane) {
        self.lens[lane as usize] += 1;
        let list = &mut self.lists[lane as usize];
        let key = stream.key();
        let last = list.last.replace(key);
        match last {
            Some(last) => stream.store_mut()[last].outgoing.standing.set_behind(Some(key)),
            None => list.first = Some(key),
        }
        let place = Place::Listed { before: last, behind: None };
        stream.outgoing.standing = Standing { lane: Some(lane), place };
        self.count_move();
    }

    fn leave(&mut self, stream: &mut Ptr) {
        let key = stream.key();
        let outgoing = &mut stream.outgoing;
        let Some(lane) = outgoing.standing.lane.take() else { return };
        if lane == Lane::Open {
            outgoing.wake_opener();
        }
        self.lens[lane as usize] -= 1;
        let list = &mut self.lists[lane as usize];
        match std::mem::take(&mut outgoing.standing.place) {
            Place::Ranked(rank) => {
                let rank = Place::rank(rank);
                let ranked = self.ranked.as_mut().expect("a stream is ranked");
                ranked.lens[lane as usize] -= 1;
                match lane {
                    Lane::Exhausted => ranked.exhausted.remove(&(rank, key)),
                    _ => ranked.ahead.remove(&(order(lane, rank), Some(key))),
                };
            }
            Place::Listed { before, behind } => {
                match before {
                    Some(before) => stream.store_mut()[before].outgoing.standing.set_behind(behind),
                    None => list.first = behind,
                }
                match behind {
                    Some(behind) => stream.store_mut()[behind].outgoing.standing.set_before(before),
                    None => list.last = before,
                }
            }
        }
    }

    #[inline]
    fn count_move(&mut self) {
        #[cfg(test)]
        {
            self.moves += 1;
        }
    }
}
