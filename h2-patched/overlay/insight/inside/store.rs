//! All streams, looked at.

use super::{Store, Stream};

impl Store {
    /// Those too that no frame finds any more. The iterator has a name: behind `impl Iterator` the compiler would export all that
    /// streams can do, and inline less of it.
    pub(in crate::proto::streams) fn all(&self) -> slab::Iter<'_, Stream> {
        self.slab.iter()
    }
}
