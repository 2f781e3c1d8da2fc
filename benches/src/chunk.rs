//! Content that counts as memory and takes none, so that gigabytes of it can be held.

use bytes::Bytes;

use crate::heap;

/// Octets of a chunk.
pub(crate) const CHUNK: usize = 16 << 10;

static CONTENT: [u8; CHUNK] = [b'c'; CHUNK];

/// A chunk's owner. The chunk counts as allocated for as long as it is there.
struct Counted(usize);

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &CONTENT[..self.0]
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        heap::release(self.0);
    }
}

/// Returns a chunk of that many octets, [`CHUNK`] at most. [`heap`] counts it.
pub(crate) fn chunk(octets: usize) -> Bytes {
    let octets = octets.min(CHUNK);
    heap::hold(octets);
    Bytes::from_owner(Counted(octets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_has_its_octets_and_no_more_than_a_chunk() {
        assert_eq!((chunk(10).len(), chunk(CHUNK + 1).len()), (10, CHUNK));
    }
}
