//! Stream isolation: unread octets of one stream do not close the connection's window for the
//! others.
//!
//! Where unread octets leave less than half of the connection's window, and the reader of some
//! stream waits, the limit is raised by as much, within the budgets of the connection and of the
//! process. Where no reader waits, more window would help no stream: the peer gets what the
//! application set and no more. What one stream can leave unread is bounded by its own window.

use super::*;
use crate::proto::MAX_WINDOW_SIZE;

/// The limit is raised and lowered in steps of this size, in octets, so that the process's budget
/// is not locked for each frame.
const STEP: i64 = 64 << 10;

impl Recv {
    /// DATA came, and is in flight.
    #[inline]
    pub(in crate::proto::streams) fn credit_used(&mut self, octets: WindowSize) {
        if self.windows.may_grow() {
            self.windows.round_trip.arrived(octets);
        }
        if self.windows.grant.octets() > 0 {
            if self.windows.grant.wakes_up_without_room() {
                self.shrink_targets();
            }
            self.settle_connection();
            self.is_connection_update_due(Reader::Reads);
        } else if self.is_window_held_up() {
            self.settle_connection();
            self.is_connection_update_due(Reader::Reads);
        }
    }

    /// Whether unread octets leave less than half of the window while a reader waits.
    #[inline]
    pub(super) fn is_window_held_up(&self) -> bool {
        let left = self.windows.limit() - i64::from(self.in_flight_data);
        self.waiting_readers > 0 && left < i64::from(self.windows.target / 2)
    }

    /// Raises the limit towards this one, as far as the budgets allow. Returns what the process had
    /// less than that.
    pub(super) fn raise_limit(&mut self, wanted: i64, purpose: Purpose) -> u32 {
        let windows = &mut self.windows;
        let limit = windows.limit();
        let steps = (wanted + STEP - 1) / STEP * STEP;
        let most = steps.min(windows.budget.into());
        match u32::try_from(most - limit) {
            Ok(more @ 1..) => more - windows.grant.extend(more, purpose),
            _ => 0,
        }
    }

    /// The application sets what the peer may send at any time: returns whether that is more than
    /// before.
    pub(in crate::proto::streams) fn set_configured_target(&mut self, target: WindowSize) -> bool {
        let windows = &mut self.windows;
        let grows = target > windows.target;
        windows.configured = target;
        windows.target = target;
        windows.rate = RateEstimator::default();
        windows.grant.stop_waiting();
        // What was granted beside a smaller window may be more than there is room for beside this
        // one.
        let most = windows.budget.saturating_sub(target);
        windows.grant.shrink(windows.grant.octets().saturating_sub(most));
        self.settle_connection();
        #[cfg(feature = "__invariants")]
        {
            self.windows.excess = self.promised();
        }
        grows
    }

    /// What the application set.
    pub(in crate::proto::streams) fn configured_target(&self) -> WindowSize {
        self.windows.configured
    }

    /// The limit, if it is another one than when this was last asked. The budget for small frames
    /// follows it.
    pub fn take_new_limit(&mut self) -> Option<WindowSize> {
        let windows = &mut self.windows;
        let known = std::mem::replace(&mut windows.known_grant, windows.grant.octets());
        (known != windows.grant.octets()).then(|| WindowSize::try_from(windows.limit()).unwrap_or(MAX_WINDOW_SIZE))
    }

    /// What is in flight, the target or the limit has changed: the peer may be granted more, or
    /// less.
    pub(in crate::proto::streams) fn settle_connection(&mut self) {
        self.note_extent();
        self.lower_limit();
        if self.windows.over {
            return;
        }
        self.assign_what_is_due();
        self.windows.short = 0;
        if self.is_window_held_up() {
            self.windows.short =
                self.raise_limit(i64::from(self.windows.target) + i64::from(self.in_flight_data), Purpose::Isolation);
            self.assign_what_is_due();
        }
    }

    #[inline]
    pub(super) fn note_extent(&self) {
        self.windows.grant.note_extent(self.in_flight_data, self.flow.window_size());
    }

    /// The connection is polled. If it waited for a part of the process's budget, it may have been
    /// given some.
    #[inline]
    pub(in crate::proto::streams) fn take_granted(&mut self) {
        if self.windows.grant.stop_waiting() {
            self.settle_connection();
            self.is_connection_update_due(self.readers());
        }
    }

    /// The connection has nothing to do until it is woken.
    #[inline]
    pub(in crate::proto::streams) fn await_grant(&mut self, waker: &Waker) {
        if self.windows.short > 0 {
            self.windows.grant.wait(self.windows.short, waker);
        }
    }

    /// The connection has ended. What it holds unread is all that it needs room for.
    pub(in crate::proto::streams) fn connection_over(&mut self) {
        self.windows.over = true;
        self.windows.short = 0;
        self.windows.grant.stop_waiting();
        self.lower_limit();
    }

    fn assign_what_is_due(&mut self) {
        let free = self.windows.limit() - i64::from(self.in_flight_data);
        let due = free.min(self.windows.target.into());
        let difference = due - isize::from(self.flow.available()) as i64;
        let size = difference.unsigned_abs() as WindowSize;
        let settled = if difference > 0 { self.flow.assign_capacity(size) } else { self.flow.claim_capacity(size) };
        debug_assert!(settled.is_ok(), "{due} octets are within 2^31-1");
    }

    /// Gives back what is not needed any more. What the peer was granted cannot be taken back, so
    /// it counts.
    fn lower_limit(&mut self) {
        if self.windows.grant.octets() == 0 {
            return;
        }
        let granted = if self.windows.over { 0 } else { self.flow.window_size().max(self.windows.target) };
        let spare = self.windows.limit() - i64::from(granted) - i64::from(self.in_flight_data);
        let steps = spare - spare % STEP;
        if let Ok(steps @ 1..) = u32::try_from(steps) {
            self.windows.grant.shrink(steps);
        }
    }
}
