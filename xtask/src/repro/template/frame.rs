//! Frames of RFC 9113 section 4.1, read and printed.

use std::fmt;

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PUSH_PROMISE: u8 = 5;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;

pub const ACK: u8 = 0x1;
pub const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
pub const PADDED: u8 = 0x8;
const PRIORITY: u8 = 0x20;

pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

impl Frame {
    pub fn new(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Frame {
        Frame { kind, flags, stream, payload: payload.to_vec() }
    }

    pub fn window_update(stream: u32, increment: u32) -> Frame {
        Frame::new(WINDOW_UPDATE, 0, stream, &increment.to_be_bytes())
    }

    /// Takes the first frame from `octets` if all of it is there.
    pub fn take(octets: &mut Vec<u8>) -> Option<Frame> {
        let head = octets.first_chunk::<9>()?;
        let end = 9 + u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]) & 0x7fff_ffff;
        let frame = Frame::new(head[3], head[4], stream, octets.get(9..end)?);
        octets.drain(..end);
        Some(frame)
    }

    pub fn octets(&self) -> Vec<u8> {
        let mut octets = (self.payload.len() as u32).to_be_bytes()[1..].to_vec();
        octets.extend([self.kind, self.flags]);
        octets.extend(self.stream.to_be_bytes());
        octets.extend(&self.payload);
        octets
    }

    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub fn is_ack(&self, kind: u8) -> bool {
        self.kind == kind && self.has(ACK)
    }

    /// Whether a CONTINUATION has to follow.
    pub fn leaves_block_open(&self) -> bool {
        matches!(self.kind, HEADERS | PUSH_PROMISE | CONTINUATION) && !self.has(END_HEADERS)
    }

    /// What counts against the windows: all of a DATA frame, padding included.
    pub fn flow_controlled(&self) -> u32 {
        if self.kind == DATA {
            self.payload.len() as u32
        } else {
            0
        }
    }

    /// The setting with this identifier, if the frame changes it.
    pub fn setting(&self, id: u16) -> Option<u32> {
        let all = self.settings()?;
        all.into_iter().rev().find(|setting| setting.0 == id).map(|setting| setting.1)
    }

    fn settings(&self) -> Option<Vec<(u16, u32)>> {
        if self.kind != SETTINGS || self.has(ACK) || self.payload.len() % 6 != 0 {
            return None;
        }
        self.payload.chunks(6).map(|c| Some((u16::from_be_bytes([c[0], c[1]]), number(&c[2..])?))).collect()
    }

    /// A WINDOW_UPDATE's octets.
    pub fn increment(&self) -> Option<u32> {
        let fits = self.kind == WINDOW_UPDATE && self.payload.len() == 4;
        number(&self.payload).filter(|_| fits).map(|increment| increment & 0x7fff_ffff)
    }

    /// The payload without padding.
    fn content(&self) -> Option<&[u8]> {
        if !self.has(PADDED) {
            return Some(&self.payload);
        }
        let (padding, rest) = self.payload.split_first()?;
        rest.get(..rest.len().checked_sub(usize::from(*padding))?)
    }

    /// `None`: the payload cannot be what the type says.
    fn details(&self) -> Option<String> {
        let all = &self.payload;
        let ack = if self.has(ACK) { " ACK" } else { "" };
        Some(match self.kind {
            DATA => {
                let length = self.content()?.len();
                match all.len() - length {
                    0 => format!(" {length} octets"),
                    padding => format!(" {length} octets + {padding} padding"),
                }
            }
            HEADERS => {
                let fields = if self.has(PRIORITY) { 5 } else { 0 };
                format!(" {} octets", self.content()?.get(fields..)?.len())
            }
            2 if all.len() == 5 => String::new(),
            RST_STREAM if all.len() == 4 => format!(" {}", error(number(all)?)),
            SETTINGS if all.is_empty() => ack.to_string(),
            SETTINGS => self.settings()?.iter().map(|(id, value)| format!(" {}={value}", setting(*id))).collect(),
            PUSH_PROMISE => {
                let content = self.content()?;
                let promised = number(content)? & 0x7fff_ffff;
                format!(" promises={promised} {} octets", content.len() - 4)
            }
            PING if all.len() == 8 => format!("{ack} {}", hex(all)),
            GOAWAY => {
                let debug = all.get(8..)?;
                let words = match debug {
                    [] => String::new(),
                    debug => format!(" {:?}", String::from_utf8_lossy(debug)),
                };
                format!(" last={} {}{words}", number(all)? & 0x7fff_ffff, error(number(&all[4..])?))
            }
            WINDOW_UPDATE => format!(" +{}", self.increment()?),
            CONTINUATION => format!(" {} octets", all.len()),
            10.. => format!(" flags={:#x} {} octets", self.flags, all.len()),
            _ => return None,
        })
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const KINDS: [&str; 10] = [
            "DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY", "WINDOW_UPDATE",
            "CONTINUATION",
        ];
        match KINDS.get(usize::from(self.kind)) {
            Some(name) => f.write_str(name)?,
            None => write!(f, "type {:#x}", self.kind)?,
        }
        if self.stream != 0 {
            write!(f, " stream={}", self.stream)?;
        }
        match self.details() {
            Some(details) => f.write_str(&details)?,
            None => write!(f, " malformed {}", hex(&self.payload[..self.payload.len().min(24)]))?,
        }
        if matches!(self.kind, DATA | HEADERS) && self.has(END_STREAM) {
            f.write_str(" END_STREAM")?;
        }
        if self.leaves_block_open() {
            f.write_str(" (block continues)")?;
        }
        Ok(())
    }
}

fn number(octets: &[u8]) -> Option<u32> {
    octets.first_chunk().map(|octets| u32::from_be_bytes(*octets))
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// An error code's name.
fn error(code: u32) -> String {
    const NAMES: [&str; 14] = [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
        "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ];
    NAMES.get(code as usize).map_or_else(|| format!("{code:#x}"), ToString::to_string)
}

/// A setting's name.
fn setting(id: u16) -> String {
    match id {
        1 => "HEADER_TABLE_SIZE".into(),
        2 => "ENABLE_PUSH".into(),
        3 => "MAX_CONCURRENT_STREAMS".into(),
        4 => "INITIAL_WINDOW_SIZE".into(),
        5 => "MAX_FRAME_SIZE".into(),
        6 => "MAX_HEADER_LIST_SIZE".into(),
        8 => "ENABLE_CONNECT_PROTOCOL".into(),
        other => format!("{other:#x}"),
    }
}
