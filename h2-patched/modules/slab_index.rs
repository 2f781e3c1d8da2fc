//! The index of an entry in a slab, in four bytes, also where it is optional.

use std::fmt;
use std::num::NonZeroU32;

/// The complement of the index, so that it is never 0. The highest bit is clear in a mark that
/// handles of streams use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SlabIndex(NonZeroU32);

const UNMARKED: u32 = 1 << 31;

impl SlabIndex {
    #[inline]
    pub(super) fn new(index: usize) -> Self {
        // The last index would be 0 with the mark.
        let small = u32::try_from(index).ok().filter(|index| *index < !UNMARKED);
        let complement = small.and_then(|index| NonZeroU32::new(!index));
        SlabIndex(complement.expect("memory does not suffice for 2^31 entries"))
    }

    #[inline]
    pub(super) fn get(self) -> usize {
        !(self.0.get() | UNMARKED) as usize
    }

    #[inline]
    pub(super) fn is_marked(self) -> bool {
        self.0.get() & UNMARKED == 0
    }

    pub(super) fn marked(self) -> Self {
        let marked = NonZeroU32::new(self.0.get() & !UNMARKED);
        SlabIndex(marked.expect("the last index is not used"))
    }

    #[inline]
    pub(super) fn unmarked(self) -> Self {
        SlabIndex(self.0 | UNMARKED)
    }
}

impl From<SlabIndex> for usize {
    #[inline]
    fn from(index: SlabIndex) -> usize {
        index.get()
    }
}

impl fmt::Debug for SlabIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_hides_nothing() {
        for index in [0, 1, 1000, (1 << 31) - 2] {
            let plain = SlabIndex::new(index);
            assert_eq!((plain.get(), plain.is_marked()), (index, false));
            let marked = plain.marked();
            assert_eq!((marked.get(), marked.is_marked()), (index, true));
            assert_eq!(marked.unmarked(), plain);
        }
        assert_eq!(size_of::<Option<SlabIndex>>(), 4);
    }
}
