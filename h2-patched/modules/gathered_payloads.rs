//! DATA frames on their way to the transport: several frames in one write, without a copy of their
//! octets.
//!
//! The codec's buffer has the headers of all frames, and the whole of small frames. The octets of
//! large DATA frames stay where the application put them. Each [`Cut`] says after which octet of
//! the buffer some of them are to be written.

use crate::frame::Data;

use bytes::{Buf, BytesMut};
use std::collections::VecDeque;
use std::io::{Cursor, IoSlice};

/// How many octets of DATA are gathered before they are written. A connection begins with a frame.
/// The limit doubles each time that the transport takes all of about as much. When the transport
/// is full, nothing is added, and the limit is one frame again. What is gathered is written before
/// anything that is more urgent, so it must not be much more than the transport itself holds.
const LEAST: usize = 16 * 1024;
const MOST: usize = 256 * 1024;

/// Frames that are gathered at most. A write takes 64 slices, and each frame has two or more. It
/// also bounds the memory of the queues, so that they can keep it.
const CUTS: usize = 24;

/// Octets that are written before other tasks get their turn. A write may take all of them at once,
/// so that no number of writes bounds how long a connection keeps its thread. A runtime may poll a
/// connection that goes on dozens of times before it looks at its sockets again.
const TURN: usize = 256 * 1024;

/// Octets of a payload that follow an octet of the buffer.
#[derive(Debug)]
struct Cut {
    /// How many octets of the buffer go before.
    at: usize,
    octets: usize,
}

#[derive(Debug)]
pub(super) struct GatheredPayloads<B> {
    /// In the order in which they are written. None is empty.
    cuts: VecDeque<Cut>,
    /// Each has octets for one cut or more.
    waiting: VecDeque<Data<B>>,
    /// To be taken back by the scheduler, which has what follows in the same buffer.
    written: VecDeque<Data<B>>,
    /// Octets that wait.
    octets: usize,
    /// How many octets are gathered.
    limit: usize,
    /// Octets that the transport took since the limit was decided.
    taken: usize,
    /// Octets that may be written before other tasks get their turn.
    turn: usize,
    /// The transport takes one slice at a time: frames that are gathered would not make fewer
    /// writes.
    is_vectored: bool,
}

impl<B: Buf> GatheredPayloads<B> {
    pub(super) fn new(is_vectored: bool) -> Self {
        GatheredPayloads {
            cuts: VecDeque::new(),
            waiting: VecDeque::new(),
            written: VecDeque::new(),
            octets: 0,
            limit: LEAST,
            taken: 0,
            turn: TURN,
            is_vectored,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    /// Whether another frame may be added.
    pub(super) fn has_capacity(&self) -> bool {
        self.is_empty() || self.is_vectored && self.octets < self.limit && self.cuts.len() < CUTS
    }

    /// The transport took all that was gathered.
    pub(super) fn all_taken(&mut self) {
        if 2 * self.taken >= self.limit {
            self.limit = (2 * self.limit).clamp(LEAST, MOST);
        }
        self.taken = 0;
    }

    /// The transport takes no more now.
    pub(super) fn blocked(&mut self) {
        self.limit = 0;
        self.turn = TURN;
    }

    /// Returns whether more may be written now. If not, other tasks get their turn first, and the
    /// next turn begins.
    pub(super) fn has_turn(&mut self) -> bool {
        let has_turn = self.turn > 0;
        if !has_turn {
            self.turn = TURN;
        }
        has_turn
    }

    /// Octets of the next payload follow after so many of the buffer.
    pub(super) fn cut(&mut self, at: usize, octets: usize) {
        if octets > 0 {
            self.octets += octets;
            self.cuts.push_back(Cut { at, octets });
        }
    }

    /// Adds the payload of the last cuts.
    pub(super) fn push(&mut self, frame: Data<B>) {
        let queue = if frame.payload().has_remaining() { &mut self.waiting } else { &mut self.written };
        queue.push_back(frame);
    }
}

impl<B> GatheredPayloads<B> {
    /// How many octets one payload may have.
    pub(super) fn max_payload(&self, max_frame_size: usize) -> usize {
        if self.is_vectored {
            // Whole frames, so that none is cut for no reason.
            let room = self.limit.saturating_sub(self.octets) / max_frame_size;
            room.min(CUTS.saturating_sub(self.cuts.len())).max(1) * max_frame_size
        } else {
            max_frame_size
        }
    }

    /// Takes a frame that is written.
    pub(super) fn take_written(&mut self) -> Option<Data<B>> {
        self.written.pop_front()
    }

    /// All that waits, in order.
    pub(super) fn with<'a>(&'a mut self, buffer: &'a mut Cursor<BytesMut>) -> Unwritten<'a, B> {
        Unwritten { buffer, payloads: self }
    }
}

/// What the transport is to take: the octets of the buffer, and payloads between them.
pub(super) struct Unwritten<'a, B> {
    buffer: &'a mut Cursor<BytesMut>,
    payloads: &'a mut GatheredPayloads<B>,
}

impl<B> Unwritten<'_, B> {
    /// Octets of the buffer that go before the first cut: all, if there is none.
    fn before_cut(&self) -> usize {
        self.payloads.cuts.front().map_or(usize::MAX, |cut| cut.at - self.buffer.position() as usize)
    }
}

