//! Deadlines of a connection: for its peer, without use, and at its end.
//!
//! The connection tells what it sees after each poll ([`Facts`]), and does what is due
//! ([`Action`]). What is due follows from the facts and the time alone. One timer runs for the next
//! deadline. It is not moved when a deadline moves away: the connection is polled once too often
//! then, and the timer is set anew.

mod handshake;
mod idle;
mod jitter;
mod keep_alive;
mod kind;
mod timer;

pub(crate) use self::handshake::HandshakeDeadline;
pub use self::kind::DeadlineKind;
pub(crate) use self::timer::Sleep;
pub use self::timer::{set_timer, Deadline, Timer};

use std::task::Context;
use std::time::{Duration, Instant};

use self::idle::Idle;
use self::jitter::Jitter;
use self::keep_alive::{Due, Pings};
use crate::tuning::{Deadlines, KeepAlive};

/// The PINGs of a connection that shuts down, unless others are set: a peer that is gone must not
/// keep it.
const WHILE_SHUTTING_DOWN: KeepAlive = KeepAlive::new(Duration::from_secs(60)).timeout(Duration::from_secs(60));

/// By how much ages of connections differ, in percent.
const AGE_JITTER: u8 = 10;

/// How far a connection is on its way to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Open,
    /// A graceful shutdown was announced. New requests are still served.
    Announced,
    /// The final GOAWAY is on its way. Open streams go on.
    Draining,
    /// What is left is to write what is queued.
    Closing,
    /// What is left is that the peer closes its side.
    Lingering,
}

/// What a connection sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) stage: Stage,
    /// Reads that gave something.
    pub(crate) reads: u64,
    /// Octets that the transport took.
    pub(crate) written: u64,
    /// Whether octets wait for the transport.
    pub(crate) is_blocked: bool,
    pub(crate) has_streams: bool,
    /// Whether there are streams that wait for window.
    pub(crate) has_stalled_streams: bool,
    /// Streams that were opened.
    pub(crate) streams: u64,
    /// The SETTINGS of the peer have come.
    pub(crate) has_settings: bool,
    /// The number of the SETTINGS of ours that wait for their acknowledgement.
    pub(crate) awaits_ack: Option<u32>,
    pub(crate) round_trip: Option<Duration>,
}

impl Facts {
    /// The facts of a connection that is made.
    pub(crate) const OPENED: Facts = Facts {
        stage: Stage::Open,
        reads: 0,
        written: 0,
        is_blocked: false,
        has_streams: false,
        has_stalled_streams: false,
        streams: 0,
        has_settings: false,
        awaits_ack: Some(0),
        round_trip: None,
    };
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// A PING is to be sent.
    Ping,
    /// Streams that have waited for window for that long are to be reset.
    ResetStalledStreams(Duration),
    /// A graceful shutdown begins.
    ShutDown(DeadlineKind),
    /// The final GOAWAY of a graceful shutdown is to be sent.
    FinishShutdown,
    /// The connection ends with GOAWAY.
    Close(DeadlineKind),
    /// The transport is dropped.
    Abandon(DeadlineKind),
}

impl Action {
    /// The deadline that passed.
    pub(crate) fn deadline(self) -> Option<DeadlineKind> {
        match self {
            Action::Ping | Action::ResetStalledStreams(_) => None,
            Action::FinishShutdown => Some(DeadlineKind::ShutdownPing),
            Action::ShutDown(deadline) | Action::Close(deadline) | Action::Abandon(deadline) => Some(deadline),
        }
    }
}

/// Since when a value has been what it is.
#[derive(Debug)]
struct Unchanged<T> {
    value: T,
    since: Instant,
}

impl<T: PartialEq> Unchanged<T> {
    /// Takes the value of now. Returns the one before and since when it was so, if it was another.
    fn update(&mut self, value: T, now: Instant) -> Option<Unchanged<T>> {
        if value == self.value {
            return None;
        }
        Some(std::mem::replace(self, Unchanged { value, since: now }))
    }
}

/// The deadlines of one connection.
#[derive(Debug)]
pub(crate) struct Liveness {
    deadlines: Deadlines,
    jitter: Jitter,
    opened: Instant,
    /// The age at which the connection shuts down.
    max_age: Duration,
    stage: Unchanged<Stage>,
    reads: Unchanged<u64>,
    written: Unchanged<(u64, bool)>,
    streams: Unchanged<(u64, bool)>,
    /// Whether streams were counted before.
    knows_streams: bool,
    awaits_ack: Unchanged<Option<u32>>,
    pings: Option<Pings>,
    idle: Option<Box<Idle>>,
    /// When streams that wait for window are looked at again.
    stalled_check: Option<Instant>,
    /// When the connection began to shut down.
    shuts_down_since: Option<Instant>,
    /// A graceful shutdown began because of the age.
    is_too_old: bool,
    /// The latest time that was seen. A timer of the application may be ahead of the clock.
    now: Instant,
    sleep: Option<Sleep>,
}

