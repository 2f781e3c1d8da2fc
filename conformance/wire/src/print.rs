//! Frames as one line of text.

use std::fmt::{self, Write as _};

use super::code::{error_name, flag, kind, kind_name, setting_name};
use super::hpack::Decoder;
use super::{Frame, View};

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&kind_name(self.kind))?;
        if self.stream != 0 {
            write!(f, " stream={}", self.stream)?;
        }
        details(self, f)?;
        if self.ends_stream() {
            f.write_str(" END_STREAM")?;
        }
        if self.leaves_block_open() {
            f.write_str(" (block continues)")?;
        }
        if self.reserved {
            f.write_str(" reserved-bit")?;
        }
        if reserved_in_payload(self) {
            f.write_str(" reserved-bit-in-payload")?;
        }
        match self.flags & !defined_flags(self.kind) {
            0 => {}
            flags => write!(f, " undefined-flags={flags:#x}")?,
        }
        if let Some(declared) = self.declared {
            write!(f, " (says {declared} octets, carries {})", self.payload.len())?;
        }
        Ok(())
    }
}

/// The flags that have a meaning (RFC 9113 section 6). All flags of a type that is not known are
/// shown as they are.
fn defined_flags(kind: u8) -> u8 {
    match kind {
        kind::DATA => flag::END_STREAM | flag::PADDED,
        kind::HEADERS => flag::END_STREAM | flag::END_HEADERS | flag::PADDED | flag::PRIORITY,
        kind::PUSH_PROMISE => flag::END_HEADERS | flag::PADDED,
        kind::CONTINUATION => flag::END_HEADERS,
        kind::SETTINGS | kind::PING => flag::ACK,
        kind::PRIORITY | kind::RST_STREAM | kind::GOAWAY | kind::WINDOW_UPDATE => 0,
        _ => u8::MAX,
    }
}

/// Whether the bit before a 31-bit number in the payload is set.
fn reserved_in_payload(frame: &Frame) -> bool {
    let at = match frame.kind {
        kind::GOAWAY | kind::WINDOW_UPDATE => 0,
        kind::PUSH_PROMISE => usize::from(frame.has(flag::PADDED)),
        _ => return false,
    };
    frame.payload.get(at).is_some_and(|octet| octet & 0x80 != 0)
}

/// Octets of padding with their length, and the fields of PRIORITY.
fn framing(frame: &Frame, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_padded = frame.has(flag::PADDED);
    if let (true, Some(padding)) = (is_padded, frame.payload.first()) {
        write!(f, " + {} padding", usize::from(*padding) + 1)?;
    }
    let has_priority = frame.kind == kind::HEADERS && frame.has(flag::PRIORITY);
    match frame.payload.get(usize::from(is_padded)..) {
        Some(payload) if has_priority => priority(payload, f),
        _ => Ok(()),
    }
}

fn priority(payload: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some((stream, [weight, ..])) = payload.split_first_chunk::<4>() else { return Ok(()) };
    let stream = u32::from_be_bytes(*stream);
    let exclusive = if stream >> 31 == 1 { " exclusive" } else { "" };
    write!(f, " depends={} weight={}{exclusive}", stream & 0x7fff_ffff, u16::from(*weight) + 1)
}

fn details(frame: &Frame, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match View::from(frame) {
        View::Data { data, padding } => {
            write!(f, " {} octets", data.len())?;
            if padding > 0 {
                write!(f, " + {padding} padding")?;
            }
            Ok(())
        }
        View::Headers { block } => {
            write!(f, " {} octets", block.len())?;
            framing(frame, f)?;
            fields(frame, block, f)
        }
        View::Continuation { block } => write!(f, " {} octets", block.len()),
        View::PushPromise { promised, block } => {
            write!(f, " promises={promised} {} octets", block.len())?;
            framing(frame, f)?;
            fields(frame, block, f)
        }
        View::Reset { code } => write!(f, " {}", error_name(code)),
        View::Settings(settings) => {
            settings.iter().try_for_each(|(id, value)| write!(f, " {}={value}", setting_name(*id)))
        }
        View::SettingsAck => f.write_str(" ACK"),
        View::Ping { opaque } => write!(f, " {}", hex(&opaque)),
        View::PingAck { opaque } => write!(f, " ACK {}", hex(&opaque)),
        View::GoAway { last_stream, code, debug } => {
            write!(f, " last={last_stream} {}", error_name(code))?;
            if debug.is_empty() {
                return Ok(());
            }
            write!(f, " {:?}", String::from_utf8_lossy(debug))
        }
        View::WindowUpdate { increment } => write!(f, " +{increment}"),
        View::Priority => priority(&frame.payload, f),
        View::Unknown => write!(f, " flags={:#x} {} octets", frame.flags, frame.payload.len()),
        View::Malformed(why) => {
            let ack = frame.has(flag::ACK) && matches!(frame.kind, kind::SETTINGS | kind::PING);
            write!(f, "{} {} octets ({why})", if ack { " ACK" } else { "" }, frame.payload.len())
        }
    }
}

