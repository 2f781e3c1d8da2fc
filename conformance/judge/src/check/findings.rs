//! What was found for each kind of check.

use std::ops::{Range, RangeInclusive};

use super::super::ending::{alive, broke_off, gave_up, goaway};
use super::super::sections::{Section, Sections};
use super::super::{Expect, Outcome};
use super::client::{was_reset, REQUEST};
use super::{fail, holds, pass, weak, Check, Finding};
use crate::peer_frames::PeerFrames;
use crate::transcript::{Event, EventKind, Transcript};
use h2_conformance_wire::code::error::{HTTP_1_1_REQUIRED, INTERNAL_ERROR, NO_ERROR, PROTOCOL_ERROR, STREAM_CLOSED};
use h2_conformance_wire::code::{error_name, kind, kind_name};
use h2_conformance_wire::hpack::Field;
use h2_conformance_wire::print::hex;
use h2_conformance_wire::{FlowWindows, Frame, View};

/// Whether a frame answers one of the runner's own PINGs, whose number depends on the transport.
fn answers_probe(frame: &Frame, transcript: &Transcript) -> bool {
    let asked = |event: &Event| matches!(&event.kind, EventKind::Probe(probe) if probe.payload == frame.payload);
    matches!(View::from(frame), View::PingAck { .. }) && transcript.events.iter().any(asked)
}

pub(in super::super) fn span(times: &RangeInclusive<usize>) -> String {
    match (*times.start(), *times.end()) {
        (low, high) if low == high => low.to_string(),
        (low, usize::MAX) => format!("at least {low}"),
        (low, high) => format!("{low} to {high}"),
    }
}

pub(in super::super) fn named(codes: &[u32]) -> String {
    codes.iter().map(|code| error_name(*code)).collect::<Vec<_>>().join(" or ")
}

/// What the most favourable choice finds; of equals the first, which names what is asked for most.
pub(super) fn best_of(transcript: &Transcript, choices: &[Expect]) -> Finding {
    let findings = choices.iter().map(|choice| choice.holds(transcript));
    findings.min_by_key(|(outcome, _)| *outcome).unwrap_or_else(|| fail("nothing is permitted"))
}

pub(super) fn last_processed(transcript: &Transcript, expected: u32) -> Finding {
    let named = transcript.subject_frames().rev().find_map(|(_, frame)| match View::from(frame) {
        View::GoAway { last_stream, .. } => Some(last_stream),
        _ => None,
    });
    match named {
        Some(stream) => holds(stream == expected, || format!("GOAWAY names stream {stream}, expected {expected}")),
        None if transcript.closed().is_some() || transcript.left().is_some() => {
            weak(format!("no GOAWAY, expected one that names stream {expected}"))
        }
        None => fail(format!("no GOAWAY, expected one that names stream {expected}")),
    }
}

pub(super) fn block_begins(transcript: &Transcript, stream: u32, expected: &[u8]) -> Finding {
    let block = transcript.answers().find_map(|frame| match View::from(frame) {
        View::Headers { block } if frame.stream == stream => Some(block),
        _ => None,
    });
    match block {
        Some(block) => holds(block.starts_with(expected), || {
            let head = &block[..block.len().min(expected.len())];
            format!("the field block begins with {}, expected {}", hex(head), hex(expected))
        }),
        None => fail(format!("no HEADERS on stream {stream}")),
    }
}

pub(super) fn connection_error(transcript: &Transcript, codes: &[u32]) -> Finding {
    let wanted = named(codes);
    match (goaway(transcript), transcript.closed()) {
        (Some((_, code)), _) if !codes.contains(&code) => {
            lesser(code, format!("GOAWAY {}, expected {wanted}", error_name(code)))
        }
        (Some(_), Some(_)) if broke_off(transcript) => weak("closed in the middle of a frame"),
        (Some(_), Some(_)) => pass(),
        (Some((_, code)), None) => weak(format!("GOAWAY {} but the connection stays open", error_name(code))),
        (None, Some(_)) => weak(format!("closed without GOAWAY, expected {wanted}")),
        (None, None) if transcript.left() == Some(Some(false)) => {
            weak(format!("closed, and the exit status says failure, expected GOAWAY {wanted}"))
        }
        (None, None) => match reset_after_mark(transcript) {
            Some(frame) => fail(format!("only {frame}, expected GOAWAY {wanted}")),
            None => fail(format!("no error, expected GOAWAY {wanted}")),
        },
    }
}

