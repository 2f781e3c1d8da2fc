//! What no subject may do in any case, whatever the case is about.

use std::collections::VecDeque;

use crate::peer_frames::PeerFrames;
use crate::transcript::{EventKind, Transcript};
use h2_conformance_wire::code::{kind, MAX_WINDOW};
use h2_conformance_wire::{FlowWindows, Frame, View};

/// The first thing a subject did that it never may: a panic, a livelock, a frame that cannot be
/// parsed or that is in the wrong place, DATA beyond a window, more credit than a window may hold.
pub(super) fn broken(transcript: &Transcript) -> Option<String> {
    let mut sendable = FlowWindows::default();
    let mut granted = FlowWindows::default();
    // SETTINGS of the peer take effect when the subject acknowledges them, in order (section
    // 6.5.3). Growth may be used as soon as it was sent, so that a window is judged by the larger
    // of the two readings.
    let mut pending: VecDeque<Vec<(u16, u32)>> = VecDeque::new();
    // The stream whose field section is open: nothing but its CONTINUATION may follow (section
    // 6.10).
    let mut open_block = None;
    let mut peer = PeerFrames::of(&transcript.events);
    for event in &transcript.events {
        if let EventKind::Subject(frame) = &event.kind {
            if let Some(fault) = misplaced(frame, open_block) {
                return Some(fault);
            }
            open_block = frame.leaves_block_open().then_some(frame.stream);
        }
        for frame in peer.read(&event.kind) {
            match View::from(&frame) {
                View::Settings(values) => pending.push_back(values),
                _ => {
                    sendable.granted(&frame);
                    granted.sent(&frame);
                }
            }
        }
        match &event.kind {
            EventKind::Panicked(message) => return Some(format!("the subject panicked: {message}")),
            EventKind::Livelock => {
                let frames = transcript.subject_frames().count();
                return Some(format!("the subject does not come to rest: {frames} frames until it was cut off"));
            }
            EventKind::Subject(frame) => match View::from(frame) {
                View::Malformed(why) => return Some(format!("the subject sent a malformed frame: {why}")),
                View::SettingsAck => {
                    if let Some(values) = pending.pop_front() {
                        sendable.settings(&values);
                    }
                }
                View::Data { .. } => {
                    sendable.sent(frame);
                    if let Some(fault) = overdraft(frame, &sendable, &pending) {
                        return Some(fault);
                    }
                }
                View::WindowUpdate { increment: 0 } => {
                    return Some("the subject sent WINDOW_UPDATE with an increment of 0".into());
                }
                View::WindowUpdate { .. } => {
                    granted.granted(frame);
                    if granted.connection().max(granted.stream(frame.stream)) > i64::from(MAX_WINDOW) {
                        return Some("the subject granted a window beyond 2^31-1 octets".into());
                    }
                }
                View::Settings(values) => granted.settings(&values),
                _ => {}
            },
            _ => {}
        }
    }
    None
}

/// Why DATA that is counted in `sendable` already is more than the windows allow.
fn overdraft(frame: &Frame, sendable: &FlowWindows, pending: &VecDeque<Vec<(u16, u32)>>) -> Option<String> {
    let mut later = sendable.clone();
    let mut stream = sendable.stream(frame.stream);
    for values in pending {
        later.settings(values);
        stream = stream.max(later.stream(frame.stream));
    }
    let connection = sendable.connection();
    if connection < 0 {
        return Some(format!("{} octets of DATA beyond the connection's window", -connection));
    }
    let is_beyond = stream < 0 && frame.flow_controlled() > 0;
    is_beyond.then(|| format!("{} octets of DATA beyond the window of stream {}", -stream, frame.stream))
}

/// Why a frame may not be where it is, whatever the state of its stream.
fn misplaced(frame: &Frame, open_block: Option<u32>) -> Option<String> {
    let continues = frame.kind == kind::CONTINUATION && open_block == Some(frame.stream);
    if open_block.is_some() && !continues {
        return Some(format!("the subject sent {frame} inside a field section"));
    }
    let fits = match frame.kind {
        kind::SETTINGS | kind::PING | kind::GOAWAY => frame.stream == 0,
        kind::DATA | kind::HEADERS | kind::PRIORITY | kind::RST_STREAM | kind::PUSH_PROMISE => frame.stream != 0,
        kind::CONTINUATION => open_block.is_some(),
        _ => true,
    };
    (!fits).then(|| format!("the subject sent {frame} where such a frame is not allowed"))
}
