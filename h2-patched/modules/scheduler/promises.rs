//! Promises that are not sent yet.

use crate::frame::{PushPromise, StreamId};

use std::collections::{BTreeMap, BTreeSet};

/// Promises in the order of the streams that they promise, which is the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Promises {
    by_promised: BTreeMap<StreamId, PushPromise>,
    /// The streams that carry promises, each with the streams that it promises.
    by_carrier: BTreeSet<(StreamId, StreamId)>,
}

impl Promises {
    #[cfg(feature = "__invariants")]
    pub(super) fn len(&self) -> usize {
        self.by_promised.len()
    }

    pub(super) fn push(&mut self, promise: PushPromise) {
        self.by_carrier.insert((promise.stream_id(), promise.promised_id()));
        self.by_promised.insert(promise.promised_id(), promise);
    }

    /// Takes the first promise.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<PushPromise> {
        if self.by_promised.is_empty() {
            return None;
        }
        let (promised, promise) = self.by_promised.pop_first()?;
        self.by_carrier.remove(&(promise.stream_id(), promised));
        Some(promise)
    }

    /// Takes the first promise that `carrier` carries, and returns the stream that it promises.
    pub(super) fn pop_of(&mut self, carrier: StreamId) -> Option<StreamId> {
        if self.by_carrier.is_empty() {
            return None;
        }
        let of_carrier = (carrier, StreamId::ZERO)..=(carrier, StreamId::MAX);
        let &(_, promised) = self.by_carrier.range(of_carrier).next()?;
        self.by_carrier.remove(&(carrier, promised));
        self.by_promised.remove(&promised);
        Some(promised)
    }
}
