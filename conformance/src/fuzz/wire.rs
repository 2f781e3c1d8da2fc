//! The suite's own codec: frames come out of octets as they went in, however the octets are cut.

use crate::wire::hpack::Decoder;
use crate::wire::{Frame, FrameReader, View};

/// Reads the octets after the first as frames, in pieces of as many octets as the first says.
///
/// # Panics
/// If the frames do not make up the octets, or depend on how these are cut.
pub fn wire(data: &[u8]) {
    let (first, octets) = data.split_first().unwrap_or((&0, &[]));
    let (whole, rest) = read(octets, octets.len());
    let (pieces, rest_of_pieces) = read(octets, 1 + usize::from(*first));
    assert_eq!((&whole, &rest), (&pieces, &rest_of_pieces), "the pieces give other frames");
    let mut again = Vec::new();
    let mut decoder = Decoder::default();
    for frame in &whole {
        frame.encode(&mut again);
        let _ = (frame.to_string(), View::from(frame));
        if let View::Headers { block } = View::from(frame) {
            let _ = decoder.decode(block);
        }
    }
    again.extend(rest);
    assert_eq!(again, octets, "the frames do not make up the octets");
}

fn read(octets: &[u8], size: usize) -> (Vec<Frame>, Vec<u8>) {
    let mut reader = FrameReader::default();
    let mut frames = Vec::new();
    for piece in octets.chunks(size.max(1)) {
        reader.push(piece);
        frames.extend(std::iter::from_fn(|| reader.next_frame()));
    }
    (frames, reader.rest().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::input;

    #[test]
    fn the_frames_of_the_catalogue_are_read_as_they_were_written() {
        for case in crate::catalog::all() {
            let seed = input::seed(&case);
            for size in [0, 8, 255] {
                wire(&[&[size], &seed[..seed.len().min(100_000)]].concat());
            }
        }
        wire(&[]);
    }
}
