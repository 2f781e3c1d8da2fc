//! Requests and pushes that are reset before the application has accepted them.
//!
//! Such a request is not handed to the application. What came on it is dropped with the reset, and
//! its credit is given back. The stream without content stays in the accept queue, because a stream
//! in the middle of a queue cannot be taken out. It is removed when its turn comes, or when more
//! than half of the queue are such streams, so that they are never more than the others by
//! [`SPARE`].
//!
//! A push is handed to the application with its error. Its promised request is kept for that, and
//! is one of the promises that `held_fields` bounds. What came on it besides is dropped.

use super::store::Resolve;
use super::*;
use crate::proto::DEFAULT_REMOTE_RESET_STREAM_MAX;

/// The queue is not swept for fewer streams than this.
const SPARE: usize = 32;

impl Recv {
    /// Drops what came on a stream that was reset, if it waits to be accepted.
    pub(in super::super) fn drop_unaccepted(&mut self, stream: &mut Stream, counts: &mut Counts) {
        let waits = stream.is_pending_accept && !stream.is_counted_reset;
        if !(waits && stream.state.is_reset() && counts.drops_unaccepted()) {
            return;
        }
        if counts.peer().is_server() {
            counts.unaccepted_reset(stream);
            self.clear_recv_buffer(stream, &mut None, counts);
        } else if let Some(promised) = stream.pending_recv.pop_front(&mut self.buffer) {
            self.clear_recv_buffer(stream, &mut None, counts);
            stream.pending_recv.push_back(&mut self.buffer, promised);
        }
    }

    /// Returns the next stream that the application can accept.
    pub(in super::super) fn next_accepted(&mut self, store: &mut Store, counts: &mut Counts) -> Option<store::Key> {
        loop {
            let key = self.next_incoming(store)?;
            let stream = store.resolve(key);
            if !(stream.is_counted_reset && counts.drops_unaccepted()) {
                return Some(key);
            }
            forget(stream, counts);
        }
    }

    /// Removes streams that were reset from the accept queue, once they are the most of it.
    #[inline]
    pub(in super::super) fn sweep_unaccepted(&mut self, store: &mut Store, counts: &mut Counts) {
        if counts.unaccepted_resets() > SPARE {
            self.sweep(store, counts);
        }
    }

    #[cold]
    fn sweep(&mut self, store: &mut Store, counts: &mut Counts) {
        let (_, others) = counts.active_streams();
        if counts.unaccepted_resets() <= others || !counts.drops_unaccepted() {
            return;
        }
        let mut queue = self.pending_accept.take();
        while let Some(mut stream) = queue.pop(store) {
            match stream.is_counted_reset {
                true => forget(stream, counts),
                false => {
                    self.pending_accept.push(&mut stream);
                }
            }
        }
    }
}

/// Removes a stream that has left the accept queue.
fn forget(mut stream: store::Ptr, counts: &mut Counts) {
    counts.dec_num_remote_reset_streams(&mut stream);
    counts.transition_after(stream, false);
}

impl Counts {
    /// Whether what was reset unaccepted is dropped. A program that sets another limit than the
    /// release's default gets it, up to that limit, as in the release.
    pub(in super::super) fn drops_unaccepted(&self) -> bool {
        self.max_remote_reset_streams() == DEFAULT_REMOTE_RESET_STREAM_MAX
    }
}
