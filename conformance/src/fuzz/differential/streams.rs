//! In which state each stream is, as both ends' frames tell.

use std::collections::BTreeMap;

use crate::wire::code::kind;
use crate::wire::{Frame, View};

/// The state of a stream (RFC 9113 section 5.1), with who brought it about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stream {
    peer_ended: bool,
    subject_ended: bool,
    peer_reset: bool,
    subject_reset: bool,
    promised: bool,
}

/// All streams that a frame was sent on.
#[derive(Debug, Default)]
pub(super) struct Streams(BTreeMap<u32, Stream>);

impl Streams {
    pub(super) fn of_peer(&mut self, frame: &Frame) {
        let Some(stream) = self.touched(frame) else { return };
        stream.peer_ended |= frame.ends_stream();
        stream.peer_reset |= frame.kind == kind::RST_STREAM;
    }

    pub(super) fn of_subject(&mut self, frame: &Frame) {
        let Some(stream) = self.touched(frame) else { return };
        stream.subject_ended |= frame.ends_stream();
        stream.subject_reset |= frame.kind == kind::RST_STREAM;
    }

    fn touched(&mut self, frame: &Frame) -> Option<&mut Stream> {
        if let View::PushPromise { promised, .. } = View::from(frame) {
            self.0.entry(promised).or_insert(Stream { promised: true, ..Stream::default() });
        }
        let opens = matches!(frame.kind, kind::HEADERS | kind::DATA);
        match opens {
            true => Some(self.0.entry(frame.stream).or_default()),
            false => self.0.get_mut(&frame.stream),
        }
    }

    /// Whether a promised response is not over.
    pub(super) fn a_promise_waits(&self) -> bool {
        self.0.values().any(|stream| stream.promised && !stream.subject_ended && !stream.subject_reset)
    }

    /// The state in a word or two.
    pub(super) fn state(&self, stream: u32) -> &'static str {
        let Some(state) = self.0.get(&stream) else {
            return if stream == 0 { "the connection" } else { "an idle stream" };
        };
        match state {
            Stream { subject_reset: true, peer_ended: true, .. } => {
                "a stream that the peer ended and the subject reset"
            }
            Stream { subject_reset: true, .. } => "a stream that the subject reset",
            Stream { peer_reset: true, .. } => "a stream that the peer reset",
            Stream { peer_ended: true, subject_ended: true, .. } => "a closed stream",
            Stream { peer_ended: true, .. } => "a stream that the peer ended",
            Stream { subject_ended: true, .. } => "a stream that the subject ended",
            Stream { promised: true, .. } => "a promised stream",
            _ => "an open stream",
        }
    }
}
