//! What no message of a subject may hold, whatever the case is about (RFC 9113 section 8).
//!
//! Every field section that the subject sends is read. Where one cannot be read, nothing is said of
//! it and of those behind it: the compression state is lost.

use std::collections::BTreeMap;

use super::sections::{Section, Sections};
use crate::transcript::{EventKind, Transcript};
use h2_conformance_wire::hpack::Field;
use h2_conformance_wire::{Frame, View};

/// The fields of HTTP/1.1 that are about a connection (section 8.2.2).
const CONNECTION_SPECIFIC: [&[u8]; 5] =
    [b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"];

/// What was sent of the subject's message on a stream.
#[derive(Debug, Default)]
struct Message {
    /// The final head came.
    has_head: bool,
    /// What it says of the length, where that has to be the length of the content.
    declared: Option<u64>,
    content: u64,
}

/// The first thing about a message of the subject that may not be.
pub(super) fn fault(transcript: &Transcript) -> Option<String> {
    let serves = !transcript.events.iter().any(|event| event.kind == EventKind::SubjectPreface);
    let mut sections = Sections::of(transcript);
    let mut messages: BTreeMap<u32, Message> = BTreeMap::new();
    for (_, frame) in transcript.subject_frames() {
        let message = messages.entry(frame.stream).or_default();
        let found = match View::from(frame) {
            View::Data { data, .. } => {
                message.content += data.len() as u64;
                None
            }
            _ => match sections.push(frame).ok()? {
                Some(Section { fields, is_promise: true, .. }) => fields.iter().find_map(field_fault),
                Some(Section { fields, ends, .. }) => section_fault(message, &fields, serves, ends),
                None => None,
            },
        };
        let found = found.or_else(|| length_fault(message, frame, serves));
        if let Some(found) = found {
            return Some(format!("the subject sent a malformed message on stream {}: {found}", frame.stream));
        }
    }
    None
}

/// What is wrong with a field section, and what it means for the message.
fn section_fault(message: &mut Message, fields: &[Field], serves: bool, ends: bool) -> Option<String> {
    if let Some(fault) = fields.iter().find_map(field_fault) {
        return Some(fault);
    }
    if message.has_head {
        let pseudo = fields.iter().find(|(name, _)| name.starts_with(b":"))?;
        return Some(format!("{} in trailers", printed(&pseudo.0)));
    }
    if let Some(fault) = pseudo_fault(fields, serves) {
        return Some(fault);
    }
    let status = value(fields, b":status");
    match status {
        Some(b"101") => return Some("status 101".into()),
        Some([b'1', ..]) if ends => return Some("an interim response that ends the stream".into()),
        Some([b'1', ..]) => return None,
        _ => {}
    }
    message.has_head = true;
    // These may name the length of another response (section 8.1.1).
    message.declared = length(fields).filter(|_| !matches!(status, Some(b"204" | b"304")));
    None
}

fn length(fields: &[Field]) -> Option<u64> {
    std::str::from_utf8(value(fields, b"content-length")?).ok()?.parse().ok()
}

/// Whether the content of a message that ends has another length than it says. A response without
/// content may be one to HEAD.
fn length_fault(message: &Message, frame: &Frame, serves: bool) -> Option<String> {
    let declared = message.declared.filter(|_| frame.ends_stream())?;
    let content = message.content;
    (declared != content && !(serves && content == 0))
        .then(|| format!("{content} octets of content, and content-length says {declared}"))
}

/// The pseudo-header fields of a head: the known ones, once each, before all others.
fn pseudo_fault(fields: &[Field], serves: bool) -> Option<String> {
    let known: &[&[u8]] = match serves {
        true => &[b":status"],
        false => &[b":method", b":scheme", b":authority", b":path", b":protocol"],
    };
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut regular = false;
    for (name, _) in fields {
        if !name.starts_with(b":") {
            regular = true;
        } else if !known.contains(&&name[..]) {
            return Some(format!("the pseudo-header field {}", printed(name)));
        } else if seen.contains(&&name[..]) {
            return Some(format!("{} twice", printed(name)));
        } else if regular {
            return Some(format!("{} behind a regular field", printed(name)));
        } else {
            seen.push(name);
        }
    }
    let mandatory: &[u8] = if serves { b":status" } else { b":method" };
    (!seen.contains(&mandatory)).then(|| format!("no {}", printed(mandatory)))
}

fn field_fault((name, value): &Field) -> Option<String> {
    let is_wrong = |octet: &u8| matches!(octet, 0..=0x20 | b'A'..=b'Z' | 0x7f..=0xff);
    if name.is_empty() || name.iter().any(is_wrong) {
        return Some(format!("the field name {}", printed(name)));
    }
    if CONNECTION_SPECIFIC.contains(&&name[..]) || (name == b"te" && value != b"trailers") {
        return Some(format!("the connection-specific field {}", printed(name)));
    }
    let is_blank = |octet: Option<&u8>| matches!(octet, Some(b' ' | b'\t'));
    let ends_blank = is_blank(value.first()) || is_blank(value.last());
    let ends_line = value.iter().any(|octet| matches!(octet, 0 | b'\r' | b'\n'));
    (ends_blank || ends_line).then(|| format!("the value {} of {}", printed(value), printed(name)))
}

fn value<'a>(fields: &'a [Field], name: &[u8]) -> Option<&'a [u8]> {
    fields.iter().find(|(of, _)| of == name).map(|(_, value)| &value[..])
}

