//! A peer of prepared frames that allocates nothing while it sends.

use std::cell::RefCell;
use std::rc::Rc;

use h2_conformance_wire::code::{flag, kind, DEFAULT_WINDOW, MAX_WINDOW};
use h2_conformance_wire::{hpack, PREFACE};

use crate::hostile::Wire;
use crate::subject::{Stance, Subject, Victim};

/// Octets that a peer can send at once.
pub(super) const BUFFER: usize = 64 << 10;

/// What a peer sends.
pub(super) type Octets = Rc<RefCell<Vec<u8>>>;

/// A buffer that a peer fills without allocating.
pub(super) fn buffer() -> Octets {
    Rc::new(RefCell::new(Vec::with_capacity(2 * BUFFER)))
}

/// A field block of a request or response.
pub(super) fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    hpack::encode(fields)
}

/// A connection: the h2 that is measured, and its peer.
pub(super) struct Connected {
    pub(super) victim: Box<dyn Victim>,
    pub(super) peer: Peer,
}

impl Connected {
    /// A connection that is open, whose peer writes into this buffer.
    pub(super) fn new(subject: Subject, stance: Stance, octets: Octets) -> Result<Self, String> {
        let is_server = matches!(stance, Stance::Requests | Stance::Cancels);
        let mut peer = Peer::new(is_server, octets);
        peer.begin();
        if !is_server {
            peer.octets.borrow_mut().extend_from_slice(PREFACE);
        }
        peer.frame(kind::SETTINGS, 0, 0, &[]);
        peer.frame(kind::SETTINGS, flag::ACK, 0, &[]);
        // Credit for all responses, so that none waits.
        peer.frame(kind::WINDOW_UPDATE, 0, 0, &(MAX_WINDOW / 2 - DEFAULT_WINDOW).to_be_bytes());
        peer.send();
        let mut victim = (subject.victim)(&peer.wire, stance)?;
        victim.turn();
        Ok(Connected { victim, peer })
    }
}

pub(super) struct Peer {
    pub(super) wire: Wire,
    octets: Octets,
    /// The last stream that it opened.
    pub(super) stream: u32,
    step: u32,
}

impl Peer {
    fn new(is_server: bool, octets: Octets) -> Self {
        let wire = Wire::new(octets.clone(), if is_server { PREFACE.len() } else { 0 });
        Peer { wire, octets, stream: 0, step: if is_server { 2 } else { 1 } }
    }

    /// Takes what was sent off the line, to write the next frames.
    pub(super) fn begin(&mut self) {
        self.octets.borrow_mut().clear();
    }

    /// Octets that are written and not sent yet.
    pub(super) fn written(&self) -> usize {
        self.octets.borrow().len()
    }

    pub(super) fn send(&self) {
        self.wire.send();
    }

    /// Takes the next stream.
    pub(super) fn next_stream(&mut self) -> u32 {
        self.stream = if self.stream == 0 { self.step } else { self.stream + 2 };
        self.stream
    }

    /// Opens the next stream.
    pub(super) fn open(&mut self, block: &[u8], flags: u8) {
        let stream = self.next_stream();
        self.frame(kind::HEADERS, flag::END_HEADERS | flags, stream, block);
    }

    pub(super) fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        self.parts(kind, flags, stream, &[payload]);
    }

    pub(super) fn parts(&mut self, kind: u8, flags: u8, stream: u32, parts: &[&[u8]]) {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let [_, a, b, c] = (length as u32).to_be_bytes();
        let mut octets = self.octets.borrow_mut();
        octets.extend_from_slice(&[a, b, c, kind, flags]);
        octets.extend_from_slice(&stream.to_be_bytes());
        parts.iter().for_each(|part| octets.extend_from_slice(part));
    }
}
