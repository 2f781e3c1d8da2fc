//! Slows a peer that floods before its connection ends.

use std::task::Context;
use std::time::{Duration, Instant};

use super::AbuseKind;
use crate::clock;
use crate::liveness::Sleep;
use crate::proto::Error;

/// How long a connection is slowed before it ends.
const PATIENCE: Duration = Duration::from_secs(5);

/// Until reading goes on, at most.
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// A bucket that is empty, and how long it takes until it is not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overdrawn {
    pub(crate) kind: AbuseKind,
    pub(crate) pause: Duration,
}

/// A connection whose peer floods.
#[derive(Debug)]
pub(crate) struct Slowed {
    kind: AbuseKind,
    since: Instant,
    sleep: Option<Sleep>,
    /// The flood lasted for too long: nothing is read any more.
    is_over: bool,
}

impl Slowed {
    pub(crate) fn new(kind: AbuseKind) -> Self {
        Slowed { kind, since: clock::now(), sleep: None, is_over: false }
    }

    /// The bucket that was empty first.
    pub(crate) fn kind(&self) -> AbuseKind {
        self.kind
    }

    /// Whether a pause goes on.
    pub(crate) fn is_paused(&mut self, cx: &mut Context<'_>) -> bool {
        if self.is_over {
            return true;
        }
        let is_paused = self.sleep.as_mut().is_some_and(|sleep| sleep.poll(cx, clock::now()).is_pending());
        if !is_paused {
            self.sleep = None;
        }
        is_paused
    }

    /// A bucket is empty. Returns whether nothing is read for now; an error if the peer was slowed
    /// for long enough.
    pub(crate) fn pause(&mut self, overdrawn: Overdrawn, cx: &mut Context<'_>) -> Result<bool, Error> {
        let now = clock::now();
        if now.saturating_duration_since(self.since) >= PATIENCE {
            self.is_over = true;
            return Err(overdrawn.kind.flood());
        }
        self.sleep = Some(Sleep::until(now + overdrawn.pause.min(MAX_PAUSE)));
        Ok(self.is_paused(cx))
    }
}