fn printed(octets: &[u8]) -> String {
    format!("\"{}\"", octets.escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Event;
    use h2_conformance_wire::build::{data, headers, push_promise, response, settings, trailers};
    use h2_conformance_wire::code::setting;
    use h2_conformance_wire::hpack;

    fn said(subject_is_server: bool, frames: &[Frame]) -> Option<String> {
        let preface = (!subject_is_server).then_some(EventKind::SubjectPreface);
        let frames = frames.iter().cloned().map(EventKind::Subject);
        let kinds = preface.into_iter().chain(frames);
        let events = kinds.map(|kind| Event { at: std::time::Duration::ZERO, kind });
        fault(&Transcript { events: events.collect() })
    }

    /// A response head with this field behind its status.
    fn with(name: &str, value: &str) -> Frame {
        headers(1, &[(":status", "200"), (name, value)])
    }

    #[track_caller]
    fn faulty(frames: &[Frame], what: &str) {
        let said = said(true, frames).expect("a fault");
        assert!(said.contains(what), "{said}");
    }

    #[test]
    fn sound_messages_have_no_fault() {
        let interim = headers(1, &[(":status", "103"), ("link", "</a>")]);
        let last = trailers(1);
        let whole = [interim, with("content-length", "5"), data(1, 2).padded(9), data(1, 3), last];
        assert_eq!(said(true, &whole), None);
        let to_head = [with("content-length", "5").end_stream()];
        assert_eq!(said(true, &to_head), None);
        assert_eq!(said(true, &[with("content-length", "5"), data(1, 0).end_stream()]), None);
        assert_eq!(said(true, &[headers(1, &[(":status", "304"), ("content-length", "5")]).end_stream()]), None);
        assert_eq!(said(true, &[push_promise(1, 2), response(2, 200).end_stream()]), None);
        assert_eq!(said(true, &[with("te", "trailers"), with("x-high", "\u{e4}").on(3)]), None);
        let request = headers(1, &[(":method", "CONNECT"), (":authority", "example.test:443")]);
        assert_eq!(said(false, &[request]), None);
    }

    #[test]
    fn fields_that_may_not_be_sent_are_named() {
        faulty(&[with("X-Upper", "1")], "\"X-Upper\"");
        faulty(&[with("x y", "1")], "\"x y\"");
        faulty(&[with("", "1")], "field name \"\"");
        faulty(&[with("transfer-encoding", "chunked")], "connection-specific field \"transfer-encoding\"");
        faulty(&[with("te", "gzip")], "\"te\"");
        faulty(&[with("x", "a\r\nb")], "\"a\\r\\nb\"");
        faulty(&[with("x", " a")], "\" a\"");
        faulty(&[with("x", "a\t")], "\"a\\t\"");
        faulty(&[response(1, 200), headers(1, &[("connection", "close")]).end_stream()], "\"connection\"");
    }

    #[test]
    fn pseudo_header_fields_have_their_place() {
        faulty(&[headers(1, &[("x", "1")])], "no \":status\"");
        faulty(&[with(":status", "200")], "\":status\" twice");
        faulty(&[with(":path", "/")], "the pseudo-header field \":path\"");
        faulty(&[headers(1, &[("x", "1"), (":status", "200")])], "behind a regular field");
        faulty(&[response(1, 200), headers(1, &[(":status", "200")]).end_stream()], "in trailers");
        assert!(said(false, &[headers(1, &[(":status", "200")])]).is_some());
    }

    #[test]
    fn statuses_and_lengths_have_to_fit() {
        faulty(&[headers(1, &[(":status", "101")])], "status 101");
        faulty(&[headers(1, &[(":status", "100")]).end_stream()], "interim response that ends");
        faulty(&[with("content-length", "5"), data(1, 4).end_stream()], "4 octets of content");
        faulty(&[with("content-length", "5"), data(1, 6), trailers(1)], "6 octets of content");
        let request = headers(1, &[(":method", "POST"), ("content-length", "5")]);
        assert!(said(false, &[request.end_stream()]).is_some());
    }

    /// A subject may use as large a table as the peer announced, and its messages are read on.
    #[test]
    fn a_larger_table_that_the_peer_announced_is_known() {
        let mut block = Vec::new();
        hpack::integer(&mut block, 5, 0x20, 1 << 20);
        block.extend(hpack::encode(&[(":status", "200"), ("Bad", "1")]));
        let answer = EventKind::Subject(h2_conformance_wire::build::headers_block(1, block));
        let announced = EventKind::Peer(settings().with(setting::HEADER_TABLE_SIZE, 1 << 20));
        let said = |kinds: &[EventKind]| {
            let events = kinds.iter().cloned().map(|kind| Event { at: std::time::Duration::ZERO, kind });
            fault(&Transcript { events: events.collect() })
        };
        assert!(said(&[announced, answer.clone()]).is_some_and(|said| said.contains("\"Bad\"")));
        assert_eq!(said(&[answer]), None);
    }

    #[test]
    fn a_section_over_several_frames_is_read_whole_and_an_unreadable_one_ends_the_reading() {
        let mut block = hpack::encode(&[(":status", "200"), ("Bad", "1")]);
        let rest = block.split_off(9);
        let head = h2_conformance_wire::build::headers_block(1, block).continues();
        let rest = h2_conformance_wire::build::continuation(1, rest);
        faulty(&[head, rest], "\"Bad\"");
        let unreadable = h2_conformance_wire::build::headers_block(1, vec![0xff; 3]);
        assert_eq!(said(true, &[unreadable, with("Bad", "1").on(3)]), None);
    }
}
