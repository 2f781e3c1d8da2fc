//! Where streams and frames are kept: a slab and a map that do not stay as large as the largest
//! burst made them.
//!
//! Nothing is given back below a floor, nor while a good part of the room is used. Room is made
//! again only for more entries than the floor holds, so that the allocations this costs are shared
//! by at least as many entries.

use super::StreamId;

use indexmap::IndexMap;
use std::ops::{Deref, DerefMut};

/// Room that is kept in any case, in octets and in entries, whichever is less: that of a connection
/// with some hundred streams at a time, which come and go.
const FLOOR: usize = 128 << 10;
const FLOOR_ENTRIES: usize = 512;

/// Entries of a map for which room is kept: about as many.
const IDS: usize = 256;

/// Room for this many times the entries that are left is too much.
const TOO_MUCH: usize = 4;

/// A slab whose keys stay valid whatever it gives back.
#[derive(Debug)]
pub(super) struct Slab<T> {
    entries: slab::Slab<T>,
    /// Entries removed since room was given back last, as long as there is much of it.
    removed: usize,
}

impl<T> Slab<T> {
    /// Entries for which room is kept in any case.
    const FLOOR: usize = if FLOOR / size_of::<T>() < FLOOR_ENTRIES { FLOOR / size_of::<T>() } else { FLOOR_ENTRIES };

    pub(super) fn new() -> Self {
        Slab { entries: slab::Slab::new(), removed: 0 }
    }

    /// To be called after an entry was removed. A `remove` of our own would move the entry once
    /// more.
    #[inline]
    pub(super) fn tidy(&mut self) {
        if self.entries.capacity() > Self::FLOOR {
            self.removed += 1;
            self.give_back();
        }
    }

    #[cold]
    fn give_back(&mut self) {
        let (len, room) = (self.entries.len(), self.entries.capacity());
        // What is given back is looked at once: as much was removed. Where the last entry stays,
        // nothing is and no time is lost.
        let is_idle = len * TOO_MUCH <= room && self.removed * TOO_MUCH >= room;
        if len == 0 || is_idle {
            self.entries.shrink_to_fit();
            if self.entries.capacity() < room {
                self.removed = 0;
            }
        }
    }
}

impl<T> Deref for Slab<T> {
    type Target = slab::Slab<T>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.entries
    }
}

impl<T> DerefMut for Slab<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.entries
    }
}

/// Gives back what room `ids` has too much after an entry was removed. The order of entries stays.
pub(super) fn give_back<V, S>(ids: &mut IndexMap<StreamId, V, S>) {
    if ids.capacity() > IDS && ids.len() * TOO_MUCH <= ids.capacity() {
        ids.shrink_to(ids.len() * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOOR: usize = Slab::<usize>::FLOOR;

    fn take(slab: &mut Slab<usize>, key: usize) -> usize {
        let entry = slab.remove(key);
        slab.tidy();
        entry
    }

    fn filled(entries: usize) -> Slab<usize> {
        let mut slab = Slab::new();
        (0..entries).for_each(|entry| assert_eq!(slab.insert(entry), entry));
        slab
    }

    #[test]
    fn an_emptied_slab_gives_all_back() {
        let mut slab = filled(10 * FLOOR);
        (0..10 * FLOOR).for_each(|key| assert_eq!(take(&mut slab, key), key));
        assert_eq!(slab.entries.capacity(), 0);
    }

    #[test]
    fn a_small_slab_keeps_its_room() {
        let mut slab = filled(FLOOR);
        (0..FLOOR).for_each(|key| assert_eq!(take(&mut slab, key), key));
        assert_eq!(slab.entries.capacity(), FLOOR);
    }

    #[test]
    fn an_early_entry_does_not_keep_the_room_of_a_burst() {
        let mut slab = filled(10 * FLOOR);
        (1..10 * FLOOR).for_each(|key| assert_eq!(take(&mut slab, key), key));
        assert!(slab.entries.capacity() <= FLOOR, "{}", slab.entries.capacity());
        assert_eq!(slab[0], 0);
    }

    #[test]
    fn a_late_entry_keeps_its_place() {
        let last = 10 * FLOOR - 1;
        let mut slab = filled(last + 1);
        (0..last).for_each(|key| assert_eq!(take(&mut slab, key), key));
        assert_eq!(slab[last], last);
        assert!(slab.insert(7) < last);
        take(&mut slab, last);
        assert!(slab.entries.capacity() <= last);
    }

    #[test]
    fn use_that_goes_on_keeps_the_room() {
        let mut slab = filled(4 * FLOOR);
        let capacity = slab.entries.capacity();
        for key in (0..4 * FLOOR).cycle().take(100 * FLOOR) {
            take(&mut slab, key);
            slab.insert(key);
        }
        assert_eq!(slab.entries.capacity(), capacity);
    }

    #[test]
    fn a_map_keeps_room_for_what_is_left() {
        let mut ids = (1..1000u32).map(|id| (StreamId::from(id), id)).collect::<IndexMap<_, _>>();
        for id in 10..1000 {
            ids.swap_remove(&StreamId::from(id));
            give_back(&mut ids);
        }
        assert!(ids.capacity() <= IDS, "{}", ids.capacity());
        assert!(ids.values().copied().eq(1..10));
    }
}
