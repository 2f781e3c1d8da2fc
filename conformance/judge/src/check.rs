//! The kinds of things a case can expect.

use std::ops::RangeInclusive;

use super::ending::{alive, broke_off, goaway};
use super::{Expect, Outcome};
use crate::transcript::{AppResult, Event, EventKind, Transcript};
use h2_conformance_wire::code::error::{NO_ERROR, PROTOCOL_ERROR, REFUSED_STREAM};
use h2_conformance_wire::code::{error_name, kind, kind_name};
use h2_conformance_wire::hpack::{self, Field};
use h2_conformance_wire::print::hex;
use h2_conformance_wire::FlowWindows;
use h2_conformance_wire::{Frame, View};

/// One thing that has to hold. "After the mark" means: in the part of the script that is under
/// test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// GOAWAY with one of these codes, then the close.
    ConnectionError(Codes),
    /// The octets that open a connection are refused: GOAWAY with one of these codes, then the
    /// close, or the close alone (section 3.4 lets GOAWAY be omitted).
    PrefaceRefused(Codes),
    /// The last GOAWAY names this as the last stream that was processed.
    LastProcessed(u32),
    /// RST_STREAM with one of these codes on this stream, and the connection goes on.
    StreamError { stream: u32, codes: Codes },
    /// The same, and a connection error will not do: the streams beside it must not suffer.
    StreamErrorOnly { stream: u32, codes: Codes },
    /// Either of the two errors, with one of these codes.
    AnyError { stream: u32, codes: Codes },
    /// A malformed request or response: a stream error PROTOCOL_ERROR, or from a server an answer
    /// of 4xx (section 8.1.1).
    Malformed { stream: u32 },
    /// Nothing but acknowledgements after the mark, and the connection goes on.
    Ignored,
    /// The connection goes on: a PING at the end is answered.
    Alive,
    /// The connection comes to its end without an error: GOAWAY NO_ERROR at most, then the close.
    Ends,
    /// A whole message from the subject on this stream: HEADERS to END_STREAM. `status` where it
    /// matters.
    Message { stream: u32, status: Option<u16> },
    /// RST_STREAM REFUSED_STREAM, and the connection goes on.
    Refused { stream: u32 },
    /// So many octets of content from the subject on this stream, in the whole run.
    Content { stream: u32, octets: u64 },
    /// The window of the connection (stream 0) or of a stream, in the peer's accounting, ends at
    /// such a size.
    Window { stream: u32, octets: RangeInclusive<i64> },
    /// Updates of the connection and of this stream after the mark come in the same octets, at
    /// least once.
    UpdatedTogether { stream: u32 },
    /// So many octets of content went from the peer to the subject on this stream: a peer that
    /// obeys the windows gets no further than they allow.
    Uploaded { stream: u32, octets: u64 },
    /// This held before the runner's PING at the end, which sets many a sleeper in motion.
    Unprompted(Box<Check>),
    /// So many frames of this type from the subject on this stream after the mark.
    Count { kind: u8, stream: u32, times: RangeInclusive<usize> },
    /// The subject answers a PING with this opaque data.
    Pong([u8; 8]),
    /// The subject does not answer a PING with this opaque data.
    NoPong([u8; 8]),
    /// The first field block on this stream after the mark begins with these octets.
    BlockBegins { stream: u32, octets: &'static [u8] },
    /// No frame of the subject has a payload beyond this.
    FrameSize { octets: usize },
    /// SETTINGS is the first frame that the subject sends.
    SettingsFirst,
    /// What came of the `call`-th call of the application, counted from 0.
    Call { call: usize, result: AppResult },
    /// The `call`-th call failed, in whatever words.
    CallFails { call: usize },
    /// The `call`-th call still waits.
    CallWaits { call: usize },
    /// The application got the request on this stream (or did not).
    Handed { stream: u32, yes: bool },
    /// HEADERS of the stream stand before its DATA, and this kind of frame is the last on it.
    LastFrame { stream: u32, kind: u8 },
    /// Several reactions are permitted: the best of these counts.
    OneOf(Vec<Expect>),
}

