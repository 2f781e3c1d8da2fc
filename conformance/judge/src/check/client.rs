//! What a client elsewhere says of its one request.

use super::super::ending::goaway;
use super::super::Outcome;
use super::findings::lesser;
use super::{fail, holds, weak, Finding};
use crate::transcript::{EventKind, Transcript};
use h2_conformance_wire::code::error::NO_ERROR;
use h2_conformance_wire::code::error_name;
use h2_conformance_wire::View;

/// The stream of the request.
pub(super) const REQUEST: u32 = 1;

/// What the exit status of a client says. Until it has come, nothing is known.
pub(super) fn client_says(transcript: &Transcript, success: bool) -> Finding {
    match (transcript.left(), goaway(transcript)) {
        (Some(Some(said)), _) => holds(said == success, || match said {
            true => "the exit status says success, and the response failed".into(),
            false => "the exit status says failure, and the response is sound".into(),
        }),
        (_, Some((_, code))) if code != NO_ERROR && success => fail(format!("GOAWAY {}", error_name(code))),
        (_, Some((_, code))) if code != NO_ERROR => {
            lesser(code, format!("the whole connection ends: GOAWAY {}", error_name(code)))
        }
        (None, _) if transcript.closed().is_some() => match success {
            true => fail("the connection closed before the response had come"),
            false => weak("the connection closed, and no exit status says failure"),
        },
        (Some(None), _) => (Outcome::Inconclusive, "the client left, and did not end in time".into()),
        (None, _) => (Outcome::Inconclusive, "the client did not end".into()),
    }
}

/// Whether the peer reset the request, so that a client is right to say failure.
pub(super) fn was_reset(transcript: &Transcript) -> bool {
    transcript.events.iter().any(|event| match &event.kind {
        EventKind::Peer(frame) => frame.stream == REQUEST && matches!(View::from(frame), View::Reset { .. }),
        _ => false,
    })
}
