//! Turn by turn: senders send what their behavior and the windows allow, readers read and release
//! as theirs say.

use std::collections::VecDeque;
use std::time::Duration;

use h2_conformance::case::Role;
use h2_conformance::drive::Link;
use h2_conformance::script::{App, Handles, Sent, Step, Upload};
use h2_conformance::transcript::AppResult;
use h2_conformance::wire::build::data;
use h2_conformance::wire::code::DEFAULT_WINDOW;
use proptest::prelude::*;

use crate::behaviors::{Kind, Reads, Sends, FRAME};
use crate::support::{self, Peer};
use crate::updates::Updates;
use crate::world::{StreamPlan, World};

pub type Checked = Result<(), TestCaseError>;

/// The stream that uses up what every connection begins with, so that small windows are what they
/// are set to.
const FIRST: u32 = 1;
/// After so many turns in which nothing happened, nothing more can happen.
const QUIET: usize = 4;
/// Frames of one body, about, beyond what its reader keeps; and at most.
const FRAMES: usize = 80;
const MOST_FRAMES: usize = 800;
/// Unread ones: a receiver suffers no more than a hundred very small ones.
const UNREAD: usize = 30;

pub struct Play<'a> {
    peer: Peer<'a>,
    role: Role,
    world: World,
    streams: Vec<Stream>,
    updates: Updates,
}

/// A stream, in the accounting of its sender and of its reader. In octets.
pub struct Stream {
    pub id: u32,
    sends: Sends,
    reads: Reads,
    body: usize,
    /// The window that its sender waits for.
    insists_on: usize,
    /// What its reader keeps.
    keeps: usize,
    sent: usize,
    /// Frames that came and were not read.
    queue: VecDeque<usize>,
    read: usize,
    released: usize,
    /// The call of the reader that waits.
    waiting: Option<usize>,
    /// Whether it will not read any more.
    stopped: bool,
    dropped: bool,
}

impl Stream {
    /// What takes from the windows: unread, or read and not released.
    pub fn in_flight(&self) -> i64 {
        match self.reads.what {
            Kind::AtOnce => 0,
            _ if self.dropped => 0,
            _ => (self.sent - self.released) as i64,
        }
    }

    /// Whether nothing will be released before more has come.
    pub fn waits(&self) -> bool {
        self.waiting.is_some() || self.dropped
    }

    fn takes_in(&mut self, octets: usize) {
        self.read += octets;
        let mut rest = octets;
        while rest > 0 {
            rest -= self.queue.pop_front().unwrap_or(rest);
        }
    }

    fn held(&self) -> usize {
        self.read - self.released
    }

    fn unread(&self) -> usize {
        self.sent - self.read
    }
}

impl<'a> Play<'a> {
    pub fn new(link: &'a mut dyn Link, role: Role, world: World) -> Result<Self, TestCaseError> {
        let mut peer = support::connect(link, role);
        let streams = streams(&world);
        support::open_stream(&mut peer, role, FIRST);
        streams.iter().for_each(|stream| support::open_stream(&mut peer, role, stream.id));
        peer.call(App::ReadToEnd { stream: FIRST });
        let (length, end) = (DEFAULT_WINDOW.into(), world.ends_with_its_window);
        peer.step(&Step::Upload(Upload { stream: FIRST, length, frame: FRAME, padding: None, end }));
        if !end {
            peer.send(data(FIRST, 0).end_stream());
        }
        peer.call(App::SetInitialWindow { octets: world.stream_window });
        peer.news();
        let updates = Updates::new(&world);
        Ok(Play { peer, role, world, streams, updates })
    }

    pub fn play(mut self) -> Checked {
        for at in 0..self.streams.len() {
            if matches!(self.streams[at].reads.what, Kind::AtOnce) {
                let stream = self.streams[at].id;
                self.call(at, App::ReadToEnd { stream })?;
            }
        }
        let (mut turn, mut quiet) = (0, 0);
        while quiet < QUIET {
            self.change_policies(turn)?;
            let mut moved = false;
            for at in 0..self.streams.len() {
                moved |= self.send(at)?;
                moved |= self.read(at, turn)?;
            }
            if self.world.pause > 0 {
                self.peer.step(&Step::Elapse(Duration::from_millis(self.world.pause)));
            }
            quiet = if moved { 0 } else { quiet + 1 };
            turn += 1;
        }
        self.peer.keeps_the_rules()?;
        self.streams.iter().try_for_each(|stream| self.arrived(stream))
    }