/// Error codes, any of which will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes(Vec<u32>);

impl From<u32> for Codes {
    fn from(code: u32) -> Self {
        Codes(vec![code])
    }
}

impl<const N: usize> From<[u32; N]> for Codes {
    fn from(codes: [u32; N]) -> Self {
        Codes(codes.to_vec())
    }
}

type Finding = (Outcome, String);

fn pass() -> Finding {
    (Outcome::Pass, String::new())
}

fn fail(reason: impl Into<String>) -> Finding {
    (Outcome::Fail, reason.into())
}

fn weak(reason: impl Into<String>) -> Finding {
    (Outcome::Weak, reason.into())
}

fn holds(condition: bool, reason: impl FnOnce() -> String) -> Finding {
    if condition {
        pass()
    } else {
        fail(reason())
    }
}

impl Check {
    /// Error codes that a GOAWAY may carry where this is expected.
    pub(super) fn codes(&self) -> Option<Vec<u32>> {
        match self {
            Check::ConnectionError(codes)
            | Check::PrefaceRefused(codes)
            | Check::StreamError { codes, .. }
            | Check::StreamErrorOnly { codes, .. }
            | Check::AnyError { codes, .. } => Some(codes.0.clone()),
            Check::Malformed { .. } => Some(vec![PROTOCOL_ERROR]),
            Check::OneOf(choices) => {
                let all = choices.iter().flat_map(Expect::checks).filter_map(Check::codes);
                all.reduce(|mut codes, more| {
                    codes.extend(more);
                    codes
                })
            }
            Check::Refused { .. } => Some(vec![REFUSED_STREAM]),
            Check::Unprompted(check) => check.codes(),
            _ => None,
        }
    }

    /// Whether this is true of the check or of a part of it.
    pub fn any(&self, asks: &dyn Fn(&Check) -> bool) -> bool {
        asks(self)
            || match self {
                Check::Unprompted(check) => check.any(asks),
                Check::OneOf(choices) => choices.iter().any(|choice| choice.any(asks)),
                _ => false,
            }
    }

    /// Whether an error with this code may be the one that is expected.
    #[must_use]
    pub fn allows(&self, code: u32) -> bool {
        self.codes().is_some_and(|codes| codes.contains(&code))
    }

    pub(super) fn is_stream_error(&self) -> bool {
        match self {
            Check::StreamError { .. }
            | Check::StreamErrorOnly { .. }
            | Check::Malformed { .. }
            | Check::Refused { .. } => true,
            Check::OneOf(choices) => choices.iter().flat_map(Expect::checks).any(Check::is_stream_error),
            Check::Unprompted(check) => check.is_stream_error(),
            _ => false,
        }
    }

    /// Whether the check itself says what becomes of the connection, or looks at what the
    /// application learns of it.
    pub(super) fn speaks_of_the_end(&self) -> bool {
        match self {
            Check::ConnectionError(_)
            | Check::PrefaceRefused(_)
            | Check::StreamError { .. }
            | Check::StreamErrorOnly { .. }
            | Check::AnyError { .. }
            | Check::Malformed { .. }
            | Check::Ignored
            | Check::Alive
            | Check::Ends
            | Check::Refused { .. }
            | Check::Call { .. }
            | Check::CallFails { .. } => true,
            Check::Unprompted(check) => check.speaks_of_the_end(),
            Check::OneOf(choices) => choices.iter().all(|choice| choice.checks.iter().any(Check::speaks_of_the_end)),
            Check::Message { .. }
            | Check::Content { .. }
            | Check::Window { .. }
            | Check::UpdatedTogether { .. }
            | Check::Uploaded { .. }
            | Check::Count { .. }
            | Check::Pong(_)
            | Check::NoPong(_)
            | Check::BlockBegins { .. }
            | Check::LastProcessed(_)
            | Check::FrameSize { .. }
            | Check::SettingsFirst
            | Check::CallWaits { .. }
            | Check::Handed { .. }
            | Check::LastFrame { .. } => false,
        }
    }

