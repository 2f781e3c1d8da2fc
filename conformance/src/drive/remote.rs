//! Waiting for a subject on a socket: nothing there tells an idle subject from a slow one.
//!
//! * A PING is the barrier: frames are handled in order, so a subject that answered it has seen all
//!   that came before. None is sent where it would change the case: before the subject's SETTINGS,
//!   inside an open field section, after a length that lies, after the peer's close.
//! * The application behind the subject is no part of that order. After the barrier the driver
//!   waits for the answers that a server owes, as it would see them in memory before the next step.
//! * A client is awaited once: until it has sent its request.
//! * All waits of a run share one time budget, the link's patience. A step in the middle of a
//!   script takes at most half of what is left, so that the end of the script always gets some. A
//!   run in which octets keep coming is ended after [`TOTAL`] times the patience, and is
//!   inconclusive.
//! * Where a case has used up a window, credit may take the whole patience to come, each time.
//! * A subject that sent GOAWAY with an error code may take its time until it closes: RFC 9113 sets
//!   none (section 5.4.1). The close has a time budget of its own, [`CLOSE`] times the patience,
//!   or [`LATE`] times where it is what the case is about.
//! * That something does *not* come is believed after [`QUIET`] of silence behind the barrier, so
//!   that a late GOAWAY is seen.

use std::time::Duration;

use super::{Driver, Want};
use crate::transcript::{EventKind, Transcript};

/// The silence after which nothing more is expected, where a case rests on that.
pub const QUIET: Duration = Duration::from_millis(30);
/// The longest run, in multiples of the patience.
pub const TOTAL: u32 = 10;
/// How long a close may take after GOAWAY with an error code, in multiples of the patience.
pub const CLOSE: u32 = 2;
/// The same where the close is what the case is about.
pub(super) const LATE: u32 = 7;
/// Probes after which only explicit waits of a script ask again: a thousand frames in a row are not
/// worth a thousand round trips, and some subjects take too many PINGs for an attack.
const PROBES: u32 = 64;

impl Driver<'_> {
    /// After a write: the subject does what it can do, as in memory.
    pub(super) fn follow(&mut self) {
        if self.probes < PROBES && self.may_probe() {
            self.catch_up();
        }
    }

    /// Waits until the subject has done all that it can do, as far as that can be known from
    /// outside.
    pub(super) fn settle_remote(&mut self) {
        self.catch_up();
        // Where no PING is allowed, a pause is all that separates this step from the next.
        while !self.may_probe() && self.listen(QUIET.min(self.silence / 2)) {}
    }

    /// Listens on after the last step, until nothing more is wanted or patience ends.
    pub(super) fn finish_remote(&mut self, want: &dyn Fn(&Transcript) -> Want) {
        self.catch_up();
        let mut late = self.link.patience() * LATE;
        while !self.over {
            let more = match want(&self.transcript) {
                Want::Nothing => false,
                Want::Quiet => self.quiet(),
                Want::Close => self.listen_with(&mut late),
                Want::More if self.transcript.error_sent() => self.listen_for_the_close(),
                Want::More => self.listen(self.silence),
            };
            if !more {
                break;
            }
            if self.upload() {
                self.barrier();
            }
        }
    }

    fn catch_up(&mut self) {
        while self.outgoing.in_step() && !self.settings_seen && self.listen(self.silence / 2) {}
        while !self.serves && self.request.is_awaited() && self.may_probe() {
            if !self.listen(self.silence / 2) {
                self.request.give_up();
            }
        }
        while !self.over {
            self.upload();
            if self.uploads.is_empty() || !self.listen(self.silence / 2) {
                break;
            }
        }
        self.barrier();
        while self.may_probe() && self.owes_answer() {
            if !self.listen(self.silence / 2) {
                // It was given its time once: later steps do not wait for the same answers again.
                self.unanswered.clear();
            }
        }
    }

    /// Sends a PING, unless nothing was sent since the last one, and waits for its answer.
    fn barrier(&mut self) {
        if self.unasked {
            if let Some(number) = self.probe() {
                while self.answered < number && self.listen(self.silence / 2) {}
            }
        }
    }

    /// Waits until the windows allow what `allows` asks for, at most the whole patience: credit
    /// that comes late is credit.
    pub(super) fn wait_for_window(&mut self, allows: impl Fn(&Self) -> bool) {
        let mut budget = self.link.patience();
        while !allows(self) && self.listen_with(&mut budget) {}
    }

    /// Whether a request waits for an answer that windows let through.
    fn owes_answer(&self) -> bool {
        self.unanswered.iter().any(|stream| {
            let blocked = self.received.windows.available(*stream) == 0 && self.begun.contains(stream);
            !blocked
        })
    }

    /// Waits for something to come after GOAWAY with an error code. All such waits of a run share a
    /// budget; whether anything came.
    fn listen_for_the_close(&mut self) -> bool {
        let mut budget = self.close;
        let any = self.listen_with(&mut budget);
        self.close = budget;
        any
    }

    /// Waits for something to come, on a budget other than that of the run; whether anything came.
    fn listen_with(&mut self, budget: &mut Duration) -> bool {
        let silence = std::mem::replace(&mut self.silence, *budget);
        let any = self.listen(*budget);
        *budget = std::mem::replace(&mut self.silence, silence);
        any
    }

    /// Listens until nothing came for [`QUIET`], which costs no patience; whether anything came.
    fn quiet(&mut self) -> bool {
        let silence = self.silence;
        let mut any = false;
        while self.listen(QUIET) {
            any = true;
        }
        self.silence = silence;
        any
    }

    /// Waits at most so long for something to happen; whether it did.
    fn listen(&mut self, limit: Duration) -> bool {
        if self.over {
            return false;
        }
        let from = self.link.now();
        let total = self.link.patience() * TOTAL;
        if from > total {
            self.over = true;
            self.record(EventKind::Harness(format!("octets still came after {} s", total.as_secs_f64())));
            return false;
        }
        let events = self.link.wait(limit);
        if events.is_empty() {
            self.silence = self.silence.saturating_sub(self.link.now().saturating_sub(from));
            return false;
        }
        for event in events {
            self.take(event);
        }
        true
    }
}
