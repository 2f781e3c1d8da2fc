//! The invariants of queued DATA.

use super::super::super::streams::holds;
use super::pinned::SLACK;
use super::*;

impl Recv {
    pub(in super::super) fn audit_queue(&self, streams: &[&Stream]) {
        let (bytes, allocations) = self.pinned.counted();
        let mut chunks = Vec::new();
        for place in streams.iter().flat_map(|stream| self.chunks(stream)).filter_map(|chunk| chunk.pin.map(Pin::place))
        {
            chunks.resize(chunks.len().max(place + 1), 0);
            chunks[place] += 1;
        }
        let mut pinned = 0;
        for (place, (size, counted)) in allocations.enumerate() {
            let queued = chunks.get(place).copied().unwrap_or(0);
            holds!("M2", counted == queued, "{counted} chunks of an allocation counted, {queued} are queued");
            pinned += if queued > 0 { size } else { 0 };
        }
        holds!("M2", bytes == pinned, "{bytes} bytes of allocations counted, queued chunks pin {pinned}");
        holds!("M2", bytes <= SLACK, "{bytes} bytes of allocations, {SLACK} are the most");
    }

    /// The octets that the budget for small DATA frames was charged for what this stream has
    /// queued.
    pub(in super::super) fn queued_charge(&self, stream: &Stream) -> usize {
        self.chunks(stream).map(DataEvent::charge).sum()
    }

    fn chunks<'a>(&'a self, stream: &Stream) -> impl Iterator<Item = &'a DataEvent> {
        stream.pending_recv.audited(&self.buffer).filter_map(|event| match event {
            Event::Data(chunk) => Some(chunk),
            _ => None,
        })
    }
}
