//! The invariants of receiving.

use super::super::streams::holds;
use super::super::Stream;
use super::{Event, Recv, WindowSize};

/// Without windows for single streams, without a budget, and with a chunk for each DATA frame;
/// `Recv` itself has these methods with them, and they go before.
#[allow(dead_code)]
trait Fixed {
    fn due_on_own_target(&self, _: &Stream) -> Option<i64>;
    fn growth(&self, _: &Stream) -> i64;
    fn has_taken_growth_back(&self) -> bool;
    fn due_window(&self) -> i64;
    fn audit_windows(&self, _: &[&Stream]);
    fn audit_queue(&self, _: &[&Stream]);
    fn audit_promised(&self, _: &[&Stream]);
    fn queued_charge(&self, _: &Stream) -> usize;
}

impl Fixed for Recv {
    fn due_on_own_target(&self, _: &Stream) -> Option<i64> {
        None
    }

    fn growth(&self, _: &Stream) -> i64 {
        0
    }

    fn has_taken_growth_back(&self) -> bool {
        false
    }

    fn due_window(&self) -> i64 {
        i64::from(self.audited_target) - i64::from(self.in_flight_data)
    }

    fn audit_windows(&self, _: &[&Stream]) {}

    fn audit_queue(&self, _: &[&Stream]) {}

    fn audit_promised(&self, _: &[&Stream]) {}

    fn queued_charge(&self, stream: &Stream) -> usize {
        let overhead = |event| match octets(event) {
            0 => 0,
            octets => crate::proto::DEFAULT_DATA_FRAME_OVERHEAD_THRESHOLD.saturating_sub(octets),
        };
        stream.pending_recv.audited(&self.buffer).map(overhead).sum()
    }
}

impl Recv {
    pub(in crate::proto::streams) fn audit(&self, streams: &[&Stream], is_server: bool) {
        let held: u64 = streams.iter().map(|stream| u64::from(stream.in_flight_recv_data)).sum();
        let early: u64 = streams.iter().map(|stream| u64::from(stream.credited_early)).sum();
        let in_flight = u64::from(self.in_flight_data);
        holds!("R1", in_flight + early == held, "in flight {in_flight}, streams hold {held}, {early} of it given back");
        holds!(
            "R1",
            u64::from(self.credited_early) == early,
            "{} given back early, streams say {early}",
            self.credited_early
        );

        let available = isize::from(self.flow.available()) as i64;
        let due = self.due_window();
        holds!("R2", available == due, "{available} available where {due} are due, {in_flight} in flight");

        self.audit_windows(streams);
        self.audit_queue(streams);
        if !is_server {
            self.audit_promised(streams);
        }
        for stream in streams {
            self.audit_stream(stream);
        }
    }

    fn audit_stream(&self, stream: &Stream) {
        let in_flight = stream.in_flight_recv_data;
        holds!("R1" of stream.id, stream.credited_early <= in_flight, "more given back early than {in_flight} in flight");

        let queued: usize = stream.pending_recv.audited(&self.buffer).map(octets).sum();
        let unread = stream.stats.unread();
        holds!("I1" of stream.id, queued == unread as usize, "{queued} octets queued, {unread} said to be unread");
        let right = queued <= in_flight as usize || stream.released_unread;
        holds!("R4" of stream.id, right, "{queued} octets queued, {in_flight} in flight");

        // DATA without a reader is discarded. The last handle removes the stream.
        if stream.state.is_recv_streaming() && (stream.is_recv || stream.ref_count > 1) {
            let available = isize::from(stream.recv_flow.available()) as i64;
            let own = self.due_on_own_target(stream);
            let target = i64::from(self.init_window_sz) + self.growth(stream);
            let due = own.unwrap_or(target - i64::from(in_flight));
            // What a window has no room for is owed until the acknowledgement.
            let owed = own.is_some() && self.init_window_sent != self.init_window_sz;
            let right = available == due || (owed && available < due);
            holds!("R3" of stream.id, right, "{available} available where {due} are due, {in_flight} in flight");
            let granted = i64::from(stream.recv_flow.window_size());
            // What was granted before the target was lowered stays.
            let lowered = own.is_some() || self.has_taken_growth_back();
            holds!("R4" of stream.id, lowered || granted <= target.max(0), "{granted} granted of a target of {target}");
        }
    }

    /// An application may release octets before it reads them.
    pub(in crate::proto::streams) fn note_release(&self, octets: WindowSize, stream: &mut Stream) {
        let queued: usize = stream.pending_recv.audited(&self.buffer).map(self::octets).sum();
        stream.released_unread |= queued as u64 + u64::from(octets) > u64::from(stream.in_flight_recv_data);
    }

    pub(in crate::proto::streams) fn stored_events(&self) -> usize {
        self.buffer.audited_len()
    }

    pub(in crate::proto::streams) fn queued_events(&self, streams: &[&Stream]) -> usize {
        streams.iter().map(|stream| stream.pending_recv.audited(&self.buffer).count()).sum()
    }

    /// The octets that the budget for small DATA frames was charged for what is queued.
    pub(in crate::proto::streams) fn queued_charges(&self, streams: &[&Stream]) -> usize {
        streams.iter().map(|stream| self.queued_charge(stream)).sum()
    }
}

fn octets(event: &Event) -> usize {
    match event {
        Event::Data(data) => data.payload.len(),
        _ => 0,
    }
}
