//! A raw frame read as what its type says it is.

use super::code::{flag, kind};
use super::Frame;

/// What a frame says. Views do not check what a receiver would have to refuse, only what cannot be
/// read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View<'a> {
    Data {
        data: &'a [u8],
        padding: usize,
    },
    Headers {
        block: &'a [u8],
    },
    Priority,
    Reset {
        code: u32,
    },
    Settings(Vec<(u16, u32)>),
    SettingsAck,
    PushPromise {
        promised: u32,
        block: &'a [u8],
    },
    Ping {
        opaque: [u8; 8],
    },
    PingAck {
        opaque: [u8; 8],
    },
    GoAway {
        last_stream: u32,
        code: u32,
        debug: &'a [u8],
    },
    WindowUpdate {
        increment: u32,
    },
    Continuation {
        block: &'a [u8],
    },
    Unknown,
    /// The payload cannot be what the type says; the text names the misfit.
    Malformed(&'static str),
}

impl<'a> From<&'a Frame> for View<'a> {
    fn from(frame: &'a Frame) -> Self {
        read(frame).unwrap_or_else(View::Malformed)
    }
}

fn read(frame: &Frame) -> Result<View<'_>, &'static str> {
    let payload = frame.payload.as_slice();
    Ok(match frame.kind {
        kind::DATA => {
            let data = unpad(frame, payload)?;
            View::Data { data, padding: payload.len() - data.len() }
        }
        kind::HEADERS => {
            let mut block = unpad(frame, payload)?;
            if frame.has(flag::PRIORITY) {
                block = block.get(5..).ok_or("HEADERS too short for its priority fields")?;
            }
            View::Headers { block }
        }
        kind::PRIORITY if payload.len() == 5 => View::Priority,
        kind::PRIORITY => return Err("PRIORITY that is not 5 octets"),
        kind::RST_STREAM => View::Reset { code: number(payload, "RST_STREAM that is not 4 octets")? },
        kind::SETTINGS if frame.has(flag::ACK) && payload.is_empty() => View::SettingsAck,
        kind::SETTINGS if frame.has(flag::ACK) => return Err("SETTINGS ACK with a payload"),
        kind::SETTINGS => View::Settings(settings(payload)?),
        kind::PUSH_PROMISE => {
            let rest = unpad(frame, payload)?;
            let (promised, block) = rest.split_first_chunk::<4>().ok_or("PUSH_PROMISE too short")?;
            View::PushPromise { promised: u32::from_be_bytes(*promised) & 0x7fff_ffff, block }
        }
        kind::PING => {
            let opaque = payload.try_into().map_err(|_| "PING that is not 8 octets")?;
            if frame.has(flag::ACK) {
                View::PingAck { opaque }
            } else {
                View::Ping { opaque }
            }
        }
        kind::GOAWAY => {
            let (last, rest) = payload.split_first_chunk::<4>().ok_or("GOAWAY too short")?;
            let (code, debug) = rest.split_first_chunk::<4>().ok_or("GOAWAY too short")?;
            View::GoAway {
                last_stream: u32::from_be_bytes(*last) & 0x7fff_ffff,
                code: u32::from_be_bytes(*code),
                debug,
            }
        }
        kind::WINDOW_UPDATE => {
            View::WindowUpdate { increment: number(payload, "WINDOW_UPDATE that is not 4 octets")? & 0x7fff_ffff }
        }
        kind::CONTINUATION => View::Continuation { block: payload },
        _ => View::Unknown,
    })
}

fn number(payload: &[u8], misfit: &'static str) -> Result<u32, &'static str> {
    payload.try_into().map(u32::from_be_bytes).map_err(|_| misfit)
}

fn settings(payload: &[u8]) -> Result<Vec<(u16, u32)>, &'static str> {
    if payload.len() % 6 != 0 {
        return Err("SETTINGS that is not a multiple of 6 octets");
    }
    Ok(payload
        .chunks_exact(6)
        .map(|c| (u16::from_be_bytes([c[0], c[1]]), u32::from_be_bytes([c[2], c[3], c[4], c[5]])))
        .collect())
}

fn unpad<'a>(frame: &Frame, payload: &'a [u8]) -> Result<&'a [u8], &'static str> {
    if !frame.has(flag::PADDED) {
        return Ok(payload);
    }
    let (&padding, rest) = payload.split_first().ok_or("padded frame without a pad length")?;
    let length = rest.len().checked_sub(padding.into()).ok_or("more padding than payload")?;
    Ok(&rest[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_told_from_data() {
        let frame = Frame::new(kind::DATA, flag::PADDED, 1, vec![2, b'x', 0, 0]);
        assert_eq!(View::from(&frame), View::Data { data: b"x", padding: 3 });
        let frame = Frame::new(kind::DATA, flag::PADDED, 1, vec![4, b'x', 0, 0]);
        assert_eq!(View::from(&frame), View::Malformed("more padding than payload"));
    }

    #[test]
    fn no_payload_of_any_type_can_panic() {
        for kind in 0..=12 {
            for flags in [0, 1, 4, 8, 0x20, 0x2d] {
                for length in 0..24 {
                    for fill in [0, 1, 7, 255] {
                        let _ = View::from(&Frame::new(kind, flags, 1, vec![fill; length]));
                    }
                }
            }
        }
    }
}
