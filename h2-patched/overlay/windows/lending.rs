//! Isolation: octets that somebody leaves unread do not close the connection's window for everybody else.
//!
//! Where the peer has less than half of its target left because of what is unread, the limit is raised by as much, within the
//! connection's budget and the process's. What a stream can leave unread is bounded by its own window as before.

use super::*;
use crate::proto::MAX_WINDOW_SIZE;

/// The limit is raised and lowered in steps of this size, in octets, so that the process's account is not touched for each frame.
const STEP: i64 = 64 << 10;

impl Recv {
    /// DATA came, and is in flight.
    pub(in crate::proto::streams) fn credit_used(&mut self, octets: WindowSize) {
        if self.windows.may_grow() {
            self.windows.round_trip.arrived(octets);
            self.wake_from_idleness();
        }
        if self.windows.lease.octets() > 0 || self.is_window_held_up() {
            self.settle_connection();
            self.is_connection_update_due(Reader::Reads);
        }
    }

    /// Whether unread octets keep the peer from having half of the target.
    #[inline]
    pub(super) fn is_window_held_up(&self) -> bool {
        let target = self.windows.target;
        self.flow.window_size() < target / 2 && (isize::from(self.flow.available()) as i64) < i64::from(target)
    }

    /// Raises the limit towards this one, as far as the budgets allow. What the process has less than the connection may take.
    pub(super) fn raise_limit(&mut self, wanted: i64) -> u32 {
        let windows = &mut self.windows;
        let limit = windows.limit();
        let steps = (wanted + STEP - 1) / STEP * STEP;
        let most = steps.min(windows.budget.into());
        match u32::try_from(most - limit) {
            Ok(more @ 1..) => more - windows.lease.extend(more),
            _ => 0,
        }
    }

    /// The application sets what the peer may send at any time: returns whether that is more than before.
    pub(in crate::proto::streams) fn set_configured_target(&mut self, target: WindowSize) -> bool {
        let windows = &mut self.windows;
        let grows = target > windows.target;
        windows.configured = target;
        windows.target = target;
        windows.pace = Pace::default();
        windows.lease.stop_waiting();
        // What was lent beside a smaller window may be more than there is room for beside this one.
        let most = windows.budget.saturating_sub(target);
        windows.lease.shrink(windows.lease.octets().saturating_sub(most));
        self.settle_connection();
        #[cfg(feature = "ledger")]
        {
            self.windows.excess = self.promised();
        }
        grows
    }

    /// What the application set.
    pub(in crate::proto::streams) fn configured_target(&self) -> WindowSize {
        self.windows.configured
    }

    /// The limit, if it is another one than when this was last asked. The budget for small frames follows it.
    pub fn take_new_limit(&mut self) -> Option<WindowSize> {
        let windows = &mut self.windows;
        let known = std::mem::replace(&mut windows.known_lease, windows.lease.octets());
        (known != windows.lease.octets()).then(|| WindowSize::try_from(windows.limit()).unwrap_or(MAX_WINDOW_SIZE))
    }

    /// What is in flight, the target or the limit has changed: the peer may be granted more, or less.
    pub(in crate::proto::streams) fn settle_connection(&mut self) {
        self.lower_limit();
        if self.windows.over {
            return;
        }
        self.offer_what_is_due();
        self.windows.short = 0;
        if self.is_window_held_up() {
            self.windows.short = self.raise_limit(i64::from(self.windows.target) + i64::from(self.in_flight_data));
            self.offer_what_is_due();
        }
    }

    /// The connection is polled. If it waited for the process to have more to lend, it may have been lent some.
    #[inline]
    pub(in crate::proto::streams) fn take_what_was_lent(&mut self) {
        if self.windows.lease.stop_waiting() {
            self.settle_connection();
            self.is_connection_update_due(self.readers());
        }
    }

    /// The connection has nothing to do until it is woken.
    #[inline]
    pub(in crate::proto::streams) fn await_lease(&mut self, waker: &Waker) {
        if self.windows.short > 0 {
            self.windows.lease.wait(self.windows.short, waker);
        }
    }

    /// The connection has ended. What it holds unread is all that it needs room for.
    pub(in crate::proto::streams) fn connection_over(&mut self) {
        self.windows.over = true;
        self.windows.short = 0;
        self.windows.lease.stop_waiting();
        self.lower_limit();
    }

    fn offer_what_is_due(&mut self) {
        let free = self.windows.limit() - i64::from(self.in_flight_data);
        let due = free.min(self.windows.target.into());
        let difference = due - isize::from(self.flow.available()) as i64;
        let size = difference.unsigned_abs() as WindowSize;
        let settled = if difference > 0 { self.flow.assign_capacity(size) } else { self.flow.claim_capacity(size) };
        debug_assert!(settled.is_ok(), "{due} octets are within 2^31-1");
    }

    /// Gives back what is not needed any more. What the peer was granted cannot be taken back, so it counts.
    fn lower_limit(&mut self) {
        if self.windows.lease.octets() == 0 {
            return;
        }
        let granted = if self.windows.over { 0 } else { self.flow.window_size().max(self.windows.target) };
        let spare = self.windows.limit() - i64::from(granted) - i64::from(self.in_flight_data);
        let steps = spare - spare % STEP;
        if let Ok(steps @ 1..) = u32::try_from(steps) {
            self.windows.lease.shrink(steps);
        }
    }
}
