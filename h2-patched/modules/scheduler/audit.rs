//! The equations of sending, for the invariants.

use super::super::streams::holds;
use super::super::Stream;
use super::outgoing::{Head, Wait};
use super::{Lane, Scheduler};

impl Scheduler {
    pub(in crate::proto::streams) fn audit(&self, streams: &[&Stream]) {
        let claimed: u64 = streams.iter().map(|stream| u64::from(stream.outgoing.claimed)).sum();
        holds!("S1", self.claimed == claimed, "{} octets claimed, streams claim {claimed}", self.claimed);
        let offered: u64 = streams.iter().map(|stream| u64::from(stream.outgoing.offered)).sum();
        holds!("S1", self.offered == offered, "{} octets offered, streams were offered {offered}", self.offered);

        let buffered: u64 = streams.iter().map(|stream| stream.buffered_send_data as u64).sum();
        holds!("S1", self.buffered == buffered, "{} octets buffered, streams buffer {buffered}", self.buffered);

        let apart: u64 =
            streams.iter().filter(|stream| stream.outgoing.apart).map(|stream| stream.buffered_send_data as u64).sum();
        holds!("S1", self.apart == apart, "{} octets of streams that may not send, streams buffer {apart}", self.apart);

        streams.iter().for_each(|stream| self.audit_stream(stream));
        self.audit_stalls(streams);

        let (promises, promised) =
            (self.promises.len(), streams.iter().filter(|stream| stream.is_pending_push).count());
        holds!("S5", promises == promised, "{promises} promises to be sent, {promised} streams wait for theirs");

        let (asking, free) = (self.asking(), self.free());
        holds!("S4", asking == 0 || free == 0, "{free} octets are free and {asking} streams ask");

        use Lane::*;
        for lane in [Open, Control, SmallData, BulkData, SmallAsk, BulkAsk, Exhausted] {
            let there = streams.iter().filter(|stream| stream.outgoing.standing.lane() == Some(lane));
            let standing = there.clone().count();
            let len = self.lanes.len(lane);
            holds!("S5", len == standing, "{len} streams in {lane:?}, {standing} say they stand there");
            let (ranked, ranks) =
                (self.lanes.ranked(lane), there.filter_map(|stream| stream.outgoing.standing.rank()).count());
            holds!("S5", ranked == ranks, "{ranked} streams are ranked in {lane:?}, {ranks} say so");
        }
    }

    /// A stream had its turn. If it had nothing to send it does not stand in line for the next, or the pass would never end.
    pub(super) fn audit_turn(&self, stream: &Stream, sent: bool) {
        let lane = stream.outgoing.standing.lane();
        let sends = lane.is_some_and(|lane| lane == Lane::Control || lane.is_data());
        holds!("S5" of stream.id, sent || !sends, "had nothing to send and still stands in {lane:?}");
    }

    fn audit_stream(&self, stream: &Stream) {
        let outgoing = &stream.outgoing;
        let (claimed, offered, reserved) = (outgoing.claimed, outgoing.offered, outgoing.reserved);
        let (window, buffered) = (outgoing.window, stream.buffered_send_data);
        let silent = stream.state.is_closed() && buffered == 0 || !stream.is_send_ready();
        holds!("S3" of stream.id, !silent || claimed + offered == 0, "claims {claimed}, offered {offered}, sends nothing");
        holds!("S7" of stream.id, claimed as usize <= buffered, "claims {claimed} with {buffered} octets buffered");
        let empty = outgoing.head == Head::Nothing;
        holds!("S7" of stream.id, !empty || buffered == 0, "{buffered} octets buffered and nothing queued");
        let waits = !stream.is_send_ready() || outgoing.withdrawn;
        holds!("S3" of stream.id, buffered == 0 || outgoing.apart == waits, "may send: {}, apart: {}", !waits, outgoing.apart);
        let can_use = stream.claim();
        holds!("S2" of stream.id, claimed == can_use, "claims {claimed} of {window:?}, can use {can_use}");
        let limit = stream.offer_limit(self.max_buffer_size);
        holds!("S2" of stream.id, offered <= limit, "offered {offered} with {reserved} reserved and a limit of {limit}");

        use Lane::*;
        let lane = outgoing.standing.lane();
        let right = match stream.waits_for(limit) {
            None => lane.is_none(),
            Some(Wait::Open) => lane == Some(Open),
            Some(Wait::Turn) => lane == Some(Control),
            Some(Wait::Credit) => matches!(lane, Some(SmallData | BulkData)),
            Some(Wait::Offer) => matches!(lane, Some(SmallAsk | BulkAsk | Exhausted)),
        };
        holds!("S5" of stream.id, right, "waits for {:?} and stands in {lane:?}", stream.waits_for(limit));
        let rank = outgoing.standing.rank();
        let is_current = lane.is_none_or(|lane| !outgoing.is_misplaced(lane, limit));
        holds!("S5" of stream.id, is_current, "ranked {rank:?} in {lane:?}, offered {offered} of {limit}");
        let is_exhausted = offered > 0 && rank.is_some();
        holds!("S5" of stream.id, lane != Some(Exhausted) || is_exhausted, "exhausted, offered {offered}, ranked {rank:?}");
    }
}
