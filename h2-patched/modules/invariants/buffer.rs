//! What lies in queues, for the invariants.

use super::{Buffer, Deque};

impl<T> Buffer<T> {
    pub(in crate::proto::streams) fn audited_len(&self) -> usize {
        self.slab.len()
    }
}

impl Deque {
    pub(in crate::proto::streams) fn audited<'a, T>(&self, buffer: &'a Buffer<T>) -> impl Iterator<Item = &'a T> {
        let mut next = self.indices.map(|indices| indices.head);
        std::iter::from_fn(move || {
            let slot = &buffer.slab[usize::from(next?)];
            next = slot.next;
            Some(&slot.value)
        })
    }
}
