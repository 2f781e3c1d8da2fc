//! The field sections of a subject, read in order for the dynamic table's sake.

use crate::transcript::{EventKind, Transcript};
use h2_conformance_wire::code::setting;
use h2_conformance_wire::hpack::{Decoder, Field};
use h2_conformance_wire::{Frame, View};

/// A whole field section.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) fields: Vec<Field>,
    /// Whether it is that of a promised request, which is no message of the frame's stream.
    pub(super) is_promise: bool,
    /// Whether its HEADERS frame ends the stream.
    pub(super) ends: bool,
}

/// Reads the field sections of the subject.
#[derive(Debug)]
pub(super) struct Sections {
    decoder: Decoder,
    block: Vec<u8>,
    is_promise: bool,
    ends: bool,
}

impl Sections {
    /// A reader for the frames of that record. The subject may use a dynamic table of the largest
    /// size that the peer announced.
    pub(super) fn of(transcript: &Transcript) -> Self {
        let announced = transcript.events.iter().filter_map(|event| match &event.kind {
            EventKind::Peer(frame) | EventKind::Automatic(frame) => match View::from(frame) {
                View::Settings(values) => Some(values),
                _ => None,
            },
            _ => None,
        });
        let sizes = announced.flatten().filter(|(id, _)| *id == setting::HEADER_TABLE_SIZE).map(|(_, size)| size);
        let mut decoder = Decoder::default();
        decoder.allow_table(sizes.fold(4_096, |most, size| most.max(size as usize)));
        Sections { decoder, block: Vec::new(), is_promise: false, ends: false }
    }

    /// Takes the next frame of the subject; returns the section that it completes, if it does. An
    /// error: the section cannot be read, nor those behind it.
    pub(super) fn push(&mut self, frame: &Frame) -> Result<Option<Section>, String> {
        match View::from(frame) {
            View::Headers { block } => {
                self.block = block.to_vec();
                (self.is_promise, self.ends) = (false, frame.ends_stream());
            }
            View::PushPromise { block, .. } => {
                self.block = block.to_vec();
                (self.is_promise, self.ends) = (true, false);
            }
            View::Continuation { block } => self.block.extend_from_slice(block),
            _ => return Ok(None),
        }
        if frame.leaves_block_open() {
            return Ok(None);
        }
        let fields = self.decoder.decode(&std::mem::take(&mut self.block));
        let fields = fields.map_err(|why| format!("a field section cannot be read: {why}"))?;
        Ok(Some(Section { fields, is_promise: self.is_promise, ends: self.ends }))
    }
}
