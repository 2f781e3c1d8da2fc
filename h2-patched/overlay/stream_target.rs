//! A receive window of one stream that differs from that of the others (RFC 9113 section 6.9).
//!
//! As for the connection, the target is what is available and what is in flight together. SETTINGS_INITIAL_WINDOW_SIZE moves
//! the windows of all streams (section 6.9.2), but not such a target: while a change of it is under way, the target stands lower
//! or higher by as much as its acknowledgement will move it.

use super::*;
use crate::proto::MAX_WINDOW_SIZE;

impl Recv {
    /// The peer is told this initial window, and will acknowledge it.
    pub fn initial_window_sent(&mut self, octets: WindowSize, store: &mut Store) -> Result<(), Reason> {
        let ahead = i64::from(self.init_window_sent) - i64::from(octets);
        self.init_window_sent = octets;
        if ahead == 0 {
            return Ok(());
        }
        store.try_for_each(|mut stream| {
            if stream.own_target.is_some() {
                self.move_target(ahead, &mut stream)?;
            }
            Ok(())
        })
    }

    /// Sets what the peer may have under way on this stream, at most 2^31-1 octets.
    pub fn set_target_stream_window(&mut self, octets: WindowSize, stream: &mut store::Ptr, task: &mut Option<Waker>) {
        debug_assert!(octets <= MAX_WINDOW_SIZE);
        if !stream.state.is_recv_streaming() {
            return;
        }
        stream.own_target = Some(octets);
        self.forget_growth(stream);
        let under_way = i64::from(self.init_window_sent) - i64::from(self.init_window_sz);
        let current = isize::from(stream.recv_flow.available()) as i64 + i64::from(stream.in_flight_recv_data);
        let moved = self.move_target(i64::from(octets) - under_way - current, stream);
        debug_assert!(moved.is_ok());
        if stream.is_pending_window_update {
            if let Some(task) = task.take() {
                task.wake();
            }
        }
    }

    /// Where the target of a stream stands that has its own.
    #[cfg(feature = "ledger")]
    pub(super) fn own_target(&self, stream: &Stream) -> Option<i64> {
        let under_way = i64::from(self.init_window_sent) - i64::from(self.init_window_sz);
        stream.own_target.map(|target| i64::from(target) - under_way)
    }

    fn move_target(&mut self, octets: i64, stream: &mut store::Ptr) -> Result<(), Reason> {
        let size = WindowSize::try_from(octets.abs()).ok().filter(|size| *size <= MAX_WINDOW_SIZE);
        let size = size.ok_or(Reason::FLOW_CONTROL_ERROR)?;
        let grows = octets > 0;
        if grows {
            stream.recv_flow.assign_capacity(size)?;
        } else {
            stream.recv_flow.claim_capacity(size)?;
        }
        // The peer may count on what was promised to it.
        let promised = grows && stream.recv_flow.unclaimed_capacity().is_some() && !stream.window_holds_the_rest();
        if promised || self.is_stream_update_due(stream, stream.reader()) {
            self.pending_window_updates.push(stream);
        }
        Ok(())
    }
}
