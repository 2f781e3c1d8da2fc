//! The invariants of windows.

use super::*;
use crate::proto::streams::streams::holds;

impl Recv {
    pub(in crate::proto::streams) fn audit_windows(&self, streams: &[&Stream]) {
        let waiting = streams.iter().filter(|stream| stream.reader_waits).count();
        holds!("R5", self.waiting_readers == waiting, "{} readers wait, streams say {waiting}", self.waiting_readers);

        let windows = &self.windows;
        let (configured, target, most) = (windows.configured, windows.target, windows.most());
        holds!(
            "R6",
            configured == self.audited_target,
            "{configured} are configured, {} were set",
            self.audited_target
        );
        holds!("R6", target >= configured && target <= most.max(configured), "a target of {target}, {configured} set");
        let (grant, room) = (windows.grant.octets(), windows.budget.saturating_sub(configured));
        holds!("R6", grant <= room, "a grant of {grant}, and the budget leaves {room}");
        let (promised, limit) = (self.promised(), windows.limit());
        holds!("R6", promised <= limit.max(windows.excess), "{promised} granted and in flight, the limit is {limit}");
        let growth: i64 = streams.iter().map(|stream| i64::from(stream.window.growth)).sum();
        holds!(
            "R6",
            growth == windows.stream_growth,
            "streams have grown by {growth}, {} is the sum",
            windows.stream_growth
        );
        let ended = streams.iter().find(|stream| stream.window.growth > 0 && !stream.state.is_recv_streaming());
        holds!(
            "R6",
            ended.is_none(),
            "a stream that receives nothing more keeps its growth: {:?}",
            ended.map(|stream| stream.id)
        );
        let budget = i64::from(windows.budget);
        holds!("R6", growth <= budget, "streams have grown by {growth}, the budget is {budget}");
    }

    /// What the peer was granted, while it can send, and what is in flight.
    pub(super) fn promised(&self) -> i64 {
        let granted = if self.windows.over { 0 } else { self.flow.window_size() };
        i64::from(granted) + i64::from(self.in_flight_data)
    }
}
