//! Promises that are not sent yet.

use crate::frame::{PushPromise, StreamId};

use std::collections::{BTreeMap, BTreeSet};

/// Promises in the order of the streams that they promise, which is the order in which they were
/// made. Most connections never have a promise, so memory is allocated with the first one.
#[derive(Debug, Default)]
pub(super) struct Promises(Option<Box<Queued>>);

#[derive(Debug, Default)]
struct Queued {
    by_promised: BTreeMap<StreamId, PushPromise>,
    /// The streams that carry promises, each with the streams that it promises.
    by_carrier: BTreeSet<(StreamId, StreamId)>,
}

impl Promises {
    #[cfg(feature = "__invariants")]
    pub(super) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |queued| queued.by_promised.len())
    }

    pub(super) fn push(&mut self, promise: PushPromise) {
        let queued = self.0.get_or_insert_default();
        queued.by_carrier.insert((promise.stream_id(), promise.promised_id()));
        queued.by_promised.insert(promise.promised_id(), promise);
    }

    /// Takes the first promise.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<PushPromise> {
        let queued = self.0.as_mut()?;
        let (promised, promise) = queued.by_promised.pop_first()?;
        queued.by_carrier.remove(&(promise.stream_id(), promised));
        Some(promise)
    }

    /// Takes the first promise that `carrier` carries, and returns the stream that it promises.
    pub(super) fn pop_of(&mut self, carrier: StreamId) -> Option<StreamId> {
        let queued = self.0.as_mut()?;
        let of_carrier = (carrier, StreamId::ZERO)..=(carrier, StreamId::MAX);
        let &(_, promised) = queued.by_carrier.range(of_carrier).next()?;
        queued.by_carrier.remove(&(carrier, promised));
        queued.by_promised.remove(&promised);
        Some(promised)
    }
}
