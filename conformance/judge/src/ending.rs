//! How the connection ended.

use super::{Check, Expect};
use crate::script::App;
use crate::transcript::{Event, EventKind, Transcript};
use h2_conformance_wire::code::error::NO_ERROR;
use h2_conformance_wire::code::error_name;
use h2_conformance_wire::View;

/// How the connection ended, whatever the case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The connection still works, or it ended as it should: GOAWAY with the right code and then
    /// the close.
    Clean,
    /// A connection error where a stream error would have done (RFC 9113 section 5.4.1 permits it).
    Escalated,
    /// Closed without GOAWAY.
    NoGoaway,
    /// GOAWAY with a code that the case does not expect.
    WrongCode,
    /// The subject broke off in the middle: a panic, or half a frame.
    Abrupt,
    /// Neither closed nor answering.
    Hang,
}

impl Ending {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Ending::Clean => "clean",
            Ending::Escalated => "escalated",
            Ending::NoGoaway => "no-goaway",
            Ending::WrongCode => "wrong-code",
            Ending::Abrupt => "abrupt",
            Ending::Hang => "hang",
        }
    }
}

/// The error code of the GOAWAY that counts, and its place: the first that names an error,
/// because nothing takes an error back; else the first.
pub(super) fn goaway(transcript: &Transcript) -> Option<(usize, u32)> {
    let mut all = transcript.subject_frames().filter_map(|(at, frame)| match View::from(frame) {
        View::GoAway { code, .. } => Some((at, code)),
        _ => None,
    });
    let first = all.next()?;
    Some(std::iter::once(first).chain(all).find(|(_, code)| *code != NO_ERROR).unwrap_or(first))
}

/// Whether the subject closed in the middle of a frame.
pub(super) fn broke_off(transcript: &Transcript) -> bool {
    transcript.events.iter().any(|event| matches!(&event.kind, EventKind::SubjectClosed { rest } if !rest.is_empty()))
}

/// Whether the subject had sent its SETTINGS before the `mark`.
pub(super) fn was_open(transcript: &Transcript, mark: usize) -> bool {
    let sent = |(at, frame)| at < mark && matches!(View::from(frame), View::Settings(_));
    // A case about the opening itself has nothing before its mark.
    let about_opening = !transcript.events[..mark].iter().any(|event| matches!(event.kind, EventKind::Peer(_)));
    about_opening || transcript.subject_frames().any(sent)
}

/// Whether the last probe was answered, or the subject left after its work was done.
pub(super) fn alive(transcript: &Transcript) -> bool {
    if transcript.left().is_some() {
        return true;
    }
    let last = transcript.events.iter().enumerate().rev().find_map(|(at, event)| match &event.kind {
        EventKind::Probe(frame) => Some((at, frame)),
        _ => None,
    });
    last.is_some_and(|(asked, probe)| {
        transcript.subject_frames().any(|(at, frame)| {
            at > asked && frame.payload == probe.payload && matches!(View::from(frame), View::PingAck { .. })
        })
    })
}

pub(super) fn of(expect: &Expect, transcript: &Transcript) -> Ending {
    let closed = transcript.closed();
    // An attacker's connection may end in any way.
    if expect.any(&|check| matches!(check, Check::NeighbourServed)) {
        return Ending::Clean;
    }
    if broke_off(transcript) || transcript.events.iter().any(|event| matches!(event.kind, EventKind::Panicked(_))) {
        return Ending::Abrupt;
    }
    let Some((_, code)) = goaway(transcript) else {
        return match closed {
            _ if transcript.other_protocol().is_some() && permits_close(expect) => Ending::Clean,
            Some(_) if peer_closed_first(transcript) || permits_close(expect) => Ending::Clean,
            Some(_) => Ending::NoGoaway,
            None if alive(transcript) || could_not_ask(transcript) => Ending::Clean,
            None => Ending::Hang,
        };
    };
    let mut expected = expect.checks().iter().filter_map(Check::codes).peekable();
    let right = match expected.peek() {
        None => code == NO_ERROR,
        // Beside an error of a stream, a shutdown without an error is no wrong code while the
        // connection works.
        Some(_) if code == NO_ERROR && alive(transcript) => true,
        Some(_) => expected.any(|codes| codes.contains(&code)),
    };
    let stream_error = expect.checks().iter().any(Check::is_stream_error);
    match (right, closed) {
        (false, _) => Ending::WrongCode,
        (true, None) if code == NO_ERROR && alive(transcript) => Ending::Clean,
        (true, None) => Ending::Hang,
        (true, Some(_)) if stream_error && code != NO_ERROR => Ending::Escalated,
        (true, Some(_)) => Ending::Clean,
    }
}

/// How the connection ended, where nothing says whether that is right.
#[must_use]
pub fn in_words(transcript: &Transcript) -> String {
    let panicked = transcript.events.iter().any(|event| matches!(event.kind, EventKind::Panicked(_)));
    let closed = match transcript.closed() {
        _ if panicked => Some("a panic"),
        _ if broke_off(transcript) => Some("closed in the middle of a frame"),
        Some(_) if peer_closed_first(transcript) => Some("closed after the peer's end"),
        Some(_) => Some("closed"),
        None => None,
    };
    match (goaway(transcript), closed) {
        (Some((_, code)), Some("closed")) => format!("GOAWAY {}", error_name(code)),
        (Some((_, code)), Some(how)) => format!("GOAWAY {}, {how}", error_name(code)),
        (Some((_, code)), None) => format!("GOAWAY {}, not closed", error_name(code)),
        (None, Some("closed")) => "closed without GOAWAY".into(),
        (None, Some(how)) => how.into(),
        (None, None) if transcript.left().is_some() => "none: the client left when its request was over".into(),
        (None, None) if alive(transcript) => "none: the connection still works".into(),
        (None, None) if could_not_ask(transcript) => "none: not closed, and no PING could be sent".into(),
        (None, None) => "none: neither closed nor answering a PING".into(),
    }
}

fn permits_close(expect: &Expect) -> bool {
    expect.checks().iter().any(|check| matches!(check, Check::PrefaceRefused(_)))
}

/// Whether the peer ended its half before the subject closed.
pub(super) fn peer_closed_first(transcript: &Transcript) -> bool {
    let ended = transcript.events.iter().position(|event| event.kind == EventKind::PeerClosed);
    ended.is_some_and(|ended| transcript.closed().is_none_or(|closed| ended < closed))
}

/// Why the connection counts as given up by the subject: an error, or a close that the script did
/// not ask for.
pub(super) fn gave_up(transcript: &Transcript) -> Option<String> {
    let aborted = |event: &Event| matches!(event.kind, EventKind::Called { app: App::Abort { .. }, .. });
    if transcript.events.iter().any(aborted) {
        return None;
    }
    match goaway(transcript) {
        Some((_, code)) if code != NO_ERROR => Some(format!("GOAWAY {}", error_name(code))),
        None if transcript.closed().is_some() && !peer_closed_first(transcript) => Some("the connection closed".into()),
        _ => None,
    }
}

/// The script left no room for a PING, so that silence says nothing.
fn could_not_ask(transcript: &Transcript) -> bool {
    !transcript.events.iter().any(|event| matches!(event.kind, EventKind::Probe(_)))
        && !transcript.events.iter().any(|event| event.kind == EventKind::Livelock)
}
