//! The way back: what the receiver writes, as frames, seen once when they are written and once when
//! they arrive.

use std::collections::VecDeque;
use std::time::Duration;

use h2_conformance_wire::link::Link;
use h2_conformance_wire::{Frame, FrameReader, PREFACE};

pub(super) struct Back {
    link: Link,
    reader: FrameReader,
    /// A client opens with the preface.
    preface_is_due: bool,
    /// Octets written, accepted by the link, and arrived so far.
    written: usize,
    accepted: usize,
    arrived: usize,
    /// Frames under way, and how many octets have arrived when they have.
    frames: VecDeque<(usize, Frame)>,
}

impl Back {
    pub(super) fn new(link: Link, of_a_client: bool) -> Self {
        Back {
            link,
            reader: FrameReader::default(),
            preface_is_due: of_a_client,
            written: 0,
            accepted: 0,
            arrived: 0,
            frames: VecDeque::new(),
        }
    }

    /// Takes what the receiver wrote; `seen` is shown each frame.
    pub(super) fn write(&mut self, now: Duration, octets: &[u8], mut seen: impl FnMut(&Frame)) {
        self.written += octets.len();
        self.reader.push(octets);
        if self.preface_is_due {
            self.preface_is_due = self.reader.strip(PREFACE).is_none();
        }
        while let Some(frame) = self.reader.next_frame().filter(|_| !self.preface_is_due) {
            seen(&frame);
            self.frames.push_back((self.written - self.reader.rest().len(), frame));
        }
        self.go_on(now);
    }

    /// Frames that have arrived since the last call.
    pub(super) fn arrivals(&mut self, now: Duration) -> Vec<Frame> {
        self.arrived += self.link.arrivals(now);
        self.go_on(now);
        let count = self.frames.partition_point(|(end, _)| *end <= self.arrived);
        self.frames.drain(..count).map(|(_, frame)| frame).collect()
    }

    pub(super) fn next_event(&self) -> Option<Duration> {
        self.link.next_event()
    }

    /// What the link had no room for goes as soon as it has.
    fn go_on(&mut self, now: Duration) {
        self.accepted += self.link.send(now, self.written - self.accepted);
    }
}

#[cfg(test)]
mod tests {
    use h2_conformance_wire::build::{ping, window_update};
    use h2_conformance_wire::link::Shape;

    use super::*;

    #[test]
    fn frames_are_seen_when_written_and_arrive_whole_even_through_a_small_buffer() {
        let shape = Shape { delay: Duration::from_millis(1), bandwidth: 1000, buffer: 10 };
        let mut back = Back::new(Link::new(shape), true);
        let frames = [window_update(0, 7), ping([1; 8])];
        let octets: Vec<u8> = PREFACE.iter().copied().chain(frames.iter().flat_map(Frame::to_bytes)).collect();
        let mut seen = Vec::new();
        let (head, rest) = octets.split_at(30);
        back.write(Duration::ZERO, head, |frame| seen.push(frame.clone()));
        assert_eq!(seen, []);
        back.write(Duration::ZERO, rest, |frame| seen.push(frame.clone()));
        assert_eq!(seen, frames);
        let mut arrived = Vec::new();
        while let Some(now) = back.next_event() {
            arrived.extend(back.arrivals(now).into_iter().map(|frame| (now.as_millis(), frame)));
        }
        // 24 octets of preface, 13 and 17 of frames, at one a millisecond in pieces of 10; 1 ms of
        // delay.
        assert_eq!(arrived, [(41, frames[0].clone()), (55, frames[1].clone())]);
    }
}
