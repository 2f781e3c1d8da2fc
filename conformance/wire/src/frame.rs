//! Raw frames: the nine-octet header of RFC 9113 section 4.1 and whatever follows it.

use super::code::{flag, kind};

const HEADER: usize = 9;

/// A frame as it is on the wire. Any value of any field can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    /// 31 bits.
    pub stream: u32,
    /// The reserved bit before the stream identifier.
    pub reserved: bool,
    pub payload: Vec<u8>,
    /// What the length field says where that is not the payload's length: a lie. In octets, 24
    /// bits.
    pub declared: Option<u32>,
}

impl Frame {
    /// An honest frame.
    #[must_use]
    pub fn new(kind: u8, flags: u8, stream: u32, payload: Vec<u8>) -> Self {
        Frame { kind, flags, stream, reserved: false, payload, declared: None }
    }

    /// Whether all bits of `flag` are set.
    #[must_use]
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag == flag
    }

    /// Whether this frame ends its sender's half of the stream.
    #[must_use]
    pub fn ends_stream(&self) -> bool {
        matches!(self.kind, kind::DATA | kind::HEADERS) && self.has(flag::END_STREAM)
    }

    /// Whether a CONTINUATION has to follow.
    #[must_use]
    pub fn leaves_block_open(&self) -> bool {
        matches!(self.kind, kind::HEADERS | kind::PUSH_PROMISE | kind::CONTINUATION) && !self.has(flag::END_HEADERS)
    }

    /// Octets that count against flow control: the whole payload of DATA, padding included (section
    /// 6.9.1).
    #[must_use]
    pub fn flow_controlled(&self) -> u32 {
        match self.kind {
            kind::DATA => u32::try_from(self.payload.len()).unwrap_or(u32::MAX),
            _ => 0,
        }
    }

    /// Appends the frame's octets to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let length = self.declared.unwrap_or(self.payload.len() as u32);
        out.extend_from_slice(&length.to_be_bytes()[1..]);
        out.push(self.kind);
        out.push(self.flags);
        let stream = self.stream & 0x7fff_ffff | u32::from(self.reserved) << 31;
        out.extend_from_slice(&stream.to_be_bytes());
        out.extend_from_slice(&self.payload);
    }

    /// The frame's octets.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER + self.payload.len());
        self.encode(&mut out);
        out
    }
}

/// Cuts a byte stream into frames. Bytes may come in pieces of any size.
#[derive(Clone, Debug, Default)]
pub struct FrameReader {
    buffer: Vec<u8>,
    taken: usize,
}

impl FrameReader {
    /// Adds bytes that arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.taken > 0 {
            self.buffer.drain(..self.taken);
            self.taken = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete frame, if its last octet has arrived.
    pub fn next_frame(&mut self) -> Option<Frame> {
        let bytes = &self.buffer[self.taken..];
        let header: &[u8; HEADER] = bytes.first_chunk()?;
        let length = u32::from_be_bytes([0, header[0], header[1], header[2]]) as usize;
        let payload = bytes.get(HEADER..HEADER + length)?.to_vec();
        let stream = u32::from_be_bytes([header[5], header[6], header[7], header[8]]);
        let frame = Frame {
            kind: header[3],
            flags: header[4],
            stream: stream & 0x7fff_ffff,
            reserved: stream >> 31 == 1,
            payload,
            declared: None,
        };
        self.taken += HEADER + length;
        Some(frame)
    }

    /// Bytes that arrived and are not part of a complete frame yet.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.taken..]
    }

    /// Removes `prefix` from the front of what is buffered. `None` while fewer octets than that
    /// have arrived, `Some(false)` when they differ.
    pub fn strip(&mut self, prefix: &[u8]) -> Option<bool> {
        let head = self.rest().get(..prefix.len())?;
        let same = head == prefix;
        if same {
            self.taken += prefix.len();
        }
        Some(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_stand_where_the_rfc_puts_them() {
        let frame = Frame { reserved: true, ..Frame::new(0x8, 0x2, 3, vec![0, 0, 1, 0]) };
        assert_eq!(frame.to_bytes(), [0, 0, 4, 8, 2, 0x80, 0, 0, 3, 0, 0, 1, 0]);
    }

    #[test]
    fn a_length_can_lie() {
        let frame = Frame { declared: Some(0x01_02_03), ..Frame::new(0, 0, 1, vec![]) };
        assert_eq!(frame.to_bytes()[..3], [1, 2, 3]);
    }

    #[test]
    fn pieces_of_any_size_give_the_same_frames() {
        let frames = [Frame::new(4, 0, 0, vec![]), Frame::new(0, 1, 1, vec![7; 300]), Frame::new(99, 3, 5, vec![1])];
        let bytes: Vec<u8> = frames.iter().flat_map(Frame::to_bytes).collect();
        for size in 1..bytes.len() {
            let mut reader = FrameReader::default();
            let mut seen = Vec::new();
            for piece in bytes.chunks(size) {
                reader.push(piece);
                seen.extend(std::iter::from_fn(|| reader.next_frame()));
            }
            assert_eq!(seen, frames, "in pieces of {size}");
            assert!(reader.rest().is_empty());
        }
    }
}
