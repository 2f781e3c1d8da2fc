//! Octets of DATA on their way through the codec, which makes one frame or several of them.

use super::super::store::Key;

use bytes::buf::Take;
use bytes::Buf;
use std::fmt;
use std::io::IoSlice;

pub(crate) struct Prioritized<B> {
    /// What is sent now of the buffer that the application handed over.
    pub(super) octets: Take<B>,
    /// Whether END_STREAM belongs to the end of that buffer.
    pub(super) end_stream: bool,
    /// The stream that waits for the rest of that buffer, if there is one.
    pub(super) rest_of: Option<Key>,
}

impl<B: Buf> Buf for Prioritized<B> {
    fn remaining(&self) -> usize {
        self.octets.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.octets.chunk()
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        self.octets.chunks_vectored(slices)
    }

    fn advance(&mut self, octets: usize) {
        self.octets.advance(octets)
    }
}

impl<B: Buf> fmt::Debug for Prioritized<B> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Prioritized")
            .field("octets", &self.octets.remaining())
            .field("end_stream", &self.end_stream)
            .finish()
    }
}
