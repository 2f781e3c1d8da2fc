//! The allocations that queued chunks keep alive, each counted once, however many chunks are slices
//! of it.

use crate::codec::Allocation;

/// The bytes that the allocations behind queued chunks may have that are larger than these, for all
/// streams of a connection.
pub(super) const SLACK: usize = 64 << 10;

/// An allocation with its chunks. A read buffer has 8 KiB or more, so that there are never more
/// than eight.
#[derive(Debug)]
struct Shared {
    allocation: Allocation,
    chunks: u32,
}

#[derive(Debug, Default)]
pub(in crate::proto::streams) struct Pinned {
    /// The allocations. Entries without chunks are free places.
    shared: Vec<Shared>,
    /// The sum of all allocations that have chunks.
    bytes: usize,
}

/// The place of an allocation that a chunk keeps alive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pin(u8);

impl Pinned {
    /// Whether a chunk in this allocation may be kept.
    #[inline]
    pub(super) fn has_room(&self, allocation: Allocation) -> bool {
        self.bytes + allocation.bytes() <= SLACK || self.place(allocation).is_some()
    }

    /// A chunk in an allocation for which there is room is queued.
    pub(super) fn pin(&mut self, allocation: Allocation) -> Pin {
        let place = self.place(allocation).unwrap_or_else(|| self.enter(allocation));
        self.shared[place].chunks += 1;
        Pin(place as u8)
    }

    /// The chunk is no longer queued.
    #[inline]
    pub(super) fn unpin(&mut self, pin: Option<Pin>) {
        let Some(Pin(place)) = pin else { return };
        let shared = &mut self.shared[usize::from(place)];
        shared.chunks -= 1;
        if shared.chunks == 0 {
            self.bytes -= shared.allocation.bytes();
        }
    }

    #[inline]
    fn place(&self, allocation: Allocation) -> Option<usize> {
        self.shared.iter().position(|shared| shared.allocation == allocation && shared.chunks > 0)
    }

    fn enter(&mut self, allocation: Allocation) -> usize {
        self.bytes += allocation.bytes();
        let shared = Shared { allocation, chunks: 0 };
        match self.shared.iter().position(|shared| shared.chunks == 0) {
            Some(free) => {
                self.shared[free] = shared;
                free
            }
            None => {
                self.shared.push(shared);
                self.shared.len() - 1
            }
        }
    }

    /// The bytes counted, and the chunks of each allocation by its place, for the invariants.
    #[cfg(feature = "__invariants")]
    pub(super) fn counted(&self) -> (usize, impl Iterator<Item = (usize, usize)> + '_) {
        (self.bytes, self.shared.iter().map(|shared| (shared.allocation.bytes(), shared.chunks as usize)))
    }
}

#[cfg(feature = "__invariants")]
impl Pin {
    pub(super) fn place(self) -> usize {
        self.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allocation(number: u32) -> Allocation {
        Allocation::new(SLACK / 2, number)
    }

    #[test]
    fn an_allocation_counts_once_and_until_its_last_chunk_is_gone() {
        let mut pinned = Pinned::default();
        let first = pinned.pin(allocation(1));
        let second = pinned.pin(allocation(1));
        let other = pinned.pin(allocation(2));
        assert_eq!(pinned.bytes, SLACK);
        pinned.unpin(Some(first));
        assert!(pinned.has_room(allocation(1)) && !pinned.has_room(allocation(3)));
        pinned.unpin(Some(second));
        assert_eq!(pinned.bytes, SLACK / 2);
        assert!(pinned.has_room(allocation(3)));
        pinned.unpin(Some(other));
        assert_eq!(pinned.bytes, 0);
    }

    #[test]
    fn a_place_that_is_free_is_used_again() {
        let mut pinned = Pinned::default();
        for number in 0..100 {
            let pin = pinned.pin(allocation(number));
            let kept = pinned.pin(allocation(number + 1));
            pinned.unpin(Some(pin));
            pinned.unpin(Some(kept));
        }
        assert!(pinned.shared.len() <= 2, "{pinned:?}");
    }
}