pub(super) fn stream_error(transcript: &Transcript, stream: u32, codes: &[u32]) -> Finding {
    let wanted = named(codes);
    let reset = transcript.answers().find_map(|frame| match View::from(frame) {
        View::Reset { code } if frame.stream == stream => Some(code),
        _ => None,
    });
    match (reset, goaway(transcript)) {
        (_, Some((_, code))) if code != NO_ERROR && !codes.contains(&code) => {
            lesser(code, format!("GOAWAY {}, expected RST_STREAM {wanted}", error_name(code)))
        }
        (_, Some((_, code))) if code != NO_ERROR => weak(format!(
            "the whole connection ends: GOAWAY {}, expected RST_STREAM on stream {stream}",
            error_name(code)
        )),
        (Some(code), _) if !codes.contains(&code) => {
            let found = lesser(code, format!("RST_STREAM {}, expected {wanted}", error_name(code)));
            // The connection may end after the objection, and a client that leaves say failure.
            let is_over = transcript.closed().is_some() || transcript.left().is_some();
            match (is_alive(transcript), found) {
                // It has objected, and a bare close would be no better.
                (_, (_, why)) if transcript.left() == Some(Some(false)) => weak(why),
                ((Outcome::Pass, _), found) => found,
                (_, found @ (Outcome::Weak, _)) if is_over => found,
                (dead, _) => dead,
            }
        }
        (Some(_), _) if transcript.closed().is_some() => weak("RST_STREAM came, but then the connection closed"),
        (Some(_), _) if transcript.left().is_some() => pass(),
        (Some(_), _) => is_alive(transcript),
        // No less than a close without a word.
        (None, Some(_)) if transcript.closed().is_some() => {
            weak(format!("GOAWAY NO_ERROR and the close, expected RST_STREAM {wanted}"))
        }
        (None, _) if transcript.closed().is_some() => weak(format!("closed, expected RST_STREAM {wanted}")),
        // A stream that has ended both ways cannot be reset (RFC 9113 section 5.1).
        (None, _) if transcript.left() == Some(Some(false)) && peer_ended(transcript, stream) => pass(),
        (None, _) if transcript.left() == Some(Some(false)) => {
            weak(format!("only the exit status says failure, expected RST_STREAM {wanted}"))
        }
        (None, _) => match status(transcript, stream) {
            Some(status) => fail(format!("answered with status {status}, expected RST_STREAM {wanted}")),
            None => fail(format!("no error, expected RST_STREAM {wanted} on stream {stream}")),
        },
    }
}

pub(super) fn any_error(transcript: &Transcript, stream: u32, codes: &[u32]) -> Finding {
    match stream_error(transcript, stream, codes) {
        (Outcome::Weak, reason) => match connection_error(transcript, codes) {
            (Outcome::Fail, _) => weak(reason),
            better => better,
        },
        finding => finding,
    }
}

/// Whether the peer has ended a stream.
fn peer_ended(transcript: &Transcript, stream: u32) -> bool {
    transcript.events.iter().any(|event| match &event.kind {
        EventKind::Peer(frame) | EventKind::Automatic(frame) => frame.stream == stream && frame.ends_stream(),
        _ => false,
    })
}

/// The last code that RFC 9113 defines.
const LAST_CODE: u32 = HTTP_1_1_REQUIRED;

/// An error with another code than the expected ones. A generic code can always stand for a more
/// specific one (RFC 9113 section 5.4), and a code that is not defined may be taken for
/// INTERNAL_ERROR (section 7).
pub(super) fn lesser(code: u32, reason: String) -> Finding {
    match code {
        PROTOCOL_ERROR | INTERNAL_ERROR => weak(reason),
        code if code > LAST_CODE => weak(reason),
        _ => fail(reason),
    }
}