    /// Whether the check rests on something that does not come.
    pub(super) fn needs_quiet(&self) -> bool {
        match self {
            Check::Count { times, .. } => *times.end() < usize::MAX,
            Check::Handed { yes, .. } => !yes,
            Check::Unprompted(check) => check.needs_quiet(),
            Check::OneOf(choices) => choices.iter().any(Expect::needs_quiet),
            Check::NoPong(_) => true,
            Check::Ignored
            | Check::Uploaded { .. }
            | Check::Content { .. }
            | Check::Window { .. }
            | Check::FrameSize { .. }
            | Check::CallWaits { .. }
            | Check::LastFrame { .. } => true,
            _ => false,
        }
    }

    /// Whether only an application in this process can tell: what it got, what its calls gave. Of
    /// the check itself, not its parts.
    #[must_use]
    pub fn needs_application(&self) -> bool {
        matches!(self, Check::Call { .. } | Check::CallFails { .. } | Check::CallWaits { .. } | Check::Handed { .. })
    }

    /// Whether the check holds, and why not.
    pub(super) fn holds(&self, transcript: &Transcript) -> Finding {
        match self {
            Check::ConnectionError(codes) => connection_error(transcript, &codes.0),
            Check::PrefaceRefused(codes) => match (goaway(transcript), transcript.closed()) {
                (None, Some(_)) if !broke_off(transcript) => pass(),
                _ => connection_error(transcript, &codes.0),
            },
            Check::LastProcessed(stream) => last_processed(transcript, *stream),
            Check::StreamError { stream, codes } => stream_error(transcript, *stream, &codes.0),
            Check::StreamErrorOnly { stream, codes } => match stream_error(transcript, *stream, &codes.0) {
                (Outcome::Weak, reason) => fail(reason),
                finding => finding,
            },
            Check::AnyError { stream, codes } => match stream_error(transcript, *stream, &codes.0) {
                (Outcome::Weak, _) => connection_error(transcript, &codes.0),
                finding => finding,
            },
            Check::Malformed { stream } => malformed(transcript, *stream),
            Check::Ignored => ignored(transcript),
            Check::Alive => is_alive(transcript),
            Check::Ends => ends(transcript),
            Check::Message { stream, status } => message(transcript, *stream, *status),
            Check::Refused { stream } => stream_error(transcript, *stream, &[REFUSED_STREAM]),
            Check::Content { stream, octets } => {
                let sent = content(transcript, *stream);
                holds(sent == *octets, || format!("{sent} octets of content on stream {stream}, expected {octets}"))
            }
            Check::Uploaded { stream, octets } => {
                let sent = uploaded(transcript, *stream);
                holds(sent == *octets, || {
                    format!("the peer could send {sent} octets on stream {stream}, expected {octets}")
                })
            }
            Check::Unprompted(check) => {
                let probe = |event: &Event| matches!(event.kind, EventKind::Probe(_));
                let mark = transcript.mark().unwrap_or(0);
                let end =
                    transcript.events[mark..].iter().position(probe).map_or(transcript.events.len(), |at| mark + at);
                match check.holds(&Transcript { events: transcript.events[..end].to_vec() }) {
                    (Outcome::Pass, reason) => (Outcome::Pass, reason),
                    (outcome, reason) => (outcome, format!("{reason}, before a PING woke the connection")),
                }
            }
            Check::Window { stream, octets } => window(transcript, *stream, octets),
            Check::UpdatedTogether { stream } => updated_together(transcript, *stream),
            Check::Count { kind, stream, times } => {
                let seen = transcript
                    .answers()
                    .filter(|frame| frame.kind == *kind && frame.stream == *stream && !answers_probe(frame, transcript))
                    .count();
                holds(times.contains(&seen), || {
                    format!("{seen} {} on stream {stream}, expected {}", kind_name(*kind), span(times))
                })
            }
            Check::Pong(opaque) => {
                holds(transcript.answers().any(|frame| View::from(frame) == View::PingAck { opaque: *opaque }), || {
                    "the PING was not answered with its opaque data".into()
                })
            }
            Check::NoPong(opaque) => {
                holds(!transcript.answers().any(|frame| View::from(frame) == View::PingAck { opaque: *opaque }), || {
                    "the PING was answered".into()
                })
            }
            Check::BlockBegins { stream, octets } => block_begins(transcript, *stream, octets),
            Check::FrameSize { octets } => {
                let largest = transcript.subject_frames().map(|(_, frame)| frame.payload.len()).max().unwrap_or(0);
                holds(largest <= *octets, || format!("a frame of {largest} octets, allowed are {octets}"))
            }
            Check::SettingsFirst => {
                let first = transcript.subject_frames().next().map(|(_, frame)| frame);
                holds(first.is_some_and(|frame| matches!(View::from(frame), View::Settings(_))), || match first {
                    Some(frame) => format!("the first frame is {frame}"),
                    None => "the subject sent no frame".into(),
                })
            }
            Check::Call { call, result } => match transcript.result(*call) {
                Some(found) => holds(found == result, || format!("call #{call} gave {found}, expected {result}")),
                None => fail(format!("call #{call} still waits, expected {result}")),
            },
            Check::CallFails { call } => match transcript.result(*call) {
                Some(AppResult::Failed(_)) => pass(),
                Some(found) => fail(format!("call #{call} gave {found}, expected an error")),
                None => fail(format!("call #{call} still waits, expected an error")),
            },
            Check::CallWaits { call } => match transcript.result(*call) {
                Some(found) => fail(format!("call #{call} gave {found}, expected that it waits")),
                None => pass(),
            },
            Check::Handed { stream, yes } => {
                let handed =
                    transcript.events.iter().any(|event| event.kind == EventKind::Accepted { stream: *stream });
                holds(handed == *yes, || match yes {
                    true => format!("the request on stream {stream} did not reach the application"),
                    false => format!("the request on stream {stream} reached the application"),
                })
            }
            Check::LastFrame { stream, kind } => last_frame(transcript, *stream, *kind),
            Check::OneOf(choices) => best_of(transcript, choices),
        }
    }
}