/// Either what is due now, or when the next deadline is.
type Check = Result<Option<Instant>, Action>;

/// The earlier of two deadlines.
fn sooner(next: Option<Instant>, at: Option<Instant>) -> Option<Instant> {
    match (next, at) {
        (Some(next), Some(at)) => Some(next.min(at)),
        (next, at) => next.or(at),
    }
}

impl Liveness {
    /// Makes the deadlines of a connection that is opened, if it has any before it ends.
    pub(crate) fn of_open_connection(deadlines: Option<&Deadlines>) -> Option<Box<Liveness>> {
        let deadlines = deadlines.filter(|deadlines| deadlines.bound_open_connections())?;
        Some(Box::new(Liveness::new(*deadlines, &Facts::OPENED)))
    }

    pub(crate) fn new(deadlines: Deadlines, facts: &Facts) -> Self {
        let now = crate::clock::now();
        let mut jitter = Jitter::new();
        Liveness {
            max_age: jitter.spread(deadlines.max_age, if deadlines.max_age == Duration::MAX { 0 } else { AGE_JITTER }),
            deadlines,
            jitter,
            opened: now,
            stage: Unchanged { value: facts.stage, since: now },
            reads: Unchanged { value: facts.reads, since: now },
            written: Unchanged { value: (facts.written, facts.is_blocked), since: now },
            streams: Unchanged { value: (facts.streams, facts.has_streams), since: now },
            knows_streams: false,
            awaits_ack: Unchanged { value: facts.awaits_ack, since: now },
            pings: deadlines.keep_alive.map(|settings| Pings::new(settings, now)),
            idle: deadlines.idle.map(|timeout| Box::new(Idle::new(timeout, now))),
            stalled_check: None,
            shuts_down_since: None,
            is_too_old: false,
            now,
            sleep: None,
        }
    }