fn reset_after_mark(transcript: &Transcript) -> Option<&Frame> {
    transcript.answers().find(|frame| frame.kind == kind::RST_STREAM)
}

pub(super) fn malformed(transcript: &Transcript, stream: u32) -> Finding {
    // A whole answer; RST_STREAM NO_ERROR after it only says that the rest of the request is not
    // wanted (8.1). 501 and 505 name what is wrong with a method or a version.
    let answer = (message(transcript, stream, None).0 == Outcome::Pass).then(|| status(transcript, stream)).flatten();
    match (stream_error(transcript, stream, &[PROTOCOL_ERROR]), answer) {
        ((Outcome::Fail, _), Some(400..500 | 501 | 505)) => is_alive(transcript),
        ((Outcome::Fail, _), Some(status @ 500..)) => match is_alive(transcript) {
            (Outcome::Pass, _) => weak(format!("answered with status {status}, expected 4xx or RST_STREAM")),
            dead => dead,
        },
        ((Outcome::Fail, reason), _) => fail(format!("{reason}, or a status of 4xx")),
        (finding, _) => finding,
    }
}

/// The subject objects to a request, whatever becomes of the connection then.
pub(super) fn rejected(transcript: &Transcript, stream: u32) -> Finding {
    let is_reset =
        transcript.answers().any(|frame| frame.stream == stream && matches!(View::from(frame), View::Reset { .. }));
    match status(transcript, stream) {
        _ if is_reset => pass(),
        Some(400..) => pass(),
        Some(status) => fail(format!("stream {stream} was answered with status {status}, expected a refusal")),
        None if gave_up(transcript).is_some() => weak(format!("the connection ended at stream {stream}")),
        None => fail(format!("stream {stream} was neither reset nor answered")),
    }
}

pub(super) fn ignored(transcript: &Transcript) -> Finding {
    let asks = transcript.events.iter().any(|event| event.kind == EventKind::SubjectPreface);
    // What an endpoint may send at any time says nothing about the frame under test.
    let of_its_own = |frame: &Frame| match View::from(frame) {
        View::SettingsAck | View::PingAck { .. } | View::Settings(_) | View::Ping { .. } => true,
        View::WindowUpdate { increment } => increment > 0,
        View::GoAway { code, .. } => code == NO_ERROR,
        View::Priority | View::Unknown => true,
        // A client may ask again (RFC 9110 section 9.2.2).
        View::Headers { .. } => asks && frame.stream > REQUEST,
        _ => false,
    };
    let extra = transcript.answers().find(|frame| !of_its_own(frame));
    match extra {
        Some(frame) => fail(format!("answered with {frame}")),
        None => is_alive(transcript),
    }
}

pub(super) fn is_alive(transcript: &Transcript) -> Finding {
    match (goaway(transcript), transcript.closed()) {
        (Some((_, code)), _) if code != NO_ERROR => fail(format!("GOAWAY {}", error_name(code))),
        (_, Some(_)) => fail("the connection closed"),
        _ if transcript.left() == Some(Some(false)) && !was_reset(transcript) => {
            fail("the client gave up: its exit status says failure")
        }
        _ => holds(alive(transcript), || "a PING at the end is not answered".into()),
    }
}

pub(super) fn ends(transcript: &Transcript) -> Finding {
    match (goaway(transcript), transcript.closed()) {
        (Some((_, code)), _) if code != NO_ERROR => fail(format!("GOAWAY {}", error_name(code))),
        (_, Some(_)) if broke_off(transcript) => fail("closed in the middle of a frame"),
        (_, Some(_)) => pass(),
        (_, None) if transcript.left().is_some() => pass(),
        (_, None) => fail("the connection does not come to its end"),
    }
}

