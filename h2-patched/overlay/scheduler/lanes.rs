//! Where streams stand in line: lists through the store, each stream in one lane at most, left from any place at no cost.

use super::super::store::{Key, Ptr};

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
}

/// Where a stream stands.
#[derive(Debug, Default)]
pub(super) struct Standing {
    lane: Option<Lane>,
    before: Option<Key>,
    behind: Option<Key>,
}

impl Standing {
    #[inline]
    pub(super) fn lane(&self) -> Option<Lane> {
        self.lane
    }

    /// Who stands before it.
    pub(super) fn before(&self) -> Option<Key> {
        self.before
    }

    /// Who stands behind it.
    pub(super) fn behind(&self) -> Option<Key> {
        self.behind
    }
}

#[derive(Debug, Default)]
struct List {
    first: Option<Key>,
    last: Option<Key>,
    len: usize,
}

#[derive(Debug, Default)]
pub(super) struct Lanes {
    lists: [List; 6],
}

impl Lanes {
    #[inline]
    pub(super) fn len(&self, lane: Lane) -> usize {
        self.lists[lane as usize].len
    }

    #[inline]
    pub(super) fn first(&self, lane: Lane) -> Option<Key> {
        self.lists[lane as usize].first
    }

    #[inline]
    pub(super) fn last(&self, lane: Lane) -> Option<Key> {
        self.lists[lane as usize].last
    }

    /// Puts `stream` at the end of `lane`, or nowhere. Whoever stands in that lane keeps its place.
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

    /// Puts `stream` at the end of `lane`, wherever it stands.
    pub(super) fn requeue(&mut self, stream: &mut Ptr, lane: Lane) {
        if self.len(lane) == 1 && stream.outgoing.standing.lane == Some(lane) {
            return;
        }
        self.leave(stream);
        self.enter(stream, lane);
    }

    #[inline]
    fn enter(&mut self, stream: &mut Ptr, lane: Lane) {
        let list = &mut self.lists[lane as usize];
        let key = stream.key();
        let last = list.last.replace(key);
        list.len += 1;
        match last {
            Some(last) => stream.store_mut()[last].outgoing.standing.behind = Some(key),
            None => list.first = Some(key),
        }
        stream.outgoing.standing = Standing { lane: Some(lane), before: last, behind: None };
    }

    fn leave(&mut self, stream: &mut Ptr) {
        let outgoing = &mut stream.outgoing;
        let Some(lane) = outgoing.standing.lane.take() else { return };
        let Standing { before, behind, .. } = outgoing.standing;
        if lane == Lane::Open {
            outgoing.wake_opener();
        }
        let list = &mut self.lists[lane as usize];
        list.len -= 1;
        match before {
            Some(before) => stream.store_mut()[before].outgoing.standing.behind = behind,
            None => list.first = behind,
        }
        match behind {
            Some(behind) => stream.store_mut()[behind].outgoing.standing.before = before,
            None => list.last = before,
        }
    }
}
