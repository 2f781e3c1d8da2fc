//! Uploads for which receive windows grow.

use std::time::Duration;

use h2_conformance::script::{App, Sent, Step};
use h2_conformance::wire::build::{data, post};

use super::Peer;

pub const ROUND_TRIP: Duration = Duration::from_millis(100);

const FRAME: usize = 16_384;

/// Opens an upload that a reader keeps up with.
pub fn open_upload(peer: &mut Peer<'_>) {
    peer.send(post(1));
    peer.call(App::ReadToEnd { stream: 1 });
}

/// Sends up to `frames` frames of the upload, and lets a round trip pass.
pub fn upload(peer: &mut Peer<'_>, frames: usize) {
    let frames = frames.min(peer.may_send(1) / FRAME);
    peer.step(&Step::Write((0..frames).map(|_| Sent::Frame(data(1, FRAME - 1))).collect()));
    peer.step(&Step::Elapse(ROUND_TRIP));
}

/// Uses half of a window in each of `rounds` round trips. The window doubles every two of them.
pub fn grow(peer: &mut Peer<'_>, rounds: usize) {
    open_upload(peer);
    (0..rounds).for_each(|round| upload(peer, 2 << (round / 2)));
}