pub(super) fn closes(transcript: &Transcript) -> Finding {
    match (transcript.closed(), goaway(transcript)) {
        (Some(_), _) => pass(),
        (None, _) if transcript.left().is_some() => pass(),
        (None, Some((_, code))) => fail(format!("GOAWAY {} but the connection stays open", error_name(code))),
        (None, None) => fail("no error, expected the end of the connection"),
    }
}

pub(super) fn message(transcript: &Transcript, stream: u32, expected: Option<u16>) -> Finding {
    let mut begun = false;
    let mut ended = false;
    let mut not_wanted = None;
    for (at, frame) in transcript.subject_frames().filter(|(_, frame)| frame.stream == stream) {
        match frame.kind {
            // A server may say that it does not want the rest of the request (8.1): only after its
            // whole answer.
            kind::RST_STREAM if ended && View::from(frame) == (View::Reset { code: NO_ERROR }) => not_wanted = Some(at),
            // It answers what the peer sent after that.
            kind::RST_STREAM
                if View::from(frame) == (View::Reset { code: STREAM_CLOSED })
                    && not_wanted.is_some_and(|from| sent_on(transcript, stream, from..at)) => {}
            kind::RST_STREAM if ended => return fail(format!("{frame} after the message")),
            kind::RST_STREAM => return fail(format!("{frame} instead of a message")),
            kind::HEADERS | kind::DATA if ended => return fail(format!("{frame} after the end of the message")),
            kind::HEADERS => begun = true,
            kind::DATA if !begun => return fail(format!("{frame} before HEADERS")),
            _ => {}
        }
        ended |= frame.ends_stream();
    }
    if !begun {
        let end = gave_up(transcript).map_or_else(String::new, |reason| format!(": {reason}"));
        return fail(format!("no HEADERS on stream {stream}{end}"));
    }
    if !ended {
        return fail(format!("the message on stream {stream} has no end"));
    }
    let sections = match field_sections(transcript) {
        Ok(sections) => sections,
        Err(why) => return fail(why),
    };
    if !sections.iter().any(|(of, _)| *of == stream) {
        return fail(format!("a field section on stream {stream} has no end"));
    }
    let found = last_status(&sections, stream);
    holds(expected.is_none() || found == expected, || {
        format!("status {}, expected {}", found.unwrap_or(0), expected.unwrap_or(0))
    })
}

/// Whether the peer sent a frame on a stream in this part of the record.
fn sent_on(transcript: &Transcript, stream: u32, part: Range<usize>) -> bool {
    transcript.events[part].iter().any(|event| match &event.kind {
        EventKind::Peer(frame) | EventKind::Automatic(frame) => frame.stream == stream,
        _ => false,
    })
}

/// A whole message that does not say that the request is wrong. That a resource, a method or an
/// authority is not served is no matter of the protocol.
pub(super) fn accepted(transcript: &Transcript, stream: u32) -> Finding {
    match (message(transcript, stream, None), status(transcript, stream)) {
        // What has failed may stand behind the server. 501 says that it has no such method.
        ((Outcome::Pass, _), Some(status @ (500 | 502..))) => {
            (Outcome::Inconclusive, format!("status {status}: the server, or one behind it, failed at a sound request"))
        }
        ((Outcome::Pass, _), Some(400)) => fail("the request was refused with status 400"),
        (finding, _) => finding,
    }
}

/// The status of a whole final response on a stream, or what it lacks.
pub fn final_status(transcript: &Transcript, stream: u32) -> Result<u16, String> {
    match message(transcript, stream, None) {
        (Outcome::Pass, _) => status(transcript, stream).ok_or_else(|| "the response has no status".into()),
        (_, why) => Err(why),
    }
}

/// The status of the subject's final response on a stream.
fn status(transcript: &Transcript, stream: u32) -> Option<u16> {
    last_status(&field_sections(transcript).ok()?, stream)
}

