//! The way to a subject, and what comes back on it.

use std::time::Duration;

use crate::script::{App, Sent};
use crate::transcript::{AppResult, EventKind};
use crate::wire::code::DEFAULT_WINDOW;

/// The way to a subject: in memory, or over a socket.
pub trait Link {
    /// Hands octets to the subject.
    fn write(&mut self, octets: &[u8]);
    /// Ends the peer's half.
    fn close(&mut self);
    /// Stops (`true`) or resumes reading what the subject writes.
    fn block(&mut self, blocked: bool);
    /// Makes the application call the subject's API.
    fn call(&mut self, call: usize, app: &App);
    /// Lets the subject work and tells what it did. Nothing in memory means that it can do nothing
    /// more; nothing on a socket means that nothing came for as long as the link is willing to
    /// wait.
    fn advance(&mut self) -> Vec<SubjectEvent>;
    /// Time since the link was made.
    fn now(&self) -> Duration;
    /// Lets time pass. On a socket this does nothing.
    fn elapse(&mut self, time: Duration) {
        let _ = time;
    }
    /// Whether `advance` cannot tell an idle subject from a slow one, so that a PING has to.
    fn is_remote(&self) -> bool;
    /// Makes the requests among what is sent at once ask for the subject's own resource.
    fn address(&self, burst: &mut [Sent]) {
        let _ = burst;
    }
    /// As `advance`; a remote link waits at most `limit` for something to tell, and returns as soon
    /// as there is.
    fn wait(&mut self, limit: Duration) -> Vec<SubjectEvent> {
        let _ = limit;
        self.advance()
    }
    /// The subject's largest window of the connection that is known, in octets.
    fn connection_window(&self) -> u64 {
        DEFAULT_WINDOW.into()
    }
    /// Whether the subject, a client, ends its connection when its one request is over.
    fn leaves(&self) -> bool {
        false
    }
    /// Waits for the end of a subject that left; whether its exit status says success, where that
    /// can be told.
    fn succeeded(&mut self) -> Option<bool> {
        None
    }
    /// How long a remote subject may keep silent in one run, all its silences together.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }
}

/// What has yet to come before a remote run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Something that did not come yet.
    More,
    /// The close, which may come late.
    Close,
    /// Silence: all is as wanted if nothing else comes.
    Quiet,
    /// Nothing: what came suffices.
    Nothing,
}

/// What a subject did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectEvent {
    Octets(Vec<u8>),
    Closed,
    /// The connection was reset before the subject's first octet: its answer if it was given a
    /// reason, the network's doing otherwise.
    ResetUnanswered,
    Accepted {
        stream: u32,
    },
    Result {
        call: usize,
        result: AppResult,
    },
    Ended(Result<(), String>),
    Panicked(String),
    Livelock,
    Harness(String),
}

impl SubjectEvent {
    /// Whether nothing can happen after it.
    pub(crate) fn is_last(&self) -> bool {
        !matches!(
            self,
            SubjectEvent::Octets(_)
                | SubjectEvent::Accepted { .. }
                | SubjectEvent::Result { .. }
                | SubjectEvent::Ended(_)
        )
    }

    /// What the record says of it, where the octets `rest` of an incomplete frame had come. Octets
    /// are recorded as frames.
    pub(crate) fn kind(self, rest: &[u8]) -> Option<EventKind> {
        Some(match self {
            SubjectEvent::Octets(_) => return None,
            SubjectEvent::Closed | SubjectEvent::ResetUnanswered => EventKind::SubjectClosed { rest: rest.to_vec() },
            SubjectEvent::Accepted { stream } => EventKind::Accepted { stream },
            SubjectEvent::Result { call, result } => EventKind::Result { call, result },
            SubjectEvent::Ended(result) => EventKind::ConnectionEnded(result),
            SubjectEvent::Panicked(message) => EventKind::Panicked(message),
            SubjectEvent::Livelock => EventKind::Livelock,
            SubjectEvent::Harness(message) => EventKind::Harness(message),
        })
    }
}
