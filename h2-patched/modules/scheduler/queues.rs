//! The send queues: lists that are linked through the store. Each stream is in one queue at most,
//! and leaves it from any place in constant time.
//!
//! A stream that cannot be served yet may be ranked instead. The queue keeps ranked streams in
//! order of the number that has to be reached first, and does not visit them before. To rank a
//! stream and to remove a ranked stream take logarithmic time.

use super::super::store::{Key, Ptr};

use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendQueue {
    /// Waits to be opened, which the peer's SETTINGS_MAX_CONCURRENT_STREAMS does not allow yet.
    Open,
    /// The next frame needs no credit.
    Control,
    /// The next frame is DATA, of a stream that wants little and had little.
    SmallData,
    /// The next frame is DATA, of any other stream.
    BulkData,
    /// Reserved more than its advertised capacity, wants little and had little.
    SmallAsk,
    /// Reserved more than its advertised capacity, of any other stream.
    BulkAsk,
    /// Reserved more than its advertised capacity, which is all that the connection's window is
    /// worth. All streams here are ranked by the window that they need before they get more.
    Exhausted,
}

const QUEUES: usize = 7;

/// The bits of a rank in the order of ranked streams. Ranks are octets, which never come near to
/// 2^61.
const RANK: u64 = (1 << 61) - 1;

/// Returns the order of a stream with this rank among the ranked streams of all queues.
#[inline]
fn order(queue: SendQueue, rank: u64) -> u64 {
    (queue as u64) << 61 | rank
}

impl SendQueue {
    #[inline]
    pub(super) fn takes_credit(self) -> bool {
        !matches!(self, SendQueue::Open | SendQueue::Control)
    }

    #[inline]
    pub(super) fn is_data(self) -> bool {
        matches!(self, SendQueue::SmallData | SendQueue::BulkData)
    }

    #[inline]
    pub(super) fn is_ask(self) -> bool {
        matches!(self, SendQueue::SmallAsk | SendQueue::BulkAsk | SendQueue::Exhausted)
    }
}

/// The place of a stream: its queue, and its links or its rank there.
#[derive(Debug, Default)]
pub(super) struct Links {
    queue: Option<SendQueue>,
    position: Position,
}

#[derive(Clone, Copy, Debug)]
enum Position {
    Listed {
        prev: Option<Key>,
        next: Option<Key>,
    },
    /// In two halves, so that a stream is smaller.
    Ranked([u32; 2]),
}

impl Position {
    fn ranked(rank: u64) -> Self {
        Position::Ranked([(rank >> 32) as u32, rank as u32])
    }

    fn rank([high, low]: [u32; 2]) -> u64 {
        u64::from(high) << 32 | u64::from(low)
    }
}

impl Default for Position {
    fn default() -> Self {
        Position::Listed { prev: None, next: None }
    }
}

impl Links {
    #[inline]
    pub(super) fn queue(&self) -> Option<SendQueue> {
        self.queue
    }

    /// The rank of a stream that is not in the list of its queue.
    #[inline]
    pub(super) fn rank(&self) -> Option<u64> {
        match self.position {
            Position::Listed { .. } => None,
            Position::Ranked(rank) => Some(Position::rank(rank)),
        }
    }

    /// Returns the previous stream in the list.
    pub(super) fn prev(&self) -> Option<Key> {
        self.neighbours().0
    }

    /// Returns the next stream in the list.
    pub(super) fn next(&self) -> Option<Key> {
        self.neighbours().1
    }

    #[inline]
    fn neighbours(&self) -> (Option<Key>, Option<Key>) {
        match self.position {
            Position::Listed { prev, next } => (prev, next),
            Position::Ranked(_) => (None, None),
        }
    }

    #[inline]
    fn set_prev(&mut self, key: Option<Key>) {
        if let Position::Listed { prev, .. } = &mut self.position {
            *prev = key;
        }
    }

    #[inline]
    fn set_next(&mut self, key: Option<Key>) {
        if let Position::Listed { next, .. } = &mut self.position {
            *next = key;
        }
    }
}

#[derive(Debug, Default)]
struct List {
    first: Option<Key>,
    last: Option<Key>,
}

#[derive(Debug, Default)]
pub(super) struct SendQueues {
    lists: [List; QUEUES],
    /// The number of streams in each queue, listed or ranked.
    lens: [usize; QUEUES],
    /// The ranked streams. Most connections never rank one, so memory is allocated with the first.
    ranked: Option<Box<Ranked>>,
    /// The number of times that a stream was queued or ranked.
    #[cfg(test)]
    pub(super) moves: u64,
}

#[derive(Debug, Default)]
struct Ranked {
    /// The streams of [`SendQueue::Exhausted`], by rank.
    exhausted: BTreeSet<(u64, Key)>,
    /// The ranked streams of all other queues, by queue and rank.
    ahead: BTreeSet<(u64, Option<Key>)>,
    /// The number of ranked streams in each queue.
    lens: [u32; QUEUES],
}

