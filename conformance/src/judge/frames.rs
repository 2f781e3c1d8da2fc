//! What single frames of the subject say.

use super::check::{fail, holds, Finding};
use crate::transcript::Transcript;
use crate::wire::print::hex;
use crate::wire::View;

/// Whether the last GOAWAY names this stream as the last one that was processed.
pub(super) fn last_processed(transcript: &Transcript, expected: u32) -> Finding {
    let named = transcript.subject_frames().rev().find_map(|(_, frame)| match View::from(frame) {
        View::GoAway { last_stream, .. } => Some(last_stream),
        _ => None,
    });
    match named {
        Some(stream) => holds(stream == expected, || format!("GOAWAY names stream {stream}, expected {expected}")),
        None => fail(format!("no GOAWAY, expected one that names stream {expected}")),
    }
}

/// Whether the first field block on this stream after the mark begins with these octets.
pub(super) fn block_begins(transcript: &Transcript, stream: u32, expected: &[u8]) -> Finding {
    let block = transcript.answers().find_map(|frame| match View::from(frame) {
        View::Headers { block } if frame.stream == stream => Some(block),
        _ => None,
    });
    match block {
        Some(block) => holds(block.starts_with(expected), || {
            let head = &block[..block.len().min(expected.len())];
            format!("the field block begins with {}, expected {}", hex(head), hex(expected))
        }),
        None => fail(format!("no HEADERS on stream {stream}")),
    }
}
