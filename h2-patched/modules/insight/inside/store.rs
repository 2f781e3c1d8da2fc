//! Access to all streams for snapshots.

use super::{Store, Stream};

impl Store {
    /// How many places there are; some may be empty.
    pub(in crate::proto::streams) fn places(&self) -> usize {
        self.slab.capacity()
    }

    /// The stream at a place, also one that no frame finds any more.
    pub(in crate::proto::streams) fn at(&self, place: usize) -> Option<&Stream> {
        self.slab.get(place)
    }
}
