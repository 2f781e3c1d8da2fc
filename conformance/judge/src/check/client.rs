//! What a client elsewhere says of its one request.

use super::super::ending::goaway;
use super::findings::lesser;
use super::{fail, holds, pass, Finding};
use crate::transcript::{EventKind, Transcript};
use h2_conformance_wire::code::error::NO_ERROR;
use h2_conformance_wire::code::error_name;
use h2_conformance_wire::View;

/// The stream of the request.
const REQUEST: u32 = 1;

/// What the exit status of a client says. Of one that stays, or whose status means nothing, only an
/// error is known.
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
        _ if success && transcript.closed().is_some() => fail("the connection closed before the response had come"),
        _ => pass(),
    }
}

/// Whether the peer reset the request, so that a client is right to say failure.
pub(super) fn was_reset(transcript: &Transcript) -> bool {
    transcript.events.iter().any(|event| match &event.kind {
        EventKind::Peer(frame) => frame.stream == REQUEST && matches!(View::from(frame), View::Reset { .. }),
        _ => false,
    })
}
