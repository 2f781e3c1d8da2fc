//! All streams, looked at.

use super::{Store, Stream};

impl Store {
    /// Those too that no frame finds any more.
    pub(in crate::proto::streams) fn all(&self) -> impl Iterator<Item = &Stream> {
        self.slab.iter().map(|(_, stream)| stream)
    }
}
