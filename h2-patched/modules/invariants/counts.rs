//! The invariants of counts.

use super::super::streams::holds;
use super::super::Stream;
use super::Counts;
use crate::insight::{BlockedOn, Side};

impl Counts {
    /// `charged`: octets that the budget for small DATA frames was charged for what is queued.
    pub(in crate::proto::streams) fn audit(&self, streams: &[&Stream], charged: usize) {
        let counted_on = |local: bool| {
            let of_side = |stream: &&&Stream| stream.is_counted && self.peer.is_local_init(stream.id) == local;
            streams.iter().filter(of_side).count()
        };
        for (what, local, counted) in [("send", true, self.num_send_streams), ("receive", false, self.num_recv_streams)]
        {
            let streams = counted_on(local);
            holds!("C1", counted == streams, "{counted} streams of the {what} side counted, {streams} streams say so");
        }
        for stream in streams {
            let over = stream.is_closed() && !stream.state.is_scheduled_reset();
            holds!("C1" of stream.id, !(over && stream.is_counted), "over in state {:?} and still counted", stream.state);
        }

        for stream in streams.iter().filter(|stream| !stream.is_counted) {
            let known = !self.peer.is_local_init(stream.id) || self.is_announced(stream);
            let open = known && !stream.state.is_closed();
            holds!("C1" of stream.id, !open, "open in state {:?} and not counted", stream.state);
        }

        let in_retention = streams.iter().filter(|stream| stream.reset_at.is_some()).count();
        let retained = self.num_local_reset_streams;
        holds!(
            "C2",
            retained == in_retention,
            "{retained} retained resets counted, {in_retention} streams are retained"
        );
        let reset = streams.iter().filter(|stream| stream.is_counted_reset).count();
        let resets = self.num_remote_reset_streams;
        holds!("C2", resets == reset, "{resets} resets of the peer counted, {reset} streams reset");

        let spent = streams.iter().filter(|stream| stream.stats.spent().is_some());
        if let Some(over) = spent.clone().find(|stream| !stream.stats.is_open) {
            holds!("I2" of over.id, false, "over, and its peer is said to wait for its window");
        }
        if let Some(shared) = &self.stats.record.shared {
            let (said, stalled) = (shared.stalled.streams(Side::Peer, BlockedOn::StreamWindow), spent.count());
            holds!("I2", said == stalled, "{said} peers are said to wait for a stream's window, {stalled} do");
        }

        let spent = self.data_frame_budget.spent;
        holds!("C3", spent <= charged, "{spent} octets of the budget spent, queued frames account for {charged}");
    }

    /// Whether the peer knows a stream of ours as one that is in use: a request or the response to
    /// a promised one went out.
    fn is_announced(&self, stream: &Stream) -> bool {
        let waits = stream.is_pending_push || stream.outgoing.is_pending_open();
        !waits && (stream.state.is_send_streaming() || stream.state.is_send_closed())
    }
}

#[cfg(test)]
#[test]
#[should_panic(expected = "invariant C1: 1 streams of the receive side counted, 0 streams say so")]
fn a_wrong_count_of_streams_is_named() {
    use super::super::test_config;

    let mut counts = Counts::new(crate::proto::peer::Dyn::Server, &test_config::server());
    counts.num_recv_streams = 1;
    counts.audit(&[], 0);
}
