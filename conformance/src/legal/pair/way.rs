//! One direction between the two ends: octets wait for the line, travel, and arrive in pieces of
//! any size.

use std::collections::VecDeque;
use std::time::Duration;

use crate::legal::plan::Draw;
use crate::wire::link::{Link, Shape};

const FAST: u64 = 1_000_000_000;
/// Octets that are on one link at most, however large its buffer.
const LARGEST: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Way {
    link: Link,
    octets: VecDeque<u8>,
    /// The largest piece that is handed over at once.
    piece: usize,
    /// Octets stay on the link.
    pub(super) is_held: bool,
    pub(super) is_closed: bool,
    /// Arrived, and not handed over.
    waiting: usize,
}

impl Way {
    pub(super) fn new(draw: &mut Draw) -> Self {
        let shape = Shape {
            delay: Duration::from_millis(draw.one(&[0, 0, 1, 50])),
            bandwidth: draw.one(&[FAST, FAST, 1_000_000]),
            buffer: draw.one(&[LARGEST, LARGEST, 100, 20_000]),
        };
        let piece = draw.one(&[LARGEST, LARGEST, 1_000, 7]);
        Way { link: Link::new(shape), octets: VecDeque::new(), piece, is_held: false, is_closed: false, waiting: 0 }
    }

    pub(super) fn room(&mut self, now: Duration) -> usize {
        self.link.room(now)
    }

    pub(super) fn send(&mut self, now: Duration, octets: &[u8]) {
        self.link.send(now, octets.len());
        self.octets.extend(octets);
    }

    /// The next piece of what has arrived.
    pub(super) fn arrived(&mut self, now: Duration) -> Vec<u8> {
        self.waiting += self.link.arrivals(now);
        let piece = if self.is_held { 0 } else { self.waiting.min(self.piece) };
        self.waiting -= piece;
        self.octets.drain(..piece).collect()
    }

    pub(super) fn next_event(&self) -> Option<Duration> {
        self.link.next_event()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// From now on nothing is held back.
    pub(super) fn hurry(&mut self) {
        self.is_held = false;
        self.piece = LARGEST;
    }
}
