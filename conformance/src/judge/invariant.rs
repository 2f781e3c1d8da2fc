//! What no subject may do in any case, whatever the case is about.

use std::collections::VecDeque;

use crate::ledger::Ledger;
use crate::transcript::{Transcript, What};
use crate::wire::code::MAX_WINDOW;
use crate::wire::View;

/// The first thing a subject did that it never may: a panic, restlessness, a frame that nobody can read, DATA beyond a
/// window, more credit than a window may hold.
pub(super) fn broken(transcript: &Transcript) -> Option<String> {
    let mut sendable = Ledger::default();
    let mut granted = Ledger::default();
    // SETTINGS of the peer take effect when the subject acknowledges them, in order (section 6.5.3). Growth may be used as
    // soon as it was sent, so that a window is judged by the larger of the two readings.
    let mut pending: VecDeque<Vec<(u16, u32)>> = VecDeque::new();
    for event in &transcript.events {
        match &event.what {
            What::Panicked(message) => return Some(format!("the subject panicked: {message}")),
            What::Restless => return Some("the subject does not come to rest".into()),
            What::Peer(frame) | What::Reflex(frame) => match View::from(frame) {
                View::Settings(values) => pending.push_back(values),
                _ => {
                    sendable.granted(frame);
                    granted.sent(frame);
                }
            },
            What::Subject(frame) => match View::from(frame) {
                View::Malformed(why) => return Some(format!("the subject sent a malformed frame: {why}")),
                View::SettingsAck => {
                    if let Some(values) = pending.pop_front() {
                        sendable.settings(&values);
                    }
                }
                View::Data { .. } => {
                    sendable.sent(frame);
                    let mut later = sendable.clone();
                    pending.iter().for_each(|values| later.settings(values));
                    let stream = sendable.stream(frame.stream).max(later.stream(frame.stream));
                    if sendable.connection() < 0 {
                        return Some(format!(
                            "{} octets of DATA beyond the connection's window",
                            -sendable.connection()
                        ));
                    }
                    if stream < 0 && frame.flow_controlled() > 0 {
                        return Some(format!(
                            "{} octets of DATA beyond the window of stream {}",
                            -stream, frame.stream
                        ));
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
