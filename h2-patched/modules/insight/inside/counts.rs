//! Streams that are opened and that are over.

use super::{store, Counts};
use crate::insight::{BlockedOn, ConnectionStats, EventKind, Side, StallEnd};
use crate::proto::streams::stream::Stream;

impl Counts {
    pub(in crate::proto::streams) fn stats(&self) -> &ConnectionStats {
        &self.stats
    }

    pub(in crate::proto::streams) fn stats_mut(&mut self) -> &mut ConnectionStats {
        &mut self.stats
    }

    #[inline]
    pub(in crate::proto::streams) fn stream_opened(&mut self, stream: &mut Stream) {
        stream.stats.is_open = true;
        let is_local = self.peer.is_local_init(stream.id);
        if let Some(shared) = &self.stats.record.shared {
            let counters = &shared.counters;
            if is_local { &counters.streams_opened } else { &counters.streams_received }.add(1);
        }
        let initiator = if is_local { Side::Local } else { Side::Peer };
        self.stats.enqueue(Some(stream.id), EventKind::Opened { initiator });
    }

    pub(in crate::proto::streams) fn stream_accepted(&self, stream: &Stream) {
        if let Some(shared) = &self.stats.record.shared {
            shared.counters.streams_accepted.add(1);
        }
        self.stats.enqueue(Some(stream.id), EventKind::Accepted);
    }

    /// A stream may be over: closed, and nothing of it is left to be sent.
    #[inline]
    pub(in crate::proto::streams) fn stream_over(&self, stream: &mut Stream) {
        if stream.stats.is_open && !stream.state.is_scheduled_reset() {
            stream.stats.is_open = false;
            if stream.stats.spent().is_some() {
                self.peer_stall_ends(stream, stream.state.stall_end());
            }
            if let Some(shared) = &self.stats.record.shared {
                shared.counters.streams_closed.add(1);
            }
            if let Some(event_queue) = &self.stats.record.events {
                event_queue.enqueue_now(Some(stream.id), EventKind::Closed { reason: stream.state.close_reason() });
            }
        }
    }

    /// The application asks for what the peer sends.
    #[inline(always)]
    pub(in crate::proto::streams) fn note_reader(&self, stream: &mut store::Ptr) {
        // A clock reading for each of them would cost connections without an observer.
        if self.stats.record.events.is_some() {
            time_reader(stream);
        }
    }

    /// Our window for a stream may have grown, or the peer may have sent all of it. A stream that
    /// is reset does not go on.
    #[inline]
    pub(in crate::proto::streams) fn peer_resumes(&self, stream: &mut Stream) {
        if stream.stats.spent().is_none() {
            return;
        }
        if stream.state.is_recv_streaming() && stream.recv_flow.announced() > 0 {
            self.peer_stall_ends(stream, StallEnd::Resumed);
        } else if stream.state.is_recv_end_stream() {
            self.peer_stall_ends(stream, StallEnd::StreamEnded);
        }
    }

    #[cold]
    fn peer_stall_ends(&self, stream: &mut Stream, end: StallEnd) {
        if let Some(since) = stream.stats.take_spent() {
            self.stats.record.stall_ends(Some(stream.id), Side::Peer, BlockedOn::StreamWindow, since, end);
        }
    }

    /// The streams that count towards the limits: those that this end opened, and those that the
    /// peer opened.
    pub(in crate::proto::streams) fn active_streams(&self) -> (usize, usize) {
        (self.num_send_streams, self.num_recv_streams)
    }
}

#[cold]
fn time_reader(stream: &mut Stream) {
    if stream.recv_task.is_none() {
        stream.stats.set_reads_since(crate::clock::now());
    }
}
