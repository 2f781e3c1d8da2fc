//! A receive window of one stream that differs from that of the others (RFC 9113 section 6.9).
//!
//! As for the connection, the target is what is available and what is in flight together.
//! SETTINGS_INITIAL_WINDOW_SIZE moves the windows of all streams (section 6.9.2), but not such a
//! target: while a change of it is under way, the target is lower or higher by as much as its
//! acknowledgement will move it.

use super::*;
use crate::proto::MAX_WINDOW_SIZE;

/// The target of a stream alone, in four bytes also where there is none.
#[derive(Clone, Copy, Debug)]
pub(in crate::proto::streams) struct OwnTarget(u32);

impl OwnTarget {
    /// The stream has the initial window, like the others.
    pub(in crate::proto::streams) const NONE: Self = OwnTarget(u32::MAX);

    pub(super) fn is_none(self) -> bool {
        self.get().is_none()
    }

    pub(super) fn get(self) -> Option<WindowSize> {
        (self.0 <= MAX_WINDOW_SIZE).then_some(self.0)
    }
}

impl Recv {
    /// Limits a change of the initial window to what the open streams leave: it is added to the
    /// window that the peer has of each of them, and none may exceed 2^31-1 (RFC 9113 section
    /// 6.9.2).
    pub fn fit_initial_window(&self, settings: &mut frame::Settings, store: &mut Store) {
        let Some(wanted) = settings.initial_window_size() else { return };
        if wanted <= self.init_window_sent {
            return;
        }
        let mut largest = 0;
        store.for_each(|stream| largest = largest.max(stream.recv_flow.window_size()));
        let fits = self.init_window_sent.saturating_add(MAX_WINDOW_SIZE - largest);
        if wanted > fits {
            settings.set_initial_window_size(Some(fits));
        }
    }

    /// Records an initial window that was sent to the peer, which will acknowledge it.
    pub fn initial_window_sent(&mut self, octets: WindowSize, store: &mut Store) -> Result<(), Reason> {
        let before = std::mem::replace(&mut self.init_window_sent, octets);
        if before == octets {
            return Ok(());
        }
        store.for_each(|mut stream| {
            if stream.own_target.is_none() {
                self.limit_growth(&mut stream);
            } else {
                self.settle_own_target(&mut stream);
            }
        });
        Ok(())
    }

    /// The peer has acknowledged the initial window: what was owed to streams with a target of
    /// their own until then is due.
    pub(super) fn initial_window_acknowledged(&mut self, stream: &mut store::Ptr) {
        if !stream.own_target.is_none() {
            self.settle_own_target(stream);
        }
    }

    /// Sets what the peer may have under way on this stream, at most 2^31-1 octets.
    pub fn set_target_stream_window(&mut self, octets: WindowSize, stream: &mut store::Ptr, task: &mut Option<Waker>) {
        debug_assert!(octets <= MAX_WINDOW_SIZE);
        if !stream.state.is_recv_streaming() {
            return;
        }
        stream.own_target = OwnTarget(octets);
        self.forget_growth(stream);
        self.settle_own_target(stream);
        if stream.is_pending_window_update {
            if let Some(task) = task.take() {
                task.wake();
            }
        }
    }

    /// What is available to the peer on a stream that has its own target, announced or not. A
    /// window has no room for more than 2^31-1 octets either way: what a change of the initial
    /// window brings beyond that is owed until its acknowledgement.
    pub(super) fn due_on_own_target(&self, stream: &Stream) -> Option<i64> {
        let under_way = i64::from(self.init_window_sent) - i64::from(self.init_window_sz);
        let most = i64::from(MAX_WINDOW_SIZE);
        let due = i64::from(stream.own_target.get()?) - under_way - i64::from(stream.in_flight_recv_data);
        Some(due.clamp(-most, most))
    }

    fn settle_own_target(&mut self, stream: &mut store::Ptr) {
        let Some(due) = self.due_on_own_target(stream) else { return };
        let grows = due > isize::from(stream.recv_flow.available()) as i64;
        stream.recv_flow.set_available(due as i32);
        // The peer may count on what was promised to it.
        let promised = grows && stream.recv_flow.unclaimed_capacity().is_some() && !stream.window_holds_the_rest();
        if promised || self.is_stream_update_due(stream, stream.reader()) {
            self.pending_window_updates.push(stream);
        }
    }

    /// Gives a stream the credit of octets that were read or discarded.
    pub(super) fn assign_to_stream(&self, octets: WindowSize, stream: &mut Stream) {
        match self.due_on_own_target(stream) {
            Some(due) => stream.recv_flow.set_available(due as i32),
            None => {
                let assigned = stream.recv_flow.assign_capacity(octets);
                debug_assert!(assigned.is_ok(), "what was taken from a window fits into it");
            }
        }
    }
}