    fn change_policies(&mut self, turn: usize) -> Checked {
        for change in self.world.changes.clone().into_iter().filter(|change| change.turn == turn) {
            let policy = change.policy;
            match change.plan {
                None => {
                    self.updates.connection_policy(policy);
                    self.peer.call(App::SetUpdatePolicy { policy });
                }
                Some(at) => {
                    let Some(stream) = self.streams.get(at).filter(|stream| !stream.dropped) else { continue };
                    self.updates.stream_policy(stream.id, policy);
                    self.peer.call(App::SetStreamUpdatePolicy { stream: stream.id, policy });
                }
            }
            self.snapshot()?;
        }
        Ok(())
    }

    /// The sender's part of a turn: whether it sent anything.
    fn send(&mut self, at: usize) -> Result<bool, TestCaseError> {
        let stream = &self.streams[at];
        let left = stream.body - stream.sent;
        let room = self.peer.may_send(stream.id).min(left);
        if room == 0 || room < stream.insists_on.min(left) || stream.queue.len() >= UNREAD {
            return Ok(false);
        }
        let size = match stream.sends {
            Sends::Eagerly { frame } => room.min(frame),
            Sends::From { exactly: true, .. } => stream.insists_on.min(left),
            Sends::From { exactly: false, .. } => room.min(FRAME),
            Sends::InBursts => room,
        };
        let is_queued = !matches!(stream.reads.what, Kind::AtOnce) && !stream.dropped;
        let (mut frames, mut queued) = (Vec::new(), Vec::new());
        let mut rest = size;
        while rest > 0 {
            let octets = rest.min(FRAME);
            rest -= octets;
            queued.push(octets);
            let frame = data(stream.id, octets);
            frames.push(Sent::Frame(if rest == 0 && size == left { frame.end_stream() } else { frame }));
        }
        self.streams[at].sent += size;
        self.streams[at].queue.extend(queued.into_iter().filter(|_| is_queued));
        self.peer.step(&Step::Write(frames));
        self.snapshot()?;
        Ok(true)
    }

    /// The reader's part of a turn: whether it did anything.
    fn read(&mut self, at: usize, turn: usize) -> Result<bool, TestCaseError> {
        let stream = &self.streams[at];
        let reads = stream.reads;
        if matches!(reads.what, Kind::AtOnce) || stream.stopped || stream.waiting.is_some() || turn % reads.every != 0 {
            return Ok(false);
        }
        let id = stream.id;
        let beyond = stream.held().saturating_sub(stream.keeps);
        let reads_on = matches!(reads.what, Kind::InBursts) && stream.unread() > 0;
        if beyond > 0 && !reads_on {
            let octets = beyond.min(reads.crumb.max(beyond / 5));
            self.streams[at].released += octets;
            self.call(at, App::Release { stream: id, octets })?;
        } else if matches!(reads.what, Kind::Stops { .. }) && stream.read > stream.body / 2 {
            self.streams[at].stopped = true;
        } else if matches!(reads.what, Kind::Drops { share } if stream.read > stream.body * share / 1000) {
            self.streams[at].stopped = true;
            self.streams[at].dropped = true;
            self.streams[at].queue.clear();
            self.call(at, App::Drop { stream: id, what: Handles::Receive })?;
        } else if stream.read == stream.body {
            return Ok(false);
        } else {
            let octets = stream.unread().min(reads.octets).max(1);
            self.call(at, App::Read { stream: id, octets })?;
        }
        Ok(true)
    }

    fn call(&mut self, at: usize, call: App) -> Checked {
        let waits = matches!(call, App::Read { .. } | App::ReadToEnd { .. });
        let number = self.peer.call(call);
        if waits {
            self.streams[at].waiting = Some(number);
        }
        self.snapshot()
    }

