//! What lies in queues, looked at.

use super::{Buffer, Deque};

impl Deque {
    pub(in crate::proto::streams) fn values<'a, T>(&self, buffer: &'a Buffer<T>) -> impl Iterator<Item = &'a T> {
        let mut next = self.indices.map(|indices| indices.head);
        std::iter::from_fn(move || {
            let slot = &buffer.slab[usize::from(next?)];
            next = slot.next;
            Some(&slot.value)
        })
    }
}
