//! Where an entry stands in a slab, in four bytes, and in four bytes too where there may be none.

use std::fmt;
use std::num::NonZeroU32;

/// The index plus one. The highest bit is a mark that handles of streams use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SlabIndex(NonZeroU32);

const MARK: u32 = 1 << 31;

impl SlabIndex {
    #[inline]
    pub(super) fn new(index: usize) -> Self {
        let plus_one = u32::try_from(index + 1).ok().filter(|plus_one| plus_one & MARK == 0);
        let plus_one = plus_one.and_then(NonZeroU32::new);
        SlabIndex(plus_one.expect("memory does not suffice for 2^31 entries"))
    }

    #[inline]
    pub(super) fn get(self) -> usize {
        ((self.0.get() & !MARK) - 1) as usize
    }

    #[inline]
    pub(super) fn is_marked(self) -> bool {
        self.0.get() & MARK != 0
    }

    #[inline]
    pub(super) fn marked(self) -> Self {
        SlabIndex(self.0 | MARK)
    }

    #[inline]
    pub(super) fn unmarked(self) -> Self {
        Self::new(self.get())
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