fn last_status(sections: &[(u32, Vec<Field>)], stream: u32) -> Option<u16> {
    let statuses = sections.iter().filter(|(of, _)| *of == stream).filter_map(|(_, fields)| {
        let (_, value) = fields.iter().find(|(name, _)| name == b":status")?;
        std::str::from_utf8(value).ok()?.parse::<u16>().ok()
    });
    // Informational responses (1xx) come before the one that counts.
    statuses.into_iter().find(|status| *status >= 200)
}

/// Every complete field section of the subject with its stream (0: the section of a promise), in
/// order, for the dynamic table's sake.
fn field_sections(transcript: &Transcript) -> Result<Vec<(u32, Vec<Field>)>, String> {
    let mut reader = Sections::of(transcript);
    let mut sections = Vec::new();
    for (_, frame) in transcript.subject_frames() {
        if let Some(Section { fields, is_promise, .. }) = reader.push(frame)? {
            sections.push((if is_promise { 0 } else { frame.stream }, fields));
        }
    }
    Ok(sections)
}

pub(super) fn last_frame(transcript: &Transcript, stream: u32, kind: u8) -> Finding {
    let frames: Vec<&Frame> =
        transcript.subject_frames().map(|(_, frame)| frame).filter(|frame| frame.stream == stream).collect();
    let data = frames.iter().position(|frame| frame.kind == kind::DATA);
    let headers = frames.iter().position(|frame| frame.kind == kind::HEADERS);
    if data.is_some_and(|data| headers.is_none_or(|headers| data < headers)) {
        return fail(format!("DATA before HEADERS on stream {stream}"));
    }
    match frames.last() {
        Some(frame) => holds(frame.kind == kind, || format!("the last frame is {frame}, expected {}", kind_name(kind))),
        None => fail(format!("no frame on stream {stream}, expected {}", kind_name(kind))),
    }
}

/// The octets of content that the subject sends on a stream, padding excluded.
#[must_use]
pub fn content(transcript: &Transcript, stream: u32) -> u64 {
    transcript
        .subject_frames()
        .filter(|(_, frame)| frame.stream == stream)
        .map(|(_, frame)| match View::from(frame) {
            View::Data { data, .. } => data.len() as u64,
            _ => 0,
        })
        .sum()
}

pub(super) fn uploaded(transcript: &Transcript, stream: u32) -> u64 {
    let sent = data_of_peer(&transcript.events).filter(|frame| frame.stream == stream);
    sent.map(|frame| match View::from(frame) {
        View::Data { data, .. } => data.len() as u64,
        _ => 0,
    })
    .sum()
}

/// Whether the windows let all DATA of the peer through.
pub(super) fn credit_returned(transcript: &Transcript) -> Finding {
    let stalled = transcript.events.iter().position(|event| event.kind == EventKind::Stalled);
    let unfinished = transcript.events.iter().any(|event| event.kind == EventKind::Unfinished);
    if unfinished || gave_up(transcript).is_some() {
        return weak("the connection ended before its window was used up, so that its credit cannot be seen");
    }
    let Some(at) = stalled else { return pass() };
    let events = &transcript.events[..at];
    let sent: u64 = data_of_peer(events).map(|frame| u64::from(frame.flow_controlled())).sum();
    match granted(events).connection() {
        1.. => weak(format!("after {sent} octets of DATA a fresh stream has no window")),
        used_up => {
            fail(format!("after {sent} octets of DATA the connection's window is {used_up}, and no update comes"))
        }
    }
}

fn data_of_peer(events: &[Event]) -> impl Iterator<Item = &Frame> {
    let frames = events.iter().filter_map(|event| match &event.kind {
        EventKind::Peer(frame) | EventKind::Automatic(frame) => Some(frame),
        _ => None,
    });
    frames.filter(|frame| frame.kind == kind::DATA)
}

/// The window that the subject grants, as the peer accounts for it.
pub(super) fn window(transcript: &Transcript, stream: u32, expected: &RangeInclusive<i64>) -> Finding {
    let windows = granted(&transcript.events);
    let found = if stream == 0 { windows.connection() } else { windows.stream(stream) };
    let whose = if stream == 0 { "the connection".into() } else { format!("stream {stream}") };
    holds(expected.contains(&found), || {
        format!("the window of {whose} is {found}, expected {}", octets_within(expected))
    })
}

