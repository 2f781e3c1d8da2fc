//! The equations of what is queued.

use super::super::super::streams::holds;
use super::*;

impl Recv {
    pub(in super::super) fn audit_queue(&self, streams: &[&Stream]) {
        let chunks = streams.iter().flat_map(|stream| self.chunks(stream));
        let excess: usize = chunks.map(|chunk| chunk.excess as usize).sum();
        let counted = self.queued_excess;
        holds!("M2", counted == excess, "{counted} bytes of excess counted, queued chunks have {excess}");
        holds!("M2", counted <= SLACK, "{counted} bytes of excess, {SLACK} are the most");
    }

    /// The octets that the budget for small DATA frames was charged for what this stream has queued.
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
