//! What the peer wrote, as h2 has to read it: a length that lies, half a frame or an open field section leave no place where
//! another frame may stand.

use crate::frame::{Frame, PREFACE};

pub struct Sent {
    rest: Vec<u8>,
    preface_due: bool,
    /// No preface: what follows is not HTTP/2.
    lost: bool,
    began: bool,
    block_open: bool,
}

impl Sent {
    pub fn new(preface_due: bool) -> Sent {
        Sent { rest: Vec::new(), preface_due, lost: false, began: false, block_open: false }
    }

    /// The frames that these octets complete.
    pub fn wrote(&mut self, octets: &[u8]) -> Vec<Frame> {
        self.rest.extend_from_slice(octets);
        if self.preface_due && self.rest.len() >= PREFACE.len() {
            self.lost = self.rest.drain(..PREFACE.len()).as_slice() != PREFACE;
            self.preface_due = false;
        }
        if self.preface_due || self.lost {
            return Vec::new();
        }
        let frames: Vec<Frame> = std::iter::from_fn(|| Frame::take(&mut self.rest)).collect();
        if let Some(last) = frames.last() {
            self.began = true;
            self.block_open = last.leaves_block_open();
        }
        frames
    }

    /// Whether a frame may stand here.
    pub fn in_step(&self) -> bool {
        self.began && !self.lost && !self.block_open && self.rest.is_empty()
    }

    /// Octets that are no whole frame.
    pub fn left_over(&self) -> usize {
        self.rest.len()
    }
}

/// Octets from hexadecimal digits. `75*3` is short for `757575`.
pub fn octets(pieces: &[&str]) -> Vec<u8> {
    let mut octets = Vec::new();
    for word in pieces.iter().flat_map(|piece| piece.split_whitespace()) {
        let (digits, times) = word.split_once('*').unwrap_or((word, "1"));
        let pairs = (0..digits.len()).step_by(2);
        let once: Vec<u8> = pairs
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("two hexadecimal digits"))
            .collect();
        octets.extend(once.repeat(times.parse().expect("a number")));
    }
    octets
}