/// The windows of the subject after these events.
fn granted(events: &[Event]) -> FlowWindows {
    let mut windows = FlowWindows::default();
    let mut peer = PeerFrames::of(events);
    for event in events {
        peer.read(&event.kind).iter().for_each(|frame| windows.sent(frame));
        if let EventKind::Subject(frame) = &event.kind {
            windows.heard(frame);
        }
    }
    windows
}

/// In memory, what the subject writes in one go arrives at one moment, and nothing else does.
pub(super) fn updated_together(transcript: &Transcript, stream: u32) -> Finding {
    let mark = transcript.mark().unwrap_or(0);
    let updates = |of: u32| {
        transcript.events[mark..].iter().filter(move |event| {
            let update = |frame: &Frame| frame.kind == kind::WINDOW_UPDATE && frame.stream == of;
            matches!(&event.kind, EventKind::Subject(frame) if update(frame))
        })
    };
    let together = updates(0).any(|one| updates(stream).any(|other| other.at == one.at));
    holds(together, || format!("no update of the connection came together with one of stream {stream}"))
}

pub(in super::super) fn octets_within(range: &RangeInclusive<i64>) -> String {
    match (*range.start(), *range.end()) {
        (low, high) if low == high => low.to_string(),
        (low, i64::MAX) => format!("at least {low}"),
        (i64::MIN, high) => format!("at most {high}"),
        (low, high) => format!("{low} to {high}"),
    }
}

pub(super) fn unprompted(transcript: &Transcript, check: &Check) -> Finding {
    let probe = |event: &Event| matches!(event.kind, EventKind::Probe(_));
    let mark = transcript.mark().unwrap_or(0);
    let end = transcript.events[mark..].iter().position(probe).map_or(transcript.events.len(), |at| mark + at);
    match check.holds(&Transcript { events: transcript.events[..end].to_vec() }) {
        (Outcome::Pass, reason) => (Outcome::Pass, reason),
        (outcome, reason) => (outcome, format!("{reason}, before a PING woke the connection")),
    }
}

pub(super) fn count(transcript: &Transcript, kind: u8, stream: u32, times: &RangeInclusive<usize>) -> Finding {
    let frames = transcript.answers().filter(|frame| frame.kind == kind && frame.stream == stream);
    let seen = frames.filter(|frame| !answers_probe(frame, transcript)).count();
    holds(times.contains(&seen), || format!("{seen} {} on stream {stream}, expected {}", kind_name(kind), span(times)))
}

pub(super) fn acknowledged(transcript: &Transcript, times: usize) -> Finding {
    let seen = transcript.answers().filter(|frame| View::from(*frame) == View::SettingsAck).count();
    holds(seen == times, || format!("{seen} acknowledgements of SETTINGS, expected {times}"))
}

pub(super) fn pong(transcript: &Transcript, opaque: [u8; 8], expected: bool) -> Finding {
    let answered = transcript.answers().any(|frame| View::from(frame) == View::PingAck { opaque });
    holds(answered == expected, || match expected {
        true => "the PING was not answered with its opaque data".into(),
        false => "the PING was answered".into(),
    })
}

pub(super) fn settings_first(transcript: &Transcript) -> Finding {
    let first = transcript.subject_frames().next().map(|(_, frame)| frame);
    holds(first.is_some_and(|frame| matches!(View::from(frame), View::Settings(_))), || match first {
        Some(frame) => format!("the first frame is {frame}"),
        None => "the subject sent no frame".into(),
    })
}

pub(super) fn handed(transcript: &Transcript, stream: u32, expected: bool) -> Finding {
    let handed = transcript.events.iter().any(|event| event.kind == EventKind::Accepted { stream });
    holds(handed == expected, || match expected {
        true => format!("the request on stream {stream} did not reach the application"),
        false => format!("the request on stream {stream} reached the application"),
    })
}