impl<B: Buf> Buf for Unwritten<'_, B> {
    fn remaining(&self) -> usize {
        self.buffer.remaining() + self.payloads.octets
    }

    fn chunk(&self) -> &[u8] {
        let (buffer, before) = (self.buffer.chunk(), self.before_cut());
        match (before, self.payloads.waiting.front(), self.payloads.cuts.front()) {
            (0, Some(frame), Some(cut)) => {
                let octets = frame.payload().chunk();
                &octets[..octets.len().min(cut.octets)]
            }
            _ => &buffer[..buffer.len().min(before)],
        }
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let octets = self.buffer.get_ref();
        let mut filled = 0;
        let mut at = self.buffer.position() as usize;
        let mut cuts = self.payloads.cuts.iter();
        for frame in &self.payloads.waiting {
            let payload = frame.payload();
            let mut left = payload.remaining();
            // A payload of several frames is split, which is possible within its first slice.
            let mut first = payload.chunk();
            while left > 0 {
                let Some(cut) = cuts.next() else { return filled };
                if at < cut.at {
                    if filled == slices.len() {
                        return filled;
                    }
                    slices[filled] = IoSlice::new(&octets[at..cut.at]);
                    (at, filled) = (cut.at, filled + 1);
                }
                if filled == slices.len() {
                    return filled;
                }
                if cut.octets == payload.remaining() {
                    let more = payload.chunks_vectored(&mut slices[filled..]);
                    let given: usize = slices[filled..filled + more].iter().map(|slice| slice.len()).sum();
                    filled += more;
                    if given < cut.octets {
                        return filled;
                    }
                } else {
                    let (now, later) = first.split_at(first.len().min(cut.octets));
                    slices[filled] = IoSlice::new(now);
                    (first, filled) = (later, filled + 1);
                    if now.len() < cut.octets {
                        return filled;
                    }
                }
                left -= cut.octets;
            }
        }
        if at < octets.len() && filled < slices.len() {
            slices[filled] = IoSlice::new(&octets[at..]);
            filled += 1;
        }
        filled
    }

    fn advance(&mut self, mut octets: usize) {
        while octets > 0 {
            let before = self.before_cut();
            let payloads = &mut *self.payloads;
            let (0, Some(cut), Some(frame)) = (before, payloads.cuts.front_mut(), payloads.waiting.front_mut()) else {
                let step = octets.min(before);
                self.buffer.advance(step);
                octets -= step;
                continue;
            };
            let step = octets.min(cut.octets);
            frame.payload_mut().advance(step);
            octets -= step;
            payloads.octets -= step;
            payloads.taken += step;
            payloads.turn = payloads.turn.saturating_sub(step);
            cut.octets -= step;
            if cut.octets == 0 {
                payloads.cuts.pop_front();
            }
            if !frame.payload().has_remaining() {
                payloads.written.extend(payloads.waiting.pop_front());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::StreamId;
    use bytes::buf::Chain;
    use bytes::Bytes;
    use proptest::prelude::*;

    /// Octets in two parts, as those of an application may be.
    type Parts = Chain<Bytes, Bytes>;

    #[derive(Clone, Debug)]
    struct Planned {
        header: usize,
        parts: [usize; 2],
        /// Octets of each frame.
        frame: usize,
    }

    fn planned() -> impl Strategy<Value = Planned> {
        (0..20_usize, [0..300_usize, 0..300_usize], 1..200_usize).prop_map(|(header, parts, frame)| Planned {
            header,
            parts,
            frame,
        })
    }

    /// Octets that differ from their neighbours.
    fn octets(count: usize, from: &mut usize) -> Vec<u8> {
        *from += count;
        (*from - count..*from).map(|at| (at % 251) as u8).collect()
    }

    fn push(
        plan: &Planned,
        payloads: &mut GatheredPayloads<Parts>,
        buffer: &mut Cursor<BytesMut>,
        expected: &mut Vec<u8>,
    ) {
        let mut next = expected.len();
        let [a, b] = plan.parts.map(|count| octets(count, &mut next));
        let all = [&a[..], &b[..]].concat();
        for part in all.chunks(plan.frame) {
            let header = vec![255; plan.header];
            buffer.get_mut().extend_from_slice(&header);
            payloads.cut(buffer.get_ref().len(), part.len());
            expected.extend_from_slice(&[&header[..], part].concat());
        }
        let data = Bytes::from(a).chain(Bytes::from(b));
        payloads.push(Data::new(StreamId::from(1), data));
    }

    proptest! {
        #[test]
        fn all_is_written_in_order(
            plans in prop::collection::vec(planned(), 1..8),
            steps in prop::collection::vec(1..500_usize, 1..50),
            slices in 1..70_usize,
        ) {
            let mut payloads = GatheredPayloads::new(true);
            let mut buffer = Cursor::new(BytesMut::new());
            let mut expected = Vec::new();
            for plan in &plans {
                push(plan, &mut payloads, &mut buffer, &mut expected);
            }
            buffer.get_mut().extend_from_slice(&[254; 3]);
            expected.extend_from_slice(&[254; 3]);
            let mut steps = steps.iter().cycle();
            let mut at = 0;
            while at < expected.len() {
                let mut unwritten = payloads.with(&mut buffer);
                prop_assert_eq!(unwritten.remaining(), expected.len() - at);
                let mut taken = vec![IoSlice::new(&[]); slices];
                let count = unwritten.chunks_vectored(&mut taken);
                let given: Vec<u8> = taken[..count].iter().flat_map(|slice| slice.to_vec()).collect();
                prop_assert!(!given.is_empty() && expected[at..].starts_with(&given));
                prop_assert!(!unwritten.chunk().is_empty() && expected[at..].starts_with(unwritten.chunk()));
                let step = given.len().min(*steps.next().expect("they go round"));
                unwritten.advance(step);
                at += step;
            }
            prop_assert!(payloads.is_empty() && !buffer.has_remaining());
            for _ in &plans {
                prop_assert!(payloads.take_written().is_some_and(|frame| !frame.payload().has_remaining()));
            }
            prop_assert!(payloads.take_written().is_none());
        }
    }

    fn fill(payloads: &mut GatheredPayloads<Bytes>, buffer: &mut Cursor<BytesMut>) -> usize {
        let mut octets = 0;
        while payloads.has_capacity() {
            payloads.cut(buffer.get_ref().len(), LEAST);
            payloads.push(Data::new(StreamId::from(1), Bytes::from(vec![0; LEAST])));
            octets += LEAST;
        }
        octets
    }

    fn take_all(payloads: &mut GatheredPayloads<Bytes>, buffer: &mut Cursor<BytesMut>) {
        let mut unwritten = payloads.with(buffer);
        unwritten.advance(unwritten.remaining());
        payloads.all_taken();
        while payloads.take_written().is_some() {}
    }

    #[test]
    fn more_is_gathered_while_the_transport_takes_all() {
        let (mut payloads, mut buffer) = (GatheredPayloads::new(true), Cursor::new(BytesMut::new()));
        for expected in [LEAST, 2 * LEAST, 4 * LEAST, 8 * LEAST, MOST, MOST] {
            assert_eq!(payloads.max_payload(LEAST), expected);
            assert_eq!(fill(&mut payloads, &mut buffer), expected);
            take_all(&mut payloads, &mut buffer);
        }
        fill(&mut payloads, &mut buffer);
        payloads.with(&mut buffer).advance(MOST - 1);
        payloads.blocked();
        assert!(!payloads.has_capacity(), "what is left goes first");
        take_all(&mut payloads, &mut buffer);
        assert_eq!(fill(&mut payloads, &mut buffer), LEAST);
    }

    #[test]
    fn small_frames_do_not_raise_the_limit() {
        let (mut payloads, mut buffer) = (GatheredPayloads::new(true), Cursor::new(BytesMut::new()));
        for _ in 0..5 {
            payloads.cut(buffer.get_ref().len(), 300);
            payloads.push(Data::new(StreamId::from(1), Bytes::from(vec![0; 300])));
            take_all(&mut payloads, &mut buffer);
            payloads.all_taken();
        }
        assert_eq!(fill(&mut payloads, &mut buffer), LEAST);
    }

    #[test]
    fn a_large_payload_counts_what_is_gathered_already() {
        let (mut payloads, mut buffer) = (GatheredPayloads::new(true), Cursor::new(BytesMut::new()));
        for _ in 0..5 {
            fill(&mut payloads, &mut buffer);
            take_all(&mut payloads, &mut buffer);
        }
        payloads.cut(0, MOST - 2 * LEAST);
        assert_eq!(payloads.max_payload(LEAST), 2 * LEAST);
        assert_eq!(payloads.max_payload(MOST), MOST, "one frame may always follow");
        (1..CUTS - 1).for_each(|_| payloads.cut(0, 1));
        assert_eq!(payloads.max_payload(LEAST), LEAST);
    }

    #[test]
    fn a_transport_of_single_slices_gets_single_frames() {
        let (mut payloads, mut buffer) = (GatheredPayloads::new(false), Cursor::new(BytesMut::new()));
        for _ in 0..5 {
            assert_eq!(fill(&mut payloads, &mut buffer), LEAST);
            take_all(&mut payloads, &mut buffer);
            assert_eq!(payloads.max_payload(LEAST), LEAST);
        }
    }

    #[test]
    fn frames_are_not_too_many_for_one_write() {
        let (mut payloads, mut buffer) = (GatheredPayloads::new(true), Cursor::new(BytesMut::new()));
        for _ in 0..5 {
            fill(&mut payloads, &mut buffer);
            take_all(&mut payloads, &mut buffer);
        }
        let mut frames = 0;
        while payloads.has_capacity() {
            payloads.cut(0, 300);
            payloads.push(Data::new(StreamId::from(1), Bytes::from(vec![0; 300])));
            frames += 1;
        }
        assert_eq!(frames, CUTS);
        const { assert!(2 * CUTS < 64, "a header and a payload each") };
    }
}
