//! Frames for scripts. Each function makes a frame that is right; the methods on [`Frame`] bend it.

use super::code::{flag, kind};
use super::{hpack, Frame, PREFACE};

/// DATA with `length` octets of content.
#[must_use]
pub fn data(stream: u32, length: usize) -> Frame {
    Frame::new(kind::DATA, 0, stream, vec![b'd'; length])
}

/// The octets with which a client opens a connection: the preface, `settings`, and the
/// acknowledgement of the server's.
#[must_use]
pub fn opening(settings: &Frame) -> Vec<u8> {
    let mut octets = PREFACE.to_vec();
    settings.encode(&mut octets);
    self::settings().ack().encode(&mut octets);
    octets
}

/// HEADERS with these fields and END_HEADERS.
#[must_use]
pub fn headers(stream: u32, fields: &[(&str, &str)]) -> Frame {
    headers_block(stream, hpack::encode(fields))
}

/// HEADERS with this field block, whatever it holds, and END_HEADERS.
#[must_use]
pub fn headers_block(stream: u32, block: Vec<u8>) -> Frame {
    Frame::new(kind::HEADERS, flag::END_HEADERS, stream, block)
}

/// The fields of a plain GET request.
pub const GET: [(&str, &str); 4] =
    [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "example.test")];

/// The fields of a plain POST request.
pub const POST: [(&str, &str); 4] =
    [(":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", "example.test")];

/// A complete GET request: HEADERS with END_STREAM.
#[must_use]
pub fn get(stream: u32) -> Frame {
    headers(stream, &GET).end_stream()
}

/// The head of a POST request; a body has to follow.
#[must_use]
pub fn post(stream: u32) -> Frame {
    headers(stream, &POST)
}

/// The head of a response; a body may follow.
#[must_use]
pub fn response(stream: u32, status: u16) -> Frame {
    headers(stream, &[(":status", &status.to_string())])
}

/// Trailers: HEADERS with END_STREAM and no pseudo-header field.
#[must_use]
pub fn trailers(stream: u32) -> Frame {
    headers(stream, &[("x-checksum", "1")]).end_stream()
}

/// CONTINUATION with this fragment and END_HEADERS.
#[must_use]
pub fn continuation(stream: u32, block: Vec<u8>) -> Frame {
    Frame::new(kind::CONTINUATION, flag::END_HEADERS, stream, block)
}

/// PRIORITY: depends on stream 0, weight 16.
#[must_use]
pub fn priority(stream: u32) -> Frame {
    Frame::new(kind::PRIORITY, 0, stream, vec![0, 0, 0, 0, 15])
}

/// RST_STREAM.
#[must_use]
pub fn reset(stream: u32, code: u32) -> Frame {
    Frame::new(kind::RST_STREAM, 0, stream, code.to_be_bytes().to_vec())
}

/// SETTINGS without any.
#[must_use]
pub fn settings() -> Frame {
    Frame::new(kind::SETTINGS, 0, 0, Vec::new())
}

/// PUSH_PROMISE of a GET request.
#[must_use]
pub fn push_promise(stream: u32, promised: u32) -> Frame {
    let mut payload = promised.to_be_bytes().to_vec();
    payload.extend(hpack::encode(&GET));
    Frame::new(kind::PUSH_PROMISE, flag::END_HEADERS, stream, payload)
}

/// PING.
#[must_use]
pub fn ping(opaque: [u8; 8]) -> Frame {
    Frame::new(kind::PING, 0, 0, opaque.to_vec())
}

/// GOAWAY.
#[must_use]
pub fn goaway(last_stream: u32, code: u32) -> Frame {
    let mut payload = last_stream.to_be_bytes().to_vec();
    payload.extend(code.to_be_bytes());
    Frame::new(kind::GOAWAY, 0, 0, payload)
}

/// WINDOW_UPDATE. Stream 0 is the connection.
#[must_use]
pub fn window_update(stream: u32, increment: u32) -> Frame {
    Frame::new(kind::WINDOW_UPDATE, 0, stream, increment.to_be_bytes().to_vec())
}

/// A frame of a type that no specification assigns.
#[must_use]
pub fn unknown(stream: u32) -> Frame {
    Frame::new(0xbb, 0, stream, vec![0; 8])
}

/// Bending frames.
impl Frame {
    /// Adds flags.
    #[must_use]
    pub fn flag(mut self, flag: u8) -> Self {
        self.flags |= flag;
        self
    }

    /// Sets ACK.
    #[must_use]
    pub fn ack(self) -> Self {
        self.flag(flag::ACK)
    }

    /// Sets END_STREAM.
    #[must_use]
    pub fn end_stream(self) -> Self {
        self.flag(flag::END_STREAM)
    }

    /// Clears END_HEADERS: a CONTINUATION has to follow.
    #[must_use]
    pub fn continues(mut self) -> Self {
        self.flags &= !flag::END_HEADERS;
        self
    }

    /// Replaces the payload.
    #[must_use]
    pub fn payload(mut self, payload: &[u8]) -> Self {
        self.payload = payload.to_vec();
        self
    }

    /// Cuts the payload, or fills it up with zeros, to `length` octets.
    #[must_use]
    pub fn resized(mut self, length: usize) -> Self {
        self.payload.resize(length, 0);
        self
    }

    /// Moves the frame to another stream.
    #[must_use]
    pub fn on(mut self, stream: u32) -> Self {
        self.stream = stream;
        self
    }

    /// Sets the reserved bit before the stream identifier.
    #[must_use]
    pub fn with_reserved_bit(mut self) -> Self {
        self.reserved = true;
        self
    }

    /// Makes the length field say `length` octets, whatever the payload is.
    #[must_use]
    pub fn declaring(mut self, length: u32) -> Self {
        self.declared = Some(length);
        self
    }

    /// Adds padding of `length` zeros and the PADDED flag.
    #[must_use]
    pub fn padded(mut self, length: u8) -> Self {
        self.payload.insert(0, length);
        self.payload.extend(vec![0; length.into()]);
        self.flag(flag::PADDED)
    }

    /// Sets the pad length without adding padding, and the PADDED flag.
    #[must_use]
    pub fn claiming_padding(mut self, length: u8) -> Self {
        self.payload.insert(0, length);
        self.flag(flag::PADDED)
    }

    /// Adds the priority fields of HEADERS: depends on `parent`, weight 16.
    #[must_use]
    pub fn depending_on(mut self, parent: u32) -> Self {
        let mut payload = parent.to_be_bytes().to_vec();
        payload.push(15);
        payload.append(&mut self.payload);
        self.payload = payload;
        self.flag(flag::PRIORITY)
    }

    /// Appends a setting to SETTINGS.
    #[must_use]
    pub fn with(mut self, id: u16, value: u32) -> Self {
        self.payload.extend(id.to_be_bytes());
        self.payload.extend(value.to_be_bytes());
        self
    }
}
