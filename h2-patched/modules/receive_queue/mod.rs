//! The DATA that a connection keeps until the application reads it, and what that costs.
//!
//! A payload is a slice of the buffer that it was read into and keeps the whole allocation alive. A
//! peer that sends small DATA frames with larger frames of another type between them could so have
//! a connection keep many times the content. What is queued costs at most 1.25 times the content,
//! [`SLACK`] bytes a connection, and less than 1 KiB a chunk:
//!
//! * A payload is queued as it is if its allocation is at most a quarter larger. Behind a larger
//!   allocation it is queued as it is too while all such allocations of the connection together
//!   have at most [`SLACK`] bytes, so that a reader that keeps up costs no copy. Beyond that the
//!   octets are copied.
//! * A payload that is small, or that has to be copied, is appended to the last unread chunk of its
//!   stream as long as both fit into [`CHUNK`] octets, so that small frames cost no entry of the
//!   queue each.

#[cfg(feature = "__invariants")]
mod audit;
mod pinned;

pub(in crate::proto::streams) use self::pinned::Pinned;

use self::pinned::Pin;
use super::*;

/// Octets of a chunk that payloads are appended to.
const CHUNK: usize = 16 << 10;

/// A payload of fewer octets is appended even if it could be queued as it is.
const SMALL: usize = 1 << 10;

/// A chunk of as many octets, in an allocation that others may share, is not copied for the sake of
/// a small payload.
const LARGE: usize = 4 << 10;

/// A chunk of content that waits to be read.
#[derive(Debug)]
pub(in crate::proto::streams) struct DataEvent {
    pub(in crate::proto::streams) payload: Payload,
    /// The octets that the budget for small DATA frames was charged for this chunk.
    charge: u32,
    /// The allocation that the chunk keeps alive, if it counts against [`SLACK`].
    pin: Option<Pin>,
}

#[derive(Debug)]
pub(in crate::proto::streams) enum Payload {
    /// A slice of an allocation that others may share.
    Slice(Bytes),
    /// Octets of several frames, in an allocation of its own.
    Joined(Vec<u8>),
}

impl Payload {
    pub(in crate::proto::streams) fn len(&self) -> usize {
        match self {
            Payload::Slice(content) => content.len(),
            Payload::Joined(content) => content.len(),
        }
    }
}

impl DataEvent {
    /// A chunk that costs nothing beside its content.
    #[cfg(test)]
    pub(in crate::proto::streams) fn new(content: Bytes) -> Self {
        DataEvent { payload: Payload::Slice(content), charge: 0, pin: None }
    }

    /// The octets that the budget for small DATA frames gets back once this chunk is no longer
    /// queued.
    pub(in crate::proto::streams) fn charge(&self) -> usize {
        self.charge as usize
    }

    pub(in crate::proto::streams) fn into_content(self) -> Bytes {
        match self.payload {
            Payload::Slice(content) => content,
            Payload::Joined(content) => content.into(),
        }
    }

    /// Whether the payload of the next frame is to be appended to this chunk.
    fn takes(&self, octets: usize, is_copied: bool) -> bool {
        let is_cheap = match &self.payload {
            Payload::Joined(_) => octets < SMALL,
            Payload::Slice(content) => octets < SMALL && content.len() < LARGE,
        };
        (is_cheap || is_copied) && self.payload.len() + octets <= CHUNK
    }

    /// Appends the payload of the next frame.
    fn append(&mut self, payload: &[u8]) {
        match &mut self.payload {
            Payload::Joined(content) => {
                if content.capacity() - content.len() < payload.len() {
                    content.reserve_exact(payload.len().max(content.len() / 4));
                }
                content.extend_from_slice(payload);
            }
            Payload::Slice(content) => {
                let mut joined = Vec::with_capacity(content.len() + payload.len());
                joined.extend_from_slice(content);
                joined.extend_from_slice(payload);
                self.payload = Payload::Joined(joined);
            }
        }
    }

    /// Nothing will be appended any more.
    fn seal(&mut self) {
        if let Payload::Joined(content) = &mut self.payload {
            if content.capacity() - content.len() > content.len() / 8 {
                content.shrink_to_fit();
            }
        }
    }
}

impl Recv {
    /// Queues the content of a DATA frame for the reader of the stream.
    pub(super) fn queue_data(&mut self, frame: frame::Data, stream: &mut Stream) {
        let charge = match frame.payload().len() {
            0 => 0,
            _ if frame.is_end_stream() => 0,
            octets => proto::DEFAULT_DATA_FRAME_OVERHEAD_THRESHOLD.saturating_sub(octets) as u32,
        };
        let allocation = frame.allocation();
        let payload = frame.into_payload();
        let octets = payload.len();
        stream.stats.arrived(octets);
        let counts = allocation.bytes().saturating_sub(octets) > octets / 4;
        let is_copied = counts && !self.pinned.has_room(allocation);

        if let Some(Event::Data(last)) = stream.pending_recv.back_mut(&mut self.buffer) {
            if octets == 0 {
                return;
            }
            if last.takes(octets, is_copied) {
                last.append(&payload);
                last.charge += charge;
                self.pinned.unpin(last.pin.take());
                return;
            }
            last.seal();
        }

        let (content, pin) = match octets {
            0 => (Bytes::new(), None),
            _ if is_copied => (Bytes::copy_from_slice(&payload), None),
            _ => (payload, counts.then(|| self.pinned.pin(allocation))),
        };
        let chunk = DataEvent { payload: Payload::Slice(content), charge, pin };
        stream.pending_recv.push_back(&mut self.buffer, Event::Data(chunk));
    }

    /// Events that a chunk is no longer queued.
    pub(super) fn dequeued(&mut self, chunk: &DataEvent, stream: &mut Stream) {
        stream.stats.left(chunk.payload.len());
        self.pinned.unpin(chunk.pin);
    }
}