impl SendQueues {
    /// Returns the number of streams in `queue`, ranked or not.
    #[inline]
    pub(super) fn len(&self, queue: SendQueue) -> usize {
        self.lens[queue as usize]
    }

    /// Returns the first stream of the list.
    #[inline]
    pub(super) fn first(&self, queue: SendQueue) -> Option<Key> {
        self.lists[queue as usize].first
    }

    #[inline]
    pub(super) fn last(&self, queue: SendQueue) -> Option<Key> {
        self.lists[queue as usize].last
    }

    /// Returns the ranked stream with the lowest rank.
    #[inline]
    pub(super) fn lowest(&self, queue: SendQueue) -> Option<(u64, Key)> {
        let ranked = self.ranked.as_ref()?;
        if queue == SendQueue::Exhausted {
            return ranked.exhausted.first().copied();
        }
        if ranked.lens[queue as usize] == 0 {
            return None;
        }
        // `None` comes before all streams.
        let &(order, key) = ranked.ahead.range((order(queue, 0), None)..).next()?;
        Some((order & RANK, key?))
    }

    #[cfg(feature = "__invariants")]
    pub(super) fn ranked(&self, queue: SendQueue) -> usize {
        self.ranked.as_ref().map_or(0, |ranked| ranked.lens[queue as usize] as usize)
    }

    /// Returns the first stream of the list, or else the ranked stream with the lowest rank.
    #[inline]
    pub(super) fn any(&self, queue: SendQueue) -> Option<Key> {
        if self.len(queue) == 0 {
            return None;
        }
        self.first(queue).or_else(|| self.lowest(queue).map(|(_, key)| key))
    }

    /// Moves `stream` to the end of `queue`, or out of all queues. A stream that is in that queue
    /// already keeps its place.
    #[inline]
    pub(super) fn place(&mut self, stream: &mut Ptr, queue: Option<SendQueue>) {
        let current = stream.outgoing.links.queue;
        if current != queue {
            if current.is_some() {
                self.leave(stream);
            }
            if let Some(queue) = queue {
                self.enter(stream, queue);
            }
        }
    }

    /// Moves `stream` to the end of the list of `queue`, wherever it is.
    pub(super) fn requeue(&mut self, stream: &mut Ptr, queue: SendQueue) {
        if stream.outgoing.links.queue == Some(queue) && self.lists[queue as usize].last == Some(stream.key()) {
            return;
        }
        self.leave(stream);
        self.enter(stream, queue);
    }

    /// Takes `stream` out of the list in which it is, and ranks it in `queue`.
    pub(super) fn rank(&mut self, stream: &mut Ptr, queue: SendQueue, rank: u64) {
        self.leave(stream);
        self.lens[queue as usize] += 1;
        let ranked = self.ranked.get_or_insert_default();
        ranked.lens[queue as usize] += 1;
        let key = stream.key();
        match queue {
            SendQueue::Exhausted => ranked.exhausted.insert((rank, key)),
            _ => ranked.ahead.insert((order(queue, rank), Some(key))),
        };
        stream.outgoing.links = Links { queue: Some(queue), position: Position::ranked(rank) };
        self.count_move();
    }

    #[inline(never)]
    fn enter(&mut self, stream: &mut Ptr, queue: SendQueue) {
        self.lens[queue as usize] += 1;
        let list = &mut self.lists[queue as usize];
        let key = stream.key();
        let last = list.last.replace(key);
        match last {
            Some(last) => stream.store_mut()[last].outgoing.links.set_next(Some(key)),
            None => list.first = Some(key),
        }
        let position = Position::Listed { prev: last, next: None };
        stream.outgoing.links = Links { queue: Some(queue), position };
        self.count_move();
    }

    fn leave(&mut self, stream: &mut Ptr) {
        let key = stream.key();
        let outgoing = &mut stream.outgoing;
        let Some(queue) = outgoing.links.queue.take() else { return };
        if queue == SendQueue::Open {
            outgoing.wake_opener();
        }
        self.lens[queue as usize] -= 1;
        let list = &mut self.lists[queue as usize];
        match std::mem::take(&mut outgoing.links.position) {
            Position::Ranked(rank) => {
                let rank = Position::rank(rank);
                let ranked = self.ranked.as_mut().expect("a stream is ranked");
                ranked.lens[queue as usize] -= 1;
                match queue {
                    SendQueue::Exhausted => ranked.exhausted.remove(&(rank, key)),
                    _ => ranked.ahead.remove(&(order(queue, rank), Some(key))),
                };
            }
            Position::Listed { prev, next } => {
                match prev {
                    Some(prev) => stream.store_mut()[prev].outgoing.links.set_next(next),
                    None => list.first = next,
                }
                match next {
                    Some(next) => stream.store_mut()[next].outgoing.links.set_prev(prev),
                    None => list.last = prev,
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