    /// Returns what is due, or arms the timer for the next deadline.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, facts: &Facts) -> Option<Action> {
        self.now = self.now.max(crate::clock::now());
        self.see(facts);
        loop {
            let next = match self.check(facts) {
                Err(action) => return Some(action),
                Ok(next) => next?,
            };
            let sleep = match &mut self.sleep {
                Some(sleep) if sleep.at() <= next => sleep,
                sleep => sleep.insert(Sleep::until(next)),
            };
            if sleep.poll(cx, self.now).is_pending() {
                return None;
            }
            self.now = self.now.max(sleep.at());
            self.sleep = None;
        }
    }

    /// Notes what has changed.
    fn see(&mut self, facts: &Facts) {
        let now = self.now;
        self.stage.update(facts.stage, now);
        if facts.stage != Stage::Open {
            self.shuts_down_since.get_or_insert(now);
        }
        self.written.update((facts.written, facts.is_blocked), now);
        self.awaits_ack.update(facts.awaits_ack, now);
        if self.reads.update(facts.reads, now).is_some() {
            if let Some(pings) = &mut self.pings {
                pings.heard(now);
            }
        }
        if let Some(before) = self.streams.update((facts.streams, facts.has_streams), now) {
            let (streams, had_streams) = before.value;
            // The time before the first stream tells nothing about the use.
            let is_first = !std::mem::replace(&mut self.knows_streams, true);
            let opened = u32::try_from(facts.streams.wrapping_sub(streams)).unwrap_or(u32::MAX);
            if let Some(idle) = self.idle.as_mut().filter(|_| opened > 0 && !is_first) {
                let gap = (!had_streams).then(|| now.saturating_duration_since(before.since));
                idle.streams_opened(opened, gap, now);
            }
        }
    }

    /// A deadline that is due, or when it is.
    fn due(&self, since: Instant, timeout: Duration, action: Action) -> Check {
        match since.checked_add(timeout) {
            Some(at) if at <= self.now => Err(action),
            at => Ok(at),
        }
    }

    /// The latest time that was seen.
    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    /// How long the connection has been in its stage.
    pub(crate) fn in_stage_for(&self) -> Duration {
        crate::clock::now().saturating_duration_since(self.stage.since)
    }

    /// Whether streams that wait for window have a deadline.
    pub(crate) fn watches_stalls(&self) -> bool {
        self.deadlines.stream_write != Duration::MAX
    }

    /// Streams that wait for window were looked at. The one that waits longest does so since
    /// `longest`.
    pub(crate) fn stalled_streams_checked(&mut self, longest: Option<Instant>) {
        let timeout = self.deadlines.stream_write;
        // All streams are looked at, and so not too often.
        let soonest = self.now.checked_add(timeout / 8);
        let due = longest.and_then(|since| since.checked_add(timeout));
        self.stalled_check = due.and_then(|due| soonest.map(|soonest| due.max(soonest)));
    }

    fn check(&mut self, facts: &Facts) -> Check {
        match facts.stage {
            Stage::Closing => return self.check_flush(),
            Stage::Lingering => {
                let action = Action::Abandon(DeadlineKind::Close);
                return self.due(self.stage.since, self.deadlines.close, action);
            }
            _ => {}
        }
        let next = self.check_peer(facts)?;
        let next = sooner(next, self.check_pings(facts)?);
        let next = sooner(next, self.check_stalled_streams(facts)?);
        let ends = match facts.stage {
            Stage::Open => self.check_use(facts)?,
            _ => self.check_shutdown(facts)?,
        };
        Ok(sooner(next, ends))
    }

    /// How long what is left may wait for the transport.
    fn check_flush(&self) -> Check {
        let since = self.stage.since.max(self.written.since);
        self.due(since, self.deadlines.flush, Action::Abandon(DeadlineKind::Flush))
    }

    /// What the peer owes.
    fn check_peer(&self, facts: &Facts) -> Check {
        let mut next = None;
        if !facts.has_settings {
            let action = Action::Close(DeadlineKind::Handshake);
            next = sooner(next, self.due(self.opened, self.deadlines.handshake, action)?);
        }
        if facts.awaits_ack.is_some() {
            let action = Action::Close(DeadlineKind::SettingsAck);
            next = sooner(next, self.due(self.awaits_ack.since, self.deadlines.settings_ack, action)?);
        }
        if facts.is_blocked {
            let action = Action::Abandon(DeadlineKind::Write);
            next = sooner(next, self.due(self.written.since, self.deadlines.write, action)?);
        }
        Ok(next)
    }

    fn check_stalled_streams(&mut self, facts: &Facts) -> Check {
        let timeout = self.deadlines.stream_write;
        if !self.watches_stalls() || !facts.has_stalled_streams {
            self.stalled_check = None;
            return Ok(None);
        }
        match self.stalled_check.or(self.now.checked_add(timeout)) {
            Some(at) if at <= self.now => Err(Action::ResetStalledStreams(timeout)),
            at => {
                self.stalled_check = at;
                Ok(at)
            }
        }
    }

    fn check_pings(&mut self, facts: &Facts) -> Check {
        let now = self.now;
        if facts.stage != Stage::Open {
            self.pings.get_or_insert_with(|| Pings::new(WHILE_SHUTTING_DOWN, now));
        }
        let Some(pings) = &mut self.pings else { return Ok(None) };
        let has_use = facts.has_streams || facts.stage != Stage::Open;
        if facts.is_blocked {
            // The PING may wait behind what the peer has yet to take.
            pings.progress(self.written.since);
        }
        match pings.check(now, has_use, facts.round_trip, &mut self.jitter) {
            Due::Ping => Err(Action::Ping),
            Due::End => Err(Action::Abandon(DeadlineKind::KeepAlive)),
            Due::At(at) => Ok(Some(at)),
            Due::Never => Ok(None),
        }
    }

    /// How long an open connection may be unused, and how old it may be.
    fn check_use(&mut self, facts: &Facts) -> Check {
        let mut next = self.due(self.opened, self.max_age, Action::ShutDown(DeadlineKind::MaxAge));
        if next.is_err() {
            self.is_too_old = true;
        }
        if let Some(idle) = self.idle.as_mut().filter(|_| !facts.has_streams) {
            let timeout = idle.timeout(self.now);
            let unused = self.due(self.streams.since, timeout, Action::ShutDown(DeadlineKind::Idle))?;
            next = next.map(|next| sooner(next, unused));
        }
        next
    }

    /// How long a shutdown may take.
    fn check_shutdown(&self, facts: &Facts) -> Check {
        let Deadlines { shutdown_ping, shutdown_drain, max_age_drain_timeout, .. } = self.deadlines;
        let mut next = None;
        if facts.stage == Stage::Announced {
            next = self.due(self.stage.since, shutdown_ping, Action::FinishShutdown)?;
        } else if !facts.has_streams && facts.is_blocked {
            next = self.check_flush()?;
        }
        if facts.has_streams {
            let began = self.shuts_down_since.unwrap_or(self.now);
            let drained = self.due(began, shutdown_drain, Action::Close(DeadlineKind::Drain))?;
            next = sooner(next, drained);
            if self.is_too_old {
                let drained = self.due(began, max_age_drain_timeout, Action::Close(DeadlineKind::MaxAgeDrain))?;
                next = sooner(next, drained);
            }
        }
        Ok(next)
    }
}
