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
        if let Some(declared) = self.declared {
            write!(f, " (says {declared} octets, carries {})", self.payload.len())?;
        }
        Ok(())
    }
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
            fields(frame, block, f)
        }
        View::Continuation { block } => write!(f, " {} octets", block.len()),
        View::PushPromise { promised, block } => {
            write!(f, " promises={promised} {} octets", block.len())?;
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
        View::Priority => Ok(()),
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
        let odd = headers(1, &[("x", "a\n")]);
        assert_eq!(odd.to_string(), "HEADERS stream=1 6 octets x=a\\n");
        let long = headers(1, &[("x", &"y".repeat(1000))]).to_string();
        assert!(long.len() < 200 && long.ends_with('…'), "{long}");
        assert_eq!(odd.continues().to_string(), "HEADERS stream=1 6 octets (block continues)");
        assert_eq!(settings().ack().payload(&[0]).to_string(), "SETTINGS ACK 1 octets (SETTINGS ACK with a payload)");
    }
}
