//! Windows that grow where they limit throughput, by WINDOW_UPDATE frames alone.
//!
//! A window grows by what readers consume, not by what arrives, to about twice bandwidth times
//! delay. Growth is charged to the connection's budget, of which half is left for isolation, and to
//! the process's. The window of a stream grows no further than that of its connection, and takes no
//! more of the budget than it leaves for other streams.
//!
//! A connection keeps what it has grown by through a pause. Its targets shrink to what the
//! application set if it was idle while the process needed the memory for other connections.

use super::rate::Autotune;
use super::*;

/// A connection is idle when for so long, and for some round trips, half of its window was not
/// consumed.
const PATIENCE: Duration = Duration::from_secs(1);
const PATIENCE_ROUND_TRIPS: u32 = 4;

impl Recv {
    /// SETTINGS were sent now.
    pub fn settings_sent(&mut self) {
        self.settings_sent_at(crate::clock::now());
    }

    /// SETTINGS were sent at this time.
    pub fn settings_sent_at(&mut self, at: Instant) {
        self.windows.round_trip.settings_sent(at);
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
            self.half_of_connection_consumed(half);
        }
    }

    fn half_of_connection_consumed(&mut self, half: WindowSize) {
        let windows = &mut self.windows;
        let (now, round_trip) = (crate::clock::now(), windows.round_trip.shortest());
        let patience = round_trip.map_or(PATIENCE, |shortest| PATIENCE.max(shortest * PATIENCE_ROUND_TRIPS));
        windows.grant.note_use(now, patience);
        // Other connections may need some of what this one holds.
        let share = windows.grant.fair_share(now).map_or(u32::MAX, |share| windows.configured.saturating_add(share));
        windows.target = windows.target.min(share);
        match windows.rate.judge(half, windows.target, round_trip, windows.policy.percent(), now) {
            Autotune::Grow(wanted) => self.grow_connection(wanted.min(share)),
            Autotune::Settle(needed) => windows.target = windows.target.min(needed).max(windows.configured),
            Autotune::First | Autotune::Counting | Autotune::Suffices => {}
        }
    }

    fn grow_connection(&mut self, wanted: WindowSize) {
        let windows = &self.windows;
        let (before, most) = (windows.target, windows.most());
        let wanted = wanted.min(most);
        if wanted > before {
            self.raise_limit(i64::from(wanted) + i64::from(self.in_flight_data), Purpose::Growth);
            let possible = self.windows.limit() - i64::from(self.in_flight_data);
            let possible = WindowSize::try_from(possible.max(0)).unwrap_or(wanted);
            self.windows.target = wanted.min(possible).max(before);
        }
        let grew = self.windows.target > before;
        self.windows.rate.grew(grew);
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

    fn half_of_stream_consumed(&mut self, half: WindowSize, stream: &mut Stream) {
        if stream.window.growth > 0 && stream.window.more().grown_in != self.windows.stood_back {
            self.take_growth_back(stream);
        }
        let target = self.init_window_sz.saturating_add(stream.window.growth);
        let (now, round_trip) = (crate::clock::now(), self.windows.round_trip.shortest());
        let more = stream.window.more();
        let percent = more.policy.unwrap_or(self.windows.policy).percent();
        let verdict = more.rate.judge(half, target, round_trip, percent, now);
        let wanted = match verdict {
            Autotune::Grow(wanted) => wanted,
            Autotune::Settle(needed) => return self.settle_stream(needed, target, stream),
            // Its connection knows already what it takes.
            Autotune::First if self.windows.target > self.windows.configured => self.windows.target,
            Autotune::First | Autotune::Counting | Autotune::Suffices => return,
        };
        let wanted = wanted.min(self.windows.target);
        let grew = wanted > target && self.grow_stream(wanted - target, stream);
        if verdict != Autotune::First {
            stream.window.more().rate.grew(grew);
        }
    }

    fn grow_stream(&mut self, wanted: WindowSize, stream: &mut Stream) -> bool {
        let all = self.windows.stream_growth;
        let fair = (i64::from(self.windows.budget) - all - i64::from(stream.window.growth)) / 2;
        let more = i64::from(wanted).min(fair).min(self.room_for_growth(stream));
        let Ok(more @ 1..) = WindowSize::try_from(more) else {
            return false;
        };
        if stream.recv_flow.assign_capacity(more).is_err() {
            return false;
        }
        stream.window.growth += more;
        self.windows.stream_growth += i64::from(more);
        stream.window.more().grown_in = self.windows.stood_back;
        true
    }

    /// What a stream's window can grow by until 2^31-1, also once a change of the initial window is
    /// acknowledged.
    fn room_for_growth(&self, stream: &Stream) -> i64 {
        let initial = self.init_window_sz.max(self.init_window_sent);
        i64::from(crate::proto::MAX_WINDOW_SIZE) - i64::from(initial) - i64::from(stream.window.growth)
    }

    /// Takes back growth that an initial window leaves no room for.
    pub(in crate::proto::streams) fn limit_growth(&mut self, stream: &mut Stream) {
        let excess = WindowSize::try_from(-self.room_for_growth(stream)).unwrap_or(0);
        if excess > 0 {
            stream.window.growth -= excess;
            self.windows.stream_growth -= i64::from(excess);
            let claimed = stream.recv_flow.claim_capacity(excess);
            debug_assert!(claimed.is_ok(), "it was assigned before");
        }
    }

    /// Takes back what the stream has grown by beyond `needed`.
    fn settle_stream(&mut self, needed: WindowSize, target: WindowSize, stream: &mut Stream) {
        let spare = target.saturating_sub(needed).min(stream.window.growth);
        let claimed = stream.recv_flow.claim_capacity(spare);
        debug_assert!(claimed.is_ok(), "it was assigned before");
        stream.window.growth -= spare;
        self.windows.stream_growth -= i64::from(spare);
        #[cfg(feature = "__invariants")]
        {
            self.windows.took_back = true;
        }
    }

    /// Returns the stream's target to what the application set. The peer uses up what it was
    /// granted beyond that.
    pub(in crate::proto::streams) fn take_growth_back(&mut self, stream: &mut Stream) {
        let growth = self.forget_growth(stream);
        let claimed = stream.recv_flow.claim_capacity(growth);
        debug_assert!(claimed.is_ok(), "it was assigned before");
        stream.window.more().rate = RateEstimator::default();
        #[cfg(feature = "__invariants")]
        {
            self.windows.took_back = true;
        }
    }

    /// The growth of the stream counts no more: returns it.
    pub(in crate::proto::streams) fn forget_growth(&mut self, stream: &mut Stream) -> WindowSize {
        let growth = std::mem::take(&mut stream.window.growth);
        self.windows.stream_growth -= i64::from(growth);
        growth
    }

    /// The stream receives nothing more: what it has grown by is there for others.
    #[inline]
    pub(in crate::proto::streams) fn growth_ends(&mut self, stream: &mut Stream) {
        if stream.window.growth > 0 && !stream.state.is_recv_streaming() {
            self.forget_growth(stream);
        }
    }

    /// DATA came after the connection was idle, and the process has given what it held to others.
    #[cold]
    pub(super) fn shrink_targets(&mut self) {
        let windows = &mut self.windows;
        windows.target = windows.configured;
        windows.stood_back = windows.stood_back.wrapping_add(1);
        windows.rate = RateEstimator::default();
    }
}
