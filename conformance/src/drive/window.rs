//! Using up the connection's window, by a peer that obeys the windows.

use super::Driver;
use crate::script::{Sent, Step};
use crate::transcript::{EventKind, Transcript};
use crate::wire::build::data;
use crate::wire::code::{flag, kind};
use crate::wire::{FlowWindows, Frame};

/// Requests after which no more are made. A subject that gives back a few octets at a time is not
/// asked for ever.
const MOST: u32 = 4_000;

/// Requests that may wait for their answers at a time. Fewer than any server is known to allow.
const AT_A_TIME: usize = 8;

impl Driver<'_> {
    /// See [`Step::UseUpWindow`].
    pub(super) fn use_up_window(&mut self, write: &[Sent], then: &[Sent]) {
        let mut left = self.link.connection_window() * 5 / 2;
        for round in 0..MOST {
            let write = on_later_streams(write, round);
            if !allows_all(&self.sendable, &write) || self.unanswered.len() >= AT_A_TIME {
                self.settle();
            }
            if self.link.is_remote() {
                self.wait_for_window(|driver| allows_any(&driver.sendable, &write));
            }
            if left == 0 {
                return;
            }
            // After GOAWAY no streams are opened (section 6.8).
            if self.over || goes_away(&self.transcript) {
                break;
            }
            if !allows_any(&self.sendable, &write) {
                return self.record(EventKind::Stalled);
            }
            let write = allowed(&self.sendable, &write);
            let octets: u64 = counted(&write).map(|frame| u64::from(frame.flow_controlled())).sum();
            left = left.saturating_sub(octets);
            self.step(&Step::Write(write));
            if !then.is_empty() {
                self.settle();
                self.step(&Step::Write(on_later_streams(then, round)));
            }
        }
        self.record(EventKind::Unfinished);
    }
}

fn goes_away(transcript: &Transcript) -> bool {
    transcript.subject_frames().any(|(_, frame)| frame.kind == kind::GOAWAY)
}

/// The same frames on the streams that a client opens so many requests later.
fn on_later_streams(sent: &[Sent], requests: u32) -> Vec<Sent> {
    let later = |piece: &Sent| match piece {
        Sent::Frame(frame) if frame.stream > 0 => {
            Sent::Frame(Frame { stream: frame.stream + 2 * requests, ..frame.clone() })
        }
        piece => piece.clone(),
    };
    sent.iter().map(later).collect()
}

/// The DATA of a write that counts against windows.
fn counted(sent: &[Sent]) -> impl Iterator<Item = &Frame> {
    sent.iter().filter_map(Sent::frame).filter(|frame| frame.flow_controlled() > 0)
}

/// Whether the windows allow all of it.
fn allows_all(windows: &FlowWindows, sent: &[Sent]) -> bool {
    let mut windows = windows.clone();
    counted(sent).all(|frame| {
        let allows = fits(&windows, frame);
        windows.sent(frame);
        allows
    })
}

/// Whether the windows allow an octet of it.
fn allows_any(windows: &FlowWindows, sent: &[Sent]) -> bool {
    counted(sent).any(|frame| windows.available(frame.stream) > 0)
}

/// The write with no more DATA than the windows allow. What does not fit is left out, but for one
/// smaller frame that fills the window: a subject may give credit back late, but not when it has
/// got all that the window holds.
fn allowed(windows: &FlowWindows, sent: &[Sent]) -> Vec<Sent> {
    let mut windows = windows.clone();
    let mut allowed: Vec<Sent> = Vec::with_capacity(sent.len());
    let mut ends = false;
    for piece in sent {
        let Sent::Frame(frame) = piece else {
            allowed.push(piece.clone());
            continue;
        };
        if fits(&windows, frame) {
            windows.sent(frame);
            allowed.push(piece.clone());
            continue;
        }
        ends |= frame.ends_stream();
        if let left @ 1.. = windows.available(frame.stream) {
            let frame = shortened(frame, left);
            windows.sent(&frame);
            allowed.push(Sent::Frame(frame));
        }
    }
    if ends {
        end_last_data(&mut allowed);
    }
    allowed
}

fn fits(windows: &FlowWindows, frame: &Frame) -> bool {
    let octets = frame.flow_controlled() as usize;
    octets == 0 || octets <= windows.available(frame.stream)
}

/// A DATA frame of this many octets. It is padding as far as that of a PADDED frame goes.
fn shortened(frame: &Frame, octets: usize) -> Frame {
    if frame.flags & flag::PADDED == 0 {
        return data(frame.stream, octets);
    }
    let padding = (octets - 1).min(255);
    data(frame.stream, octets - 1 - padding).padded(padding as u8)
}

/// Sets END_STREAM on the last DATA.
fn end_last_data(sent: &mut [Sent]) {
    let last = sent.iter_mut().rev().find_map(|piece| match piece {
        Sent::Frame(frame) if frame.kind == kind::DATA => Some(frame),
        _ => None,
    });
    if let Some(frame) = last {
        frame.flags |= flag::END_STREAM;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::build::{ping, post};

    /// These windows of the connection are left, and stream windows of 65 535 octets.
    fn windows(connection: u32) -> FlowWindows {
        let mut windows = FlowWindows::default();
        windows.used(9, 65_535 - connection);
        windows
    }

    fn write() -> Vec<Sent> {
        [post(1), data(1, 100), data(1, 100).padded(9).end_stream()].map(Sent::Frame).to_vec()
    }

    #[track_caller]
    fn writes(connection: u32, frames: &[Frame]) {
        let frames: Vec<Sent> = frames.iter().cloned().map(Sent::Frame).collect();
        assert_eq!(allowed(&windows(connection), &write()), frames);
    }

    #[test]
    fn a_write_that_fits_stays_as_it_is() {
        assert!(allows_all(&windows(210), &write()));
        assert_eq!(allowed(&windows(210), &write()), write());
        assert!(!allows_all(&windows(209), &write()));
    }

    #[test]
    fn a_shorter_frame_of_the_same_kind_fills_the_window() {
        writes(209, &[post(1), data(1, 100), data(1, 0).padded(108).end_stream()]);
        writes(101, &[post(1), data(1, 100), data(1, 0).padded(0).end_stream()]);
        writes(100, &[post(1), data(1, 100).end_stream()]);
        writes(1, &[post(1), data(1, 1).end_stream()]);
    }

    #[test]
    fn without_window_nothing_is_allowed() {
        assert!(allows_any(&windows(1), &write()));
        assert!(!allows_any(&windows(0), &write()));
    }

    #[test]
    fn later_requests_are_on_later_streams() {
        let sent = [post(1), ping([0; 8])].map(Sent::Frame);
        assert_eq!(on_later_streams(&sent, 3), [post(7), ping([0; 8])].map(Sent::Frame));
    }
}