    /// Accounting what came of a step.
    fn snapshot(&mut self) -> Checked {
        let waited: Vec<bool> = self.streams.iter().map(Stream::waits).collect();
        let news = self.peer.news().to_vec();
        for (call, result) in support::results_of(&news) {
            let Some(stream) = self.streams.iter_mut().find(|stream| stream.waiting == Some(call)) else { continue };
            match result {
                AppResult::Value(octets) => stream.takes_in(octets as usize),
                other => return self.peer.ensure(false, || format!("stream {}: {other}", stream.id)),
            }
            stream.waiting = None;
        }
        let waits =
            self.streams.iter().zip(waited).map(|(stream, waited)| waited || stream.waits()).collect::<Vec<_>>();
        self.updates.snapshot(&self.peer, &news, &self.streams, &waits)
    }

    fn arrived(&self, stream: &Stream) -> Checked {
        let (id, sent, read, body) = (stream.id, stream.sent, stream.read, stream.body);
        let window = self.peer.may_send(id);
        let whole = match stream.reads.what {
            // It need not go on.
            Kind::Stops { .. } => true,
            _ if stream.dropped => sent == body,
            _ => sent == body && read == body,
        };
        self.peer.ensure(whole, || {
            format!(
                "{} stalls: stream {id} has {read} octets read of {sent} sent of {body}; {} are held, its window is {window}, \
                 and its sender waits for {}\n{:?}",
                self.role.name(),
                stream.held(),
                stream.insists_on,
                self.world
            )
        })
    }
}

/// The streams that take part. What readers keep leaves at least an octet of window for each.
fn streams(world: &World) -> Vec<Stream> {
    let (window, mut spare) = (world.stream_window as usize, world.connection_window as usize - 1);
    let mut keeps = Vec::new();
    for plan in &world.plans {
        let keep = match plan.reads.what {
            Kind::Holds { share } => (window - 1).min(spare) * share / 1000,
            Kind::Stops { share } => spare * share / 1000,
            _ => 0,
        };
        spare -= keep;
        keeps.push(keep);
    }
    let all: usize = keeps.iter().sum();
    let room = spare + 1;
    let plans = world.plans.iter().zip(keeps).enumerate();
    let stream = |(at, (plan, keeps)): (usize, (&StreamPlan, usize))| {
        // A reader that keeps something may release some of it and leave the rest for ever: while
        // it might release more, no more than two thirds of what others can have are announced for
        // sure.
        let sure = if all > keeps { room - room / 3 } else { room };
        stream(FIRST + 2 * (at as u32 + 1), plan, keeps, window, (room, sure))
    };
    plans.map(stream).collect()
}

/// A stream of which the reader keeps so much of its window, and which has at least `room` of the
/// connection's: `sure` of it whatever others do.
fn stream(id: u32, plan: &StreamPlan, keeps: usize, window: usize, (room, sure): (usize, usize)) -> Stream {
    let stops = matches!(plan.reads.what, Kind::Stops { .. });
    let hope = if stops { 1 } else { (window - keeps).min(sure).min(FRAME) };
    let (insists_on, frame) = match plan.sends {
        Sends::Eagerly { frame } => (1, frame),
        Sends::From { share, exactly: true } => ((hope * share / 1000).max(1), (hope * share / 1000).max(1)),
        Sends::From { share, exactly: false } => ((hope * share / 1000).max(1), FRAME),
        Sends::InBursts => (1, FRAME),
    };
    let windows = window.min(room + keeps) as u64 * plan.body / 1000;
    let (kept, free) = if stops { (0, window) } else { (keeps, window - keeps) };
    let piece = frame.min(free).min(room);
    let body = (windows as usize).clamp(1, (kept + piece * FRAMES).min(piece * MOST_FRAMES));
    Stream {
        id,
        sends: plan.sends,
        reads: plan.reads,
        body: if stops { body.min(keeps) } else { body },
        insists_on,
        keeps: kept,
        sent: 0,
        queue: VecDeque::new(),
        read: 0,
        released: 0,
        waiting: None,
        stopped: false,
        dropped: false,
    }
}
