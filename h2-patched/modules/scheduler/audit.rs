//! The invariants of sending.

use super::super::streams::holds;
use super::super::Stream;
use super::outgoing::{Head, Wait};
use super::{Scheduler, SendQueue};

impl Scheduler {
    pub(in crate::proto::streams) fn audit(&self, streams: &[&Stream]) {
        let sendable: u64 = streams.iter().map(|stream| u64::from(stream.outgoing.sendable)).sum();
        holds!("S1", self.sendable == sendable, "{} octets sendable, streams have {sendable}", self.sendable);
        let advertised: u64 = streams.iter().map(|stream| u64::from(stream.outgoing.advertised)).sum();
        holds!("S1", self.advertised == advertised, "{} octets advertised, streams have {advertised}", self.advertised);

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

        let (in_flight, flagged) =
            (self.in_flight.len(), streams.iter().filter(|stream| stream.outgoing.is_in_flight).count());
        holds!("S5", in_flight == flagged, "the codec has a rest of {in_flight} streams, {flagged} wait for theirs");

        let (asking, free) = (self.asking(), self.free());
        holds!("S4", asking == 0 || free == 0, "{free} octets are free and {asking} streams ask");

        use SendQueue::*;
        for queue in [Open, Control, SmallData, BulkData, SmallAsk, BulkAsk, Exhausted] {
            let there = streams.iter().filter(|stream| stream.outgoing.links.queue() == Some(queue));
            let linked = there.clone().count();
            let len = self.queues.len(queue);
            holds!("S5", len == linked, "{len} streams in {queue:?}, {linked} have it as their queue");
            let (ranked, ranks) =
                (self.queues.ranked(queue), there.filter_map(|stream| stream.outgoing.links.rank()).count());
            holds!("S5", ranked == ranks, "{ranked} streams are ranked in {queue:?}, {ranks} say so");
        }
    }

    /// Checks a stream after its turn. A stream that sent nothing must not stay queued, or the pass
    /// would never end.
    pub(super) fn audit_turn(&self, stream: &Stream, sent: bool) {
        let queue = stream.outgoing.links.queue();
        let sends = queue.is_some_and(|queue| queue == SendQueue::Control || queue.is_data());
        holds!("S5" of stream.id, sent || !sends, "had nothing to send and is still in {queue:?}");
    }

    fn audit_stream(&self, stream: &Stream) {
        let outgoing = &stream.outgoing;
        let (sendable, advertised, reserved) = (outgoing.sendable, outgoing.advertised, outgoing.reserved);
        let (window, buffered) = (outgoing.window, stream.buffered_send_data);
        let silent = stream.state.is_closed() && buffered == 0 || !stream.is_send_ready();
        holds!("S3" of stream.id, !silent || sendable + advertised == 0, "{sendable} sendable and {advertised} advertised, but sends nothing");
        holds!("S7" of stream.id, sendable as usize <= buffered, "{sendable} sendable with {buffered} octets buffered");
        let empty = outgoing.head == Head::Nothing;
        holds!("S7" of stream.id, !empty || buffered == 0, "{buffered} octets buffered and nothing queued");
        let waits = !stream.is_send_ready() || outgoing.withdrawn;
        holds!("S3" of stream.id, buffered == 0 || outgoing.apart == waits, "may send: {}, apart: {}", !waits, outgoing.apart);
        let can_use = stream.sendable();
        holds!("S2" of stream.id, sendable == can_use, "{sendable} sendable of {window:?}, can use {can_use}");
        let limit = stream.capacity_limit(self.max_buffer_size);
        holds!("S2" of stream.id, advertised <= limit, "advertised {advertised} with {reserved} reserved and a limit of {limit}");

        use SendQueue::*;
        let queue = outgoing.links.queue();
        let right = match stream.waits_for(limit) {
            None => queue.is_none(),
            Some(Wait::Open) => queue == Some(Open),
            Some(Wait::Turn) => queue == Some(Control),
            Some(Wait::Credit) => matches!(queue, Some(SmallData | BulkData)),
            Some(Wait::Capacity) => matches!(queue, Some(SmallAsk | BulkAsk | Exhausted)),
        };
        holds!("S5" of stream.id, right, "waits for {:?} and is in {queue:?}", stream.waits_for(limit));
        let rank = outgoing.links.rank();
        let is_current = queue.is_none_or(|queue| !outgoing.is_misplaced(queue, limit));
        holds!("S5" of stream.id, is_current, "ranked {rank:?} in {queue:?}, advertised {advertised} of {limit}");
        let is_exhausted = advertised > 0 && rank.is_some();
        holds!("S5" of stream.id, queue != Some(Exhausted) || is_exhausted, "exhausted, advertised {advertised}, ranked {rank:?}");
    }
}
