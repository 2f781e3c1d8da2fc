//! Windows that grow where they limit throughput, by WINDOW_UPDATE frames alone, and stand back when the connection was idle.
//!
//! Growth is earned by what readers consume, not by what arrives, and costs as much of the connection's limit. Half of the
//! budget is left to lend. A stream's target grows no further than its connection's, and takes no more of the budget than it
//! leaves for other streams, so that readers that stop later cannot fill it.

use super::pace::Verdict;
use super::*;

/// After so long without DATA, and longer than some round trips, what was learnt of a connection is forgotten.
const IDLE: Duration = Duration::from_secs(1);
const IDLE_ROUND_TRIPS: u32 = 4;

impl Recv {
    /// SETTINGS were sent now.
    pub fn settings_sent(&mut self) {
        self.windows.round_trip.settings_sent(crate::clock::now());
    }

    pub fn settings_acknowledged(&mut self) {
        self.windows.round_trip.settings_acknowledged();
    }

    /// Readers gave that much back to the connection.
    #[inline]
    pub(in crate::proto::streams) fn connection_consumed(&mut self, octets: WindowSize) {
        let windows = &mut self.windows;
        if !windows.may_grow() {
            return;
        }
        if let Some(half) = windows.consumed.add(octets, windows.target) {
            if windows.pace.judge(half, windows.target, windows.round_trip.shortest()) == Verdict::Limits {
                self.grow_connection();
            }
        }
    }

    fn grow_connection(&mut self) {
        let windows = &self.windows;
        let (before, most) = (windows.target, windows.most());
        let wanted = before.saturating_mul(2).min(most);
        if wanted > before {
            self.raise_limit(i64::from(wanted) + i64::from(self.in_flight_data));
            let possible = self.windows.limit() - i64::from(self.in_flight_data);
            let possible = WindowSize::try_from(possible.max(0)).unwrap_or(wanted);
            self.windows.target = wanted.min(possible).max(before);
        }
        let grew = self.windows.target > before;
        self.windows.pace.grew(grew);
    }

    /// The reader of a stream gave that much back.
    #[inline]
    pub(in crate::proto::streams) fn stream_consumed(&mut self, octets: WindowSize, stream: &mut store::Ptr) {
        if !self.windows.may_grow() {
            return;
        }
        let target = self.init_window_sz.saturating_add(stream.window.growth);
        if let Some(half) = stream.window.consumed.add(octets, target) {
            if stream.own_target.is_none() && stream.state.is_recv_streaming() {
                self.half_of_stream_consumed(half, stream);
            }
        }
    }

    fn half_of_stream_consumed(&mut self, half: WindowSize, stream: &mut store::Ptr) {
        if stream.window.growth > 0 && stream.window.more().grown_in != self.windows.idled {
            self.take_growth_back(stream);
        }
        let target = self.init_window_sz.saturating_add(stream.window.growth);
        let round_trip = self.windows.round_trip.shortest();
        let verdict = stream.window.more().pace.judge(half, target, round_trip);
        let wanted = match verdict {
            Verdict::Limits => target.saturating_mul(2),
            // Its connection knows already what it takes.
            Verdict::First if self.windows.target > self.windows.configured => self.windows.target,
            Verdict::First | Verdict::Counting | Verdict::Suffices => return,
        };
        let wanted = wanted.min(self.windows.target);
        let grew = wanted > target && self.grow_stream(wanted - target, stream);
        if verdict == Verdict::Limits {
            stream.window.more().pace.grew(grew);
        }
    }

    fn grow_stream(&self, wanted: WindowSize, stream: &mut store::Ptr) -> bool {
        let mut all = 0;
        stream.store_mut().for_each(|other| all += other.growth_that_counts());
        let fair = (i64::from(self.windows.budget) - all - i64::from(stream.window.growth)) / 2;
        let more = i64::from(wanted).min(fair).min(self.room_for_growth(stream));
        let Ok(more @ 1..) = WindowSize::try_from(more) else {
            return false;
        };
        if stream.recv_flow.assign_capacity(more).is_err() {
            return false;
        }
        stream.window.growth += more;
        stream.window.more().grown_in = self.windows.idled;
        true
    }

    /// What a stream's window can grow by until 2^31-1, also once a change of the initial window is acknowledged.
    fn room_for_growth(&self, stream: &Stream) -> i64 {
        let initial = self.init_window_sz.max(self.init_window_sent);
        i64::from(crate::proto::MAX_WINDOW_SIZE) - i64::from(initial) - i64::from(stream.window.growth)
    }

    /// Takes back growth that an initial window leaves no room for.
    pub(in crate::proto::streams) fn limit_growth(&self, stream: &mut Stream) {
        let excess = WindowSize::try_from(-self.room_for_growth(stream)).unwrap_or(0);
        if excess > 0 {
            stream.window.growth -= excess;
            let claimed = stream.recv_flow.claim_capacity(excess);
            debug_assert!(claimed.is_ok(), "it was assigned before");
        }
    }

    /// The stream stands where the application set it, once its peer has used up what it was granted beyond that.
    pub(in crate::proto::streams) fn take_growth_back(&mut self, stream: &mut Stream) {
        let growth = std::mem::take(&mut stream.window.growth);
        let claimed = stream.recv_flow.claim_capacity(growth);
        debug_assert!(claimed.is_ok(), "it was assigned before");
        stream.window.more().pace = Pace::default();
    }

    /// DATA came: whether it is the first one for long.
    pub(super) fn wake_from_idleness(&mut self) {
        let windows = &mut self.windows;
        if windows.target <= windows.configured {
            return;
        }
        let now = crate::clock::now();
        let Some(before) = windows.arrived.replace(now) else {
            return;
        };
        let long = windows.round_trip.shortest().map_or(IDLE, |shortest| IDLE.max(shortest * IDLE_ROUND_TRIPS));
        if now.saturating_duration_since(before) > long {
            windows.target = windows.configured;
            windows.arrived = None;
            windows.idled = windows.idled.wrapping_add(1);
            windows.pace = Pace::default();
            self.settle_connection();
        }
    }
}

impl Stream {
    /// What its window has grown by, while anything can come of it.
    pub(super) fn growth_that_counts(&self) -> i64 {
        if self.state.is_recv_streaming() || self.in_flight_recv_data > 0 {
            self.window.growth.into()
        } else {
            0
        }
    }
}