/// Whether a frame answers one of the runner's own PINGs, whose number depends on the transport.
fn answers_probe(frame: &Frame, transcript: &Transcript) -> bool {
    let asked = |event: &Event| matches!(&event.kind, EventKind::Probe(probe) if probe.payload == frame.payload);
    matches!(View::from(frame), View::PingAck { .. }) && transcript.events.iter().any(asked)
}

pub(super) fn span(times: &RangeInclusive<usize>) -> String {
    match (*times.start(), *times.end()) {
        (low, high) if low == high => low.to_string(),
        (low, usize::MAX) => format!("at least {low}"),
        (low, high) => format!("{low} to {high}"),
    }
}

pub(super) fn named(codes: &[u32]) -> String {
    codes.iter().map(|code| error_name(*code)).collect::<Vec<_>>().join(" or ")
}

/// What the most favourable choice finds; of equals the first, which names what is asked for most.
fn best_of(transcript: &Transcript, choices: &[Expect]) -> Finding {
    let findings = choices.iter().map(|choice| choice.holds(transcript));
    findings.min_by_key(|(outcome, _)| *outcome).unwrap_or_else(|| fail("nothing is permitted"))
}

fn last_processed(transcript: &Transcript, expected: u32) -> Finding {
    let named = transcript.subject_frames().rev().find_map(|(_, frame)| match View::from(frame) {
        View::GoAway { last_stream, .. } => Some(last_stream),
        _ => None,
    });
    match named {
        Some(stream) => holds(stream == expected, || format!("GOAWAY names stream {stream}, expected {expected}")),
        None => fail(format!("no GOAWAY, expected one that names stream {expected}")),
    }
}

