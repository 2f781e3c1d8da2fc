//! How receive windows are kept (RFC 9113 sections 5.2 and 6.9).
//!
//! Of a connection two sizes count. The *target* is what its peer should be able to send at any
//! time; it begins as what the application set. The *limit* is what may be granted or in flight
//! together: octets that readers leave unread take from it, and the peer is granted the target or
//! what is left of the limit, whichever is less. As long as target and limit are the same, as in
//! the release, unread octets close the window for all streams.
//!
//! * `isolation` raises the limit while unread octets take more than half of the window and a
//!   reader waits.
//! * `growth` raises the targets of the connection and of its streams where they limit throughput,
//!   as `rate` measures.
//! * Both are charged to the process's budget, which all connections share.

#[cfg(feature = "__invariants")]
mod audit;
mod grant;
mod growth;
mod isolation;
mod rate;
mod rtt;
mod seen;

use super::*;
use crate::insight::ConnectionReceiveBuffer;
use crate::process_budget::Purpose;
use crate::tuning::Receiving;
use crate::window_policy::{WindowUpdatePolicy, FRAME};
use grant::BudgetGrant;
use rate::{Consumed, RateEstimator};
use rtt::RoundTrip;

use std::time::Instant;

/// The receive windows of a connection.
#[derive(Debug)]
pub(super) struct Windows {
    policy: WindowUpdatePolicy,
    updated: LastUpdate,
    /// What the application set.
    configured: WindowSize,
    target: WindowSize,
    /// What the limit is beyond what the application set.
    grant: BudgetGrant,
    /// The grant when the limit was last asked for.
    known_grant: u32,
    /// What the process had was so much less than what the connection needs.
    short: u32,
    /// The connection has ended: nothing comes any more.
    over: bool,
    /// What the limit may be at most, unless the application set more.
    budget: WindowSize,
    grows: bool,
    consumed: Consumed,
    rate: RateEstimator,
    round_trip: RoundTrip,
    /// What the targets of all streams that receive have grown by.
    stream_growth: i64,
    /// Times that growth was taken back because the connection was idle.
    stood_back: u32,
    /// What was granted and in flight when the application set the target last: that may be more
    /// than the limit.
    #[cfg(feature = "__invariants")]
    excess: i64,
    /// Growth of a stream was taken back: more may be granted to streams than their targets.
    #[cfg(feature = "__invariants")]
    took_back: bool,
}

/// The receive window of a stream.
#[derive(Debug, Default)]
pub struct StreamWindow {
    consumed: Consumed,
    /// What its target has grown by.
    growth: WindowSize,
    /// What few streams have, so that the others are no larger for it.
    more: Option<Box<More>>,
}

#[derive(Debug, Default)]
struct More {
    policy: Option<WindowUpdatePolicy>,
    updated: LastUpdate,
    rate: RateEstimator,
    /// The `stood_back` of the connection when the stream grew last.
    grown_in: u32,
}

impl StreamWindow {
    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }
}

/// When a window was updated last; kept only for policies with an interval.
#[derive(Clone, Copy, Debug, Default)]
struct LastUpdate(Option<Instant>);

impl LastUpdate {
    fn note(&mut self, policy: &WindowUpdatePolicy) {
        if policy.interval().is_some() {
            self.0 = Some(crate::clock::now());
        }
    }

    fn is_past(self, interval: Duration) -> bool {
        self.0.map_or(true, |at| crate::clock::now().saturating_duration_since(at) >= interval)
    }
}

impl Default for Windows {
    fn default() -> Self {
        Windows {
            policy: WindowUpdatePolicy::new(),
            updated: LastUpdate::default(),
            configured: DEFAULT_INITIAL_WINDOW_SIZE,
            target: DEFAULT_INITIAL_WINDOW_SIZE,
            grant: BudgetGrant::default(),
            known_grant: 0,
            short: 0,
            over: false,
            budget: 0,
            grows: false,
            consumed: Consumed::default(),
            rate: RateEstimator::default(),
            round_trip: RoundTrip::default(),
            stream_growth: 0,
            stood_back: 0,
            #[cfg(feature = "__invariants")]
            excess: 0,
            #[cfg(feature = "__invariants")]
            took_back: false,
        }
    }
}

impl Windows {
    /// What the target may grow to.
    fn most(&self) -> WindowSize {
        self.budget / 2
    }

    #[inline]
    fn may_grow(&self) -> bool {
        self.grows && self.most() > self.configured
    }

    /// What an update may be due before the threshold, in octets: a frame that does not fit into
    /// half of a window must not keep the other half back for a round trip. Windows that do
    /// not grow have none, nor has a policy that the application chose.
    #[inline]
    fn slack(&self, policy: WindowUpdatePolicy, target: i64) -> i64 {
        if self.may_grow() && policy == WindowUpdatePolicy::new() {
            i64::from(FRAME).min(target / 8)
        } else {
            0
        }
    }

    /// What may be granted to the peer or in flight.
    fn limit(&self) -> i64 {
        i64::from(self.configured) + i64::from(self.grant.octets())
    }
}

impl Recv {
    /// How this connection receives.
    pub fn configure(&mut self, receiving: &Receiving) {
        self.windows.policy = receiving.policy;
        self.windows.budget = receiving.budget;
        self.windows.grows = receiving.grows;
    }

