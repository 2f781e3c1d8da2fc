//! The peer of a server of small requests, in frames made beforehand: it costs next to nothing and
//! does the same for both.

use std::ops::Range;

use h2_conformance_wire::build::{headers_block, opening, settings, window_update};
use h2_conformance_wire::code::{setting, DEFAULT_WINDOW, MAX_WINDOW};

/// Where a frame has its stream's identifier (RFC 9113 section 4.1).
const STREAM_ID: Range<usize> = 5..9;

/// Requests without content, on streams that have not been used.
#[derive(Debug)]
pub(crate) struct Requests {
    next: u32,
    /// The frame of one request.
    frame: Vec<u8>,
}

impl Default for Requests {
    fn default() -> Self {
        let mut frame = Vec::new();
        headers_block(1, get()).end_stream().encode(&mut frame);
        Requests { next: 1, frame }
    }
}

impl Requests {
    /// What opens the connection, with credit for all answers, so that none waits.
    pub(crate) fn opening() -> Vec<u8> {
        let mut opening = opening(&settings().with(setting::INITIAL_WINDOW_SIZE, MAX_WINDOW));
        window_update(0, MAX_WINDOW - DEFAULT_WINDOW).encode(&mut opening);
        opening
    }

    /// Adds so many more requests. It allocates nothing where there is room for them.
    pub(crate) fn encode(&mut self, count: u32, octets: &mut Vec<u8>) {
        for _ in 0..count {
            self.frame[STREAM_ID].copy_from_slice(&self.next.to_be_bytes());
            octets.extend_from_slice(&self.frame);
            self.next += 2;
        }
    }
}

/// The field block of a GET as a compressing client sends it (RFC 7541 appendix A): three indexed
/// fields and the authority.
fn get() -> Vec<u8> {
    let authority = b"example.test";
    let mut block = vec![0x82, 0x86, 0x84, 0x01, authority.len() as u8];
    block.extend_from_slice(authority);
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use h2_conformance_wire::FrameReader;

    #[test]
    fn each_request_is_on_the_next_stream() {
        let mut octets = Vec::new();
        Requests::default().encode(3, &mut octets);
        let mut reader = FrameReader::default();
        reader.push(&octets);
        let streams: Vec<u32> = std::iter::from_fn(|| reader.next_frame()).map(|frame| frame.stream).collect();
        assert_eq!(streams, [1, 3, 5]);
    }
}