/// The most characters of fields in a line.
const FIELDS: usize = 160;

/// The fields of a whole block, as far as it can be read without those before it.
fn fields(frame: &Frame, block: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if frame.leaves_block_open() || frame.declared.is_some() {
        return Ok(());
    }
    let Ok(fields) = Decoder::default().decode(block) else { return Ok(()) };
    let mut line = String::new();
    for (name, value) in fields {
        let _ = write!(line, " {}={}", name.escape_ascii(), value.escape_ascii());
    }
    match line.char_indices().nth(FIELDS) {
        Some((end, _)) => write!(f, "{}…", &line[..end]),
        None => f.write_str(&line),
    }
}

/// Octets as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::build::*;
    use super::super::code::error::PROTOCOL_ERROR;

    #[test]
    fn a_line_says_what_matters() {
        assert_eq!(data(1, 5).padded(3).end_stream().to_string(), "DATA stream=1 5 octets + 4 padding END_STREAM");
        assert_eq!(goaway(3, PROTOCOL_ERROR).to_string(), "GOAWAY last=3 PROTOCOL_ERROR");
        assert_eq!(response(1, 404).to_string(), "HEADERS stream=1 13 octets :status=404");
        assert_eq!(response(1, 404).padded(3).to_string(), "HEADERS stream=1 13 octets + 4 padding :status=404");
        let odd = headers(1, &[("x", "a\n")]);
        assert_eq!(odd.to_string(), "HEADERS stream=1 6 octets x=a\\n");
        let long = headers(1, &[("x", &"y".repeat(1000))]).to_string();
        assert!(long.len() < 200 && long.ends_with('…'), "{long}");
        assert_eq!(odd.continues().to_string(), "HEADERS stream=1 6 octets (block continues)");
        assert_eq!(settings().ack().payload(&[0]).to_string(), "SETTINGS ACK 1 octets (SETTINGS ACK with a payload)");
    }

    #[test]
    fn bits_that_have_no_meaning_are_shown() {
        assert_eq!(ping([0; 8]).flag(0xf0).to_string(), "PING 0000000000000000 undefined-flags=0xf0");
        assert_eq!(data(1, 0).flag(0x4).to_string(), "DATA stream=1 0 octets undefined-flags=0x4");
        let increment = |octets: [u8; 4]| window_update(0, 1).payload(&octets).to_string();
        assert_eq!(increment([0x80, 0, 0, 1]), "WINDOW_UPDATE +1 reserved-bit-in-payload");
        assert_eq!(increment([0, 0, 0, 1]), "WINDOW_UPDATE +1");
        let last = goaway(1, 0).payload(&[0x80, 0, 0, 1, 0, 0, 0, 0]).to_string();
        assert_eq!(last, "GOAWAY last=1 NO_ERROR reserved-bit-in-payload");
    }

    #[test]
    fn priorities_are_shown() {
        assert_eq!(
            priority(3).payload(&[0x80, 0, 0, 1, 15]).to_string(),
            "PRIORITY stream=3 depends=1 weight=16 exclusive"
        );
        let head = headers(1, &[]).payload(&[0, 0, 0, 3, 255, 0x82]).flag(0x20);
        assert_eq!(head.to_string(), "HEADERS stream=1 1 octets depends=3 weight=256 :method=GET");
    }
}
