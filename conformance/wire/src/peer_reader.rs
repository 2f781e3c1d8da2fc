//! What a reader can make of the octets that a peer writes: which frames they are, and whether a
//! frame may begin behind them.

use super::{Frame, FrameReader, PREFACE};

/// The octets of a peer as an honest reader takes them. A length that lies, half a frame or an open
/// field section leave the reader in a place where no other frame is allowed.
#[derive(Clone, Debug)]
pub struct PeerReader {
    reader: FrameReader,
    preface_due: bool,
    /// The preface was wrong: what follows is not HTTP/2.
    lost: bool,
    /// A frame was completed: the peer's part of the opening is done.
    began: bool,
    block_open: bool,
}

impl PeerReader {
    /// A reader that has read nothing. A client begins with the preface.
    #[must_use]
    pub fn new(preface_due: bool) -> Self {
        PeerReader { reader: FrameReader::default(), preface_due, lost: false, began: false, block_open: false }
    }

    /// Takes octets; gives the frames that they complete.
    pub fn read(&mut self, octets: &[u8]) -> Vec<Frame> {
        if self.lost {
            return Vec::new();
        }
        self.reader.push(octets);
        if self.preface_due {
            match self.reader.strip(PREFACE) {
                Some(true) => self.preface_due = false,
                Some(false) => self.lost = true,
                None => {}
            }
        }
        if !self.reads_frames() {
            return Vec::new();
        }
        let frames: Vec<Frame> = std::iter::from_fn(|| self.reader.next_frame()).collect();
        if let Some(last) = frames.last() {
            self.began = true;
            self.block_open = last.leaves_block_open();
        }
        frames
    }

    /// Whether the octets are those of frames: nothing else is due before them.
    #[must_use]
    pub fn reads_frames(&self) -> bool {
        !self.preface_due && !self.lost
    }

    /// Whether a frame may begin here.
    #[must_use]
    pub fn in_step(&self) -> bool {
        self.began && self.reads_frames() && !self.block_open && self.reader.rest().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::*;

    fn after(pieces: &[Vec<u8>]) -> bool {
        let mut reader = PeerReader::new(true);
        reader.read(PREFACE);
        assert!(!reader.in_step(), "the peer's SETTINGS come before anything else");
        pieces.iter().for_each(|piece| drop(reader.read(piece)));
        reader.in_step()
    }

    #[test]
    fn a_frame_may_follow_whole_frames_only() {
        let headers = get(1).to_bytes();
        assert!(after(&[settings().to_bytes()]));
        assert!(after(std::slice::from_ref(&headers)));
        assert!(!after(&[headers[..headers.len() - 1].to_vec()]));
        assert!(after(&[headers[..7].to_vec(), headers[7..].to_vec()]));
    }

    #[test]
    fn no_frame_may_follow_an_open_field_section() {
        assert!(!after(&[get(1).continues().to_bytes()]));
        assert!(after(&[get(1).continues().to_bytes(), continuation(1, vec![]).to_bytes()]));
    }

    #[test]
    fn no_frame_may_follow_a_length_that_lies() {
        let lie = ping([0; 8]).declaring(20).to_bytes();
        assert!(!after(std::slice::from_ref(&lie)));
        assert!(!after(&[lie.clone(), settings().to_bytes()]), "the next frame's octets belong to the first");
        assert!(after(&[lie, vec![0; 12]]), "the octets that were missing");
    }

    #[test]
    fn no_frame_may_follow_a_wrong_preface() {
        let mut reader = PeerReader::new(true);
        assert!(reader.read(&[b'x'; 24]).is_empty());
        assert!(reader.read(&settings().to_bytes()).is_empty());
        assert!(!reader.in_step());
    }
}
