//! The streams that the invariants look at.

use super::{Store, Stream};
use crate::frame::StreamId;

impl Store {
    /// All there are, those too that no frame finds any more.
    pub(in crate::proto::streams) fn audited(&self) -> impl Iterator<Item = &Stream> {
        self.slab.iter().map(|(_, stream)| stream)
    }

    pub(in crate::proto::streams) fn is_linked(&self, id: StreamId) -> bool {
        self.ids.contains_key(&id)
    }
}