fn block_begins(transcript: &Transcript, stream: u32, expected: &[u8]) -> Finding {
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

fn connection_error(transcript: &Transcript, codes: &[u32]) -> Finding {
    let wanted = named(codes);
    match (goaway(transcript), transcript.closed()) {
        (Some((_, code)), _) if !codes.contains(&code) => {
            fail(format!("GOAWAY {}, expected {wanted}", error_name(code)))
        }
        (Some(_), Some(_)) if broke_off(transcript) => weak("closed in the middle of a frame"),
        (Some(_), Some(_)) => pass(),
        (Some((_, code)), None) => weak(format!("GOAWAY {} but the connection stays open", error_name(code))),
        (None, Some(_)) => weak(format!("closed without GOAWAY, expected {wanted}")),
        (None, None) => match reset_after_mark(transcript) {
            Some(frame) => fail(format!("only {frame}, expected GOAWAY {wanted}")),
            None => fail(format!("no error, expected GOAWAY {wanted}")),
        },
    }
}

fn stream_error(transcript: &Transcript, stream: u32, codes: &[u32]) -> Finding {
    let wanted = named(codes);
    let reset = transcript.answers().find_map(|frame| match View::from(frame) {
        View::Reset { code } if frame.stream == stream => Some(code),
        _ => None,
    });
    match (reset, goaway(transcript)) {
        (_, Some((_, code))) if code != NO_ERROR && !codes.contains(&code) => {
            fail(format!("GOAWAY {}, expected RST_STREAM {wanted}", error_name(code)))
        }
        (_, Some((_, code))) if code != NO_ERROR => {
            weak(format!("the whole connection ends: GOAWAY {}", error_name(code)))
        }
        (Some(code), _) if !codes.contains(&code) => {
            fail(format!("RST_STREAM {}, expected {wanted}", error_name(code)))
        }
        (Some(_), _) if transcript.closed().is_some() => weak("RST_STREAM came, but then the connection closed"),
        (Some(_), _) => is_alive(transcript),
        (None, Some(_)) if transcript.closed().is_some() => {
            fail(format!("GOAWAY NO_ERROR and the close, expected RST_STREAM {wanted}"))
        }
        (None, _) if transcript.closed().is_some() => weak(format!("closed, expected RST_STREAM {wanted}")),
        (None, _) => fail(format!("no error, expected RST_STREAM {wanted} on stream {stream}")),
    }
}

fn reset_after_mark(transcript: &Transcript) -> Option<&Frame> {
    transcript.answers().find(|frame| frame.kind == kind::RST_STREAM)
}

fn malformed(transcript: &Transcript, stream: u32) -> Finding {
    // A whole answer of 4xx; RST_STREAM NO_ERROR after it only says that the rest of the request is
    // not wanted (8.1).
    let refused = message(transcript, stream, None).0 == Outcome::Pass
        && status(transcript, stream).is_some_and(|status| (400..500).contains(&status));
    match stream_error(transcript, stream, &[PROTOCOL_ERROR]) {
        (Outcome::Fail, _) if refused => is_alive(transcript),
        finding => finding,
    }
}

fn ignored(transcript: &Transcript) -> Finding {
    let extra =
        transcript.answers().find(|frame| !matches!(View::from(*frame), View::SettingsAck | View::PingAck { .. }));
    match extra {
        Some(frame) => fail(format!("answered with {frame}")),
        None => is_alive(transcript),
    }
}

fn is_alive(transcript: &Transcript) -> Finding {
    match (goaway(transcript), transcript.closed()) {
        (Some((_, code)), _) if code != NO_ERROR => fail(format!("GOAWAY {}", error_name(code))),
        (_, Some(_)) => fail("the connection closed"),
        _ => holds(alive(transcript), || "a PING at the end is not answered".into()),
    }
}

fn ends(transcript: &Transcript) -> Finding {
    match (goaway(transcript), transcript.closed()) {
        (Some((_, code)), _) if code != NO_ERROR => fail(format!("GOAWAY {}", error_name(code))),
        (_, Some(_)) if broke_off(transcript) => fail("closed in the middle of a frame"),
        (_, Some(_)) => pass(),
        (_, None) => fail("the connection does not come to its end"),
    }
}

fn message(transcript: &Transcript, stream: u32, expected: Option<u16>) -> Finding {
    let mut begun = false;
    let mut ended = false;
    for (_, frame) in transcript.subject_frames().filter(|(_, frame)| frame.stream == stream) {
        match frame.kind {
            // A server may say that it does not want the rest of the request (8.1): only after its
            // whole answer.
            kind::RST_STREAM if ended && View::from(frame) == (View::Reset { code: NO_ERROR }) => {}
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
        return fail(format!("no HEADERS on stream {stream}"));
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
    let found = final_status(&sections, stream);
    holds(expected.is_none() || found == expected, || {
        format!("status {}, expected {}", found.unwrap_or(0), expected.unwrap_or(0))
    })
}

/// The status of the subject's final response on a stream.
fn status(transcript: &Transcript, stream: u32) -> Option<u16> {
    final_status(&field_sections(transcript).ok()?, stream)
}

fn final_status(sections: &[(u32, Vec<Field>)], stream: u32) -> Option<u16> {
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
    let mut decoder = hpack::Decoder::default();
    let mut sections = Vec::new();
    let mut block = Vec::new();
    let mut block_of = 0;
    for (_, frame) in transcript.subject_frames() {
        match View::from(frame) {
            View::Headers { block: fragment } => {
                block = fragment.to_vec();
                block_of = frame.stream;
            }
            View::PushPromise { block: fragment, .. } => {
                block = fragment.to_vec();
                block_of = 0;
            }
            View::Continuation { block: fragment } => block.extend_from_slice(fragment),
            _ => continue,
        }
        if !frame.leaves_block_open() {
            let fields = decoder.decode(&block).map_err(|why| format!("a field section cannot be read: {why}"))?;
            sections.push((block_of, fields));
        }
    }
    Ok(sections)
}

fn last_frame(transcript: &Transcript, stream: u32, kind: u8) -> Finding {
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

fn content(transcript: &Transcript, stream: u32) -> u64 {
    transcript
        .subject_frames()
        .filter(|(_, frame)| frame.stream == stream)
        .map(|(_, frame)| match View::from(frame) {
            View::Data { data, .. } => data.len() as u64,
            _ => 0,
        })
        .sum()
}

fn uploaded(transcript: &Transcript, stream: u32) -> u64 {
    let sent = transcript.events.iter().filter_map(|event| match &event.kind {
        EventKind::Peer(frame) | EventKind::Automatic(frame) if frame.stream == stream => Some(frame),
        _ => None,
    });
    sent.map(|frame| match View::from(frame) {
        View::Data { data, .. } => data.len() as u64,
        _ => 0,
    })
    .sum()
}

/// The window that the subject grants, as the peer accounts for it.
fn window(transcript: &Transcript, stream: u32, expected: &RangeInclusive<i64>) -> Finding {
    let mut windows = FlowWindows::default();
    for event in &transcript.events {
        match &event.kind {
            EventKind::Peer(frame) | EventKind::Automatic(frame) => windows.sent(frame),
            EventKind::Subject(frame) => match View::from(frame) {
                View::Settings(values) => windows.settings(&values),
                _ => windows.granted(frame),
            },
            _ => {}
        }
    }
    let found = if stream == 0 { windows.connection() } else { windows.stream(stream) };
    let whose = if stream == 0 { "the connection".into() } else { format!("stream {stream}") };
    holds(expected.contains(&found), || {
        format!("the window of {whose} stands at {found}, expected {}", octets_within(expected))
    })
}

/// In memory, what the subject writes in one go arrives at one moment, and nothing else does.
fn updated_together(transcript: &Transcript, stream: u32) -> Finding {
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

pub(super) fn octets_within(range: &RangeInclusive<i64>) -> String {
    match (*range.start(), *range.end()) {
        (low, high) if low == high => low.to_string(),
        (low, i64::MAX) => format!("at least {low}"),
        (i64::MIN, high) => format!("at most {high}"),
        (low, high) => format!("{low} to {high}"),
    }
}
