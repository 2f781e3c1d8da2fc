//! How the connection ended.

use super::{Check, Expect};
use crate::transcript::{Transcript, What};
use crate::wire::code::error::NO_ERROR;
use crate::wire::View;

/// How the connection ended, whatever the case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// It still works, or it ended as it should: GOAWAY with the right code and then the close.
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

/// The error code of the last GOAWAY, and where it stands.
pub(super) fn goaway(transcript: &Transcript) -> Option<(usize, u32)> {
    transcript.subject_frames().rev().find_map(|(at, frame)| match View::from(frame) {
        View::GoAway { code, .. } => Some((at, code)),
        _ => None,
    })
}

/// Whether the subject had sent its SETTINGS before the `mark`.
pub(super) fn was_open(transcript: &Transcript, mark: usize) -> bool {
    let sent = |(at, frame)| at < mark && matches!(View::from(frame), View::Settings(_));
    // A case about the opening itself has nothing before its mark.
    let about_opening = !transcript.events[..mark].iter().any(|event| matches!(event.what, What::Peer(_)));
    about_opening || transcript.subject_frames().any(sent)
}

/// Whether the last probe was answered.
pub(super) fn alive(transcript: &Transcript) -> bool {
    let last = transcript.events.iter().rev().find_map(|event| match &event.what {
        What::Probe(frame) => Some(frame),
        _ => None,
    });
    last.is_some_and(|probe| {
        transcript
            .subject_frames()
            .any(|(_, frame)| frame.payload == probe.payload && matches!(View::from(frame), View::PingAck { .. }))
    })
}

pub(super) fn of(expect: &Expect, transcript: &Transcript) -> Ending {
    let closed = transcript.closed().map(|at| &transcript.events[at].what);
    let broke = transcript.events.iter().any(|event| matches!(event.what, What::Panicked(_)))
        || matches!(closed, Some(What::SubjectClosed { rest }) if !rest.is_empty());
    if broke {
        return Ending::Abrupt;
    }
    let Some((_, code)) = goaway(transcript) else {
        return match closed {
            Some(_) if peer_closed_first(transcript) || permits_close(expect) => Ending::Clean,
            Some(_) => Ending::NoGoaway,
            None if alive(transcript) || could_not_ask(transcript) => Ending::Clean,
            None => Ending::Hang,
        };
    };
    let expected = expect.checks().iter().find_map(Check::codes);
    let right = expected.as_ref().map_or(code == NO_ERROR, |codes| codes.contains(&code));
    let stream_error = expect.checks().iter().any(Check::is_stream_error);
    match (right, stream_error, closed) {
        (false, ..) => Ending::WrongCode,
        (true, true, _) if code != NO_ERROR => Ending::Escalated,
        (true, _, Some(_)) => Ending::Clean,
        (true, _, None) if code == NO_ERROR && alive(transcript) => Ending::Clean,
        (true, ..) => Ending::Hang,
    }
}

fn permits_close(expect: &Expect) -> bool {
    expect.checks().iter().any(|check| matches!(check, Check::PrefaceRefused(_)))
}

fn peer_closed_first(transcript: &Transcript) -> bool {
    let ended = transcript.events.iter().position(|event| event.what == What::PeerClosed);
    ended.is_some_and(|ended| transcript.closed().is_none_or(|closed| ended < closed))
}

/// The script left no room for a PING, so that silence says nothing.
fn could_not_ask(transcript: &Transcript) -> bool {
    !transcript.events.iter().any(|event| matches!(event.what, What::Probe(_)))
        && !transcript.events.iter().any(|event| event.what == What::Restless)
}