    /// Changes the policy of the connection and of streams that have none of their own.
    pub fn set_update_policy(&mut self, policy: WindowUpdatePolicy, task: &mut Option<Waker>) {
        self.windows.policy = policy;
        if self.is_connection_update_due(self.readers()) {
            if let Some(task) = task.take() {
                task.wake();
            }
        }
    }

    /// Changes the policy of one stream.
    pub fn set_stream_update_policy(
        &mut self,
        policy: WindowUpdatePolicy,
        stream: &mut store::Ptr,
        task: &mut Option<Waker>,
    ) {
        stream.window.more().policy = Some(policy);
        if self.is_stream_update_due(stream, stream.reader()) {
            self.pending_window_updates.push(stream);
            if let Some(task) = task.take() {
                task.wake();
            }
        }
    }

    /// What the peer should be able to send at any time.
    pub(in crate::proto::streams) fn connection_target(&self) -> WindowSize {
        self.windows.target
    }

    /// What the connection may hold of received content, and holds.
    pub(in crate::proto::streams) fn receive_buffer(&self) -> ConnectionReceiveBuffer {
        ConnectionReceiveBuffer {
            max: self.windows.budget.max(self.windows.configured).into(),
            used: self.flow.announced().max(0) as u64 + u64::from(self.in_flight_data),
            charged: self.windows.grant.octets().into(),
        }
    }

    /// What the readers of the connection do, all together.
    pub(super) fn readers(&self) -> Reader {
        if self.waiting_readers > 0 {
            Reader::Waits
        } else {
            Reader::Reads
        }
    }

    /// The same when one of them has just released something, and holds so much more.
    pub(super) fn readers_beside(&self, rest: WindowSize) -> Reader {
        match self.readers() {
            Reader::Waits if rest == 0 => Reader::Parks,
            reader => reader,
        }
    }

    pub(super) fn is_connection_update_due(&mut self, reader: Reader) -> bool {
        if reader != Reader::Reads && self.is_window_held_up() {
            // No reader waited when the octets came, or the budget was used up.
            self.settle_connection();
        }
        let windows = &self.windows;
        let mut window = self.flow.receive_window(self.in_flight_data);
        // What isolation adds is no part of the target.
        window.target = window.target.min(windows.target.into());
        let policy = windows.rate.policy(windows.policy);
        window.slack = windows.slack(policy, window.target);
        self.connection_update_due = self.flow.unclaimed_capacity().is_some()
            && (self.connection_update_due
                || window.is_update_due(&policy, reader, |interval| windows.updated.is_past(interval)));
        self.connection_update_due
    }

    /// Whether a WINDOW_UPDATE of this stream is to be sent now.
    pub(super) fn is_stream_update_due(&self, stream: &Stream, reader: Reader) -> bool {
        if stream.window_holds_the_rest() {
            return false;
        }
        let mut window = stream.recv_flow.receive_window(stream.in_flight_recv_data);
        match &stream.window.more {
            None => {
                window.slack = self.windows.slack(self.windows.policy, window.target);
                window.is_update_due(&self.windows.policy, reader, |_| true)
            }
            Some(more) => {
                let policy = more.rate.policy(more.policy.unwrap_or(self.windows.policy));
                window.slack = self.windows.slack(policy, window.target);
                window.is_update_due(&policy, reader, |interval| more.updated.is_past(interval))
            }
        }
    }

    /// A WINDOW_UPDATE of the connection is sent, by which the peer can send more than this.
    pub(super) fn connection_updated(&mut self, granted: WindowSize) {
        self.windows.updated.note(&self.windows.policy);
        self.note_extent();
        if self.windows.may_grow() {
            self.windows.round_trip.granted_beyond(granted);
        }
    }

    /// A WINDOW_UPDATE of the stream is sent.
    pub(super) fn stream_updated(&self, stream: &mut Stream) {
        let own = stream.window.more.as_ref().and_then(|more| more.policy);
        let policy = own.unwrap_or(self.windows.policy);
        if policy.interval().is_some() {
            stream.window.more().updated.note(&policy);
        }
    }

    /// What the target of a stream has grown by, for the invariants.
    #[cfg(feature = "__invariants")]
    pub(super) fn growth(&self, stream: &Stream) -> i64 {
        stream.window.growth.into()
    }

    #[cfg(feature = "__invariants")]
    pub(super) fn has_taken_growth_back(&self) -> bool {
        self.windows.took_back
    }

    /// What the peer may be granted now, for the invariants.
    #[cfg(feature = "__invariants")]
    pub(super) fn due_window(&self) -> i64 {
        let windows = &self.windows;
        if windows.over {
            return isize::from(self.flow.available()) as i64;
        }
        i64::from(windows.target).min(windows.limit() - i64::from(self.in_flight_data))
    }
}

impl Stream {
    /// Returns what the reader of a stream does. A stream without handles has no reader: DATA is
    /// discarded on arrival, and nothing else is released.
    pub(super) fn reader(&self) -> Reader {
        if !self.is_recv {
            Reader::Parks
        } else if self.reader_waits {
            Reader::Waits
        } else {
            Reader::Reads
        }
    }
}
