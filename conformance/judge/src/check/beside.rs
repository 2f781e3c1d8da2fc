//! What an attack on one connection does to others, and to the memory of the server.

use super::{fail, holds, Finding};
use crate::transcript::{EventKind, Neighbour, Transcript};
use crate::Outcome;

pub(super) fn neighbour_served(transcript: &Transcript) -> Finding {
    let beside = transcript.events.iter().find_map(|event| match event.kind {
        EventKind::Neighbour(neighbour) => Some(neighbour),
        _ => None,
    });
    match beside {
        None | Some(Neighbour { asked: 0, .. }) => {
            (Outcome::Inconclusive, "no request was made on another connection".into())
        }
        Some(Neighbour { asked, answered, .. }) => holds(answered == asked, || {
            format!("{} of {asked} requests on other connections are not answered", asked.saturating_sub(answered))
        }),
    }
}

pub(super) fn grows_within(transcript: &Transcript, limit: u64) -> Finding {
    if transcript.timeless().any(|kind| *kind == EventKind::ProcessEnded) {
        return fail("the process of the server has ended");
    }
    let grown = transcript.events.iter().filter_map(|event| match event.kind {
        EventKind::Grown { bytes } => Some(bytes),
        _ => None,
    });
    match grown.max() {
        Some(bytes) if bytes > limit => {
            fail(format!("the process grows by {} MiB, expected at most {} MiB", bytes >> 20, limit >> 20))
        }
        _ => super::pass(),
    }
}
