//! What a codec lets pass: each frame of either direction is counted, and logged where that is switched on.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;
use std::task::Context;

use super::counters::Counters;
use super::frame_log::{self, Changes, Direction, Log, Windows};
use super::journal::Notes;
use super::{register, Connection};
use crate::frame::{Kind, Reason, HEADER_LEN};

/// What both directions of a connection and its streams share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) id: u64,
    pub(crate) counters: Counters,
    /// Whether the log holds anything.
    logging: AtomicBool,
    log: Log,
}

impl Shared {
    fn new() -> Arc<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let id = NEXT.fetch_add(1, Relaxed) as u64;
        Arc::new(Shared { id, counters: Counters::default(), logging: AtomicBool::new(false), log: Log::new(id) })
    }
}

/// One direction of a codec.
#[derive(Debug)]
pub(crate) struct Tap {
    shared: Arc<Shared>,
    direction: Direction,
    /// Of the sending one, which stands for the connection.
    notes: Notes,
}

impl Tap {
    pub(crate) fn sending() -> Self {
        Tap { shared: Shared::new(), direction: Direction::Sent, notes: None }
    }

    /// The other direction of the same connection.
    pub(crate) fn receiving(&self) -> Self {
        Tap { shared: self.shared.clone(), direction: Direction::Received, notes: None }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The connection is open.
    pub(crate) fn opened(&mut self, connection: Connection, notes: Notes) {
        self.notes = notes;
        register::enter(connection);
    }

    /// A frame passes: its header, and as much of its payload as follows in the same buffer.
    #[inline]
    pub(crate) fn pass(&self, frame: &[u8]) {
        if let Some((header, payload)) = frame.split_first_chunk::<HEADER_LEN>() {
            self.count(header, payload);
            if frame_log::is_on() {
                self.log(header, payload);
            }
        }
    }

    #[inline]
    fn count(&self, header: &[u8; HEADER_LEN], payload: &[u8]) {
        let counters = &self.shared.counters;
        let is_sent = self.direction == Direction::Sent;
        let of = |sent, received| if is_sent { sent } else { received };
        match header[3] {
            kind if kind == Kind::Data as u8 => {
                let octets = u32::from_be_bytes([0, header[0], header[1], header[2]]);
                of(&counters.octets_sent, &counters.octets_received).add(octets as usize);
            }
            kind if kind == Kind::WindowUpdate as u8 => of(&counters.updates_sent, &counters.updates_received).add(1),
            kind if kind == Kind::Reset as u8 => {
                of(&counters.resets_sent, &counters.resets_received).add(1);
                if payload == u32::from(Reason::REFUSED_STREAM).to_be_bytes() {
                    of(&counters.refusals_sent, &counters.refusals_received).add(1);
                }
            }
            kind if kind == Kind::GoAway as u8 => of(&counters.go_aways_sent, &counters.go_aways_received).add(1),
            _ => {}
        }
    }

    #[cold]
    #[inline(never)]
    fn log(&self, header: &[u8; HEADER_LEN], payload: &[u8]) {
        self.shared.logging.store(true, Relaxed);
        self.shared.log.pass(self.direction, header, payload);
    }

    /// Ends the line of the frame that passed last by the windows after it, if it is logged.
    #[inline]
    pub(crate) fn log_windows(&self, windows: impl FnOnce(Changes, u32) -> Windows) {
        if self.shared.logging.load(Relaxed) {
            self.shared.log.finish(windows);
        }
    }

    /// The connection's task is at work until it says that it is done.
    #[inline]
    pub(crate) fn at_work(&self) {
        if let Some(journal) = &self.notes {
            journal.at_work();
        }
    }

    /// Tells what was noted and logged. No lock is held.
    #[inline]
    pub(crate) fn done(&self, cx: &Context<'_>) {
        if self.shared.logging.load(Relaxed) {
            self.shared.logging.store(false, Relaxed);
            self.shared.log.write();
        }
        if let Some(journal) = &self.notes {
            journal.done(cx.waker().clone());
            journal.tell();
        }
    }

    /// Tells what was noted outside of a poll by the connection's owner.
    #[inline]
    pub(crate) fn tell(&self) {
        if let Some(journal) = &self.notes {
            journal.tell();
        }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        if self.direction == Direction::Sent {
            self.shared.log.write();
            self.tell();
            register::leave(self.shared.id);
        }
    }
}
