//! The peer's frames as its subject reads them. Raw octets may be frames, and what was sent as a
//! frame may be the payload of another.

use crate::transcript::{Event, EventKind};
use h2_conformance_wire::{Frame, PeerReader, PREFACE};

/// Reads the octets of the peer, event by event.
#[derive(Clone, Debug)]
pub struct PeerFrames(PeerReader);

impl PeerFrames {
    /// A reader for a record from its beginning.
    #[must_use]
    pub fn of(events: &[Event]) -> Self {
        let written = events.iter().map(|event| octets(&event.kind)).find(|octets| !octets.is_empty());
        PeerFrames(PeerReader::new(written.is_some_and(|octets| octets[0] == PREFACE[0])))
    }

    /// The frames that this event completes.
    pub fn read(&mut self, kind: &EventKind) -> Vec<Frame> {
        self.0.read(&octets(kind))
    }
}

/// What the peer wrote, PINGs of the runner aside: they come between whole frames.
fn octets(kind: &EventKind) -> Vec<u8> {
    match kind {
        EventKind::Peer(frame) | EventKind::Automatic(frame) => frame.to_bytes(),
        EventKind::PeerRaw(octets) => octets.clone(),
        _ => Vec::new(),
    }
}
