//! Whether a request would wait for the peer's limit of concurrent streams (RFC 9113, section
//! 5.1.2).

use bytes::Buf;

use super::SendRequest;

impl<B: Buf> SendRequest<B> {
    /// Returns how many requests the peer's limit of concurrent streams allows beyond those that
    /// are open and those that wait to be opened, over all clones of this handle.
    ///
    /// While this is 0, a request that is sent waits until another one ends. A pool of connections
    /// may open a second connection then. Before the peer's SETTINGS arrive, the limit is
    /// [`initial_max_send_streams`](crate::client::Builder::initial_max_send_streams). The peer may
    /// lower its limit at any time, so that this is no promise. It is 0 once the peer takes no
    /// new requests (GOAWAY, section 6.8), and once the connection has failed.
    ///
    /// The call takes the lock of the connection's streams for a moment. Its cost does not depend
    /// on the number of streams.
    pub fn available_streams(&self) -> usize {
        self.inner.available_send_streams()
    }

    /// Returns whether a request that is sent now would wait for the peer's limit of concurrent
    /// streams, or fail. The same as [`available_streams`](Self::available_streams) being 0.
    pub fn would_wait(&self) -> bool {
        self.available_streams() == 0
    }
}
