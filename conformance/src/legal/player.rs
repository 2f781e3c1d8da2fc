//! Plays a plan: the peer and the application act, the link carries octets at its pace, and what
//! comes of it is checked.

use std::time::Duration;

use super::application::{Application, Make, Setup, LONGEST_PAUSE};
use super::heard::Heard;
use super::peer::{Finding, Peer, Trace};
use super::plan::{Draw, Op, Plan};
use super::reached::{Reached, State};
use crate::case::{Config, Role};

/// Rounds of one step after which the two ends count as ones that do not come to rest.
const ROUNDS: usize = 20_000;
/// The longest of all pauses together while the subject may go away.
const LONGEST_GOING: Duration = Duration::from_secs(20);

/// Rounds of one step in which a pipe that holds few octets is emptied.
const NARROW_ROUNDS: usize = 20;

/// How octets cross the link, one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    AtOnce,
    /// A number of octets with each operation.
    Trickle(usize),
    /// When an operation says so.
    Bursts,
}

/// What was played.
#[derive(Debug)]
pub struct Run {
    /// What was wrong.
    pub finding: Option<String>,
    pub reached: Reached,
    /// What happened, if it was asked for.
    pub trace: Vec<String>,
}

pub(super) struct Player {
    pub(super) app: Box<dyn Application>,
    pub(super) peer: Peer,
    pub(super) heard: Heard,
    pub(super) role: Role,
    pub(super) config: Config,
    writes: Pace,
    reads: Pace,
    /// The pipe to the peer holds few octets.
    is_narrow: bool,
    /// The pauses since the subject may go away.
    going_for: Duration,
    pub(super) draw: Draw,
}

/// Plays a plan on a subject.
#[must_use]
pub fn play(plan: &Plan, make: Make, traced: bool) -> Run {
    let trace = Trace::new(traced);
    let mut reached = Reached::default();
    let played = crate::panics::quietly(|| {
        let mut player = Player::new(plan, make, trace.clone());
        let result = player.run(&plan.ops, plan.rounds());
        reached = player.peer.reached;
        result
    });
    let finding = match played {
        Ok(result) => result.err(),
        Err(panic) => Some(format!("panic at {}: {}", panic.place, panic.message)),
    };
    Run { finding, reached, trace: trace.lines() }
}

impl Player {
    pub(super) fn new(plan: &Plan, make: Make, trace: Trace) -> Self {
        let mut draw = Draw::new(&plan.setup);
        let pace = |draw: &mut Draw| match draw.below(6) {
            0 => Pace::Trickle(1 + draw.size(40)),
            1 => Pace::Bursts,
            _ => Pace::AtOnce,
        };
        let (writes, reads) = (pace(&mut draw), pace(&mut draw));
        let config = config(&mut draw);
        let header_table = draw.chance(30).then(|| draw.one(&[0, 100, 4_096, 20_000]));
        let style = u32::from(draw.octet());
        let is_long = plan.rounds() > 1;
        let setup = Setup { role: plan.role, config, header_table, style, is_long };
        let mut peer = Peer::new(plan.role == Role::Client, trace);
        peer.trace.line(|| format!("{setup:?}, writes {writes:?}, reads {reads:?}"));
        peer.is_long = is_long;
        peer.most_streams += plan.ops.len() * (plan.rounds() - 1);
        // A client may begin with any odd number (section 5.1.1).
        if plan.role == Role::Server && draw.chance(4) {
            peer.next = draw.one(&[3, 1_001, (1 << 31) - 21]);
        }
        Player {
            app: make(&setup),
            peer,
            heard: Heard::default(),
            role: plan.role,
            config,
            writes,
            reads,
            is_narrow: false,
            going_for: Duration::ZERO,
            draw,
        }
    }

    fn run(&mut self, ops: &[Op], rounds: usize) -> Finding {
        let mut draw = self.draw.clone();
        self.peer.opens(&mut draw);
        self.settle()?;
        for op in std::iter::repeat_n(ops, rounds).flatten() {
            self.act(op);
            self.settle()?;
            if self.is_over() {
                break;
            }
        }
        let reached = self.heard.reached(&self.peer);
        self.peer.reached.merge(reached);
        self.finish()?;
        let mut reached = self.heard.reached(&self.peer);
        reached.forget_shutdown();
        self.peer.reached.merge(reached);
        Ok(())
    }

    /// Whether the subject has closed the connection.
    pub(super) fn is_over(&self) -> bool {
        self.heard.ended.is_some()
    }

    /// The streams that the subject admits at a time.
    pub(super) fn capacity(&self) -> usize {
        self.config.max_concurrent.map_or(usize::MAX, |streams| streams as usize)
    }

    fn act(&mut self, op: &Op) {
        let mut draw = Draw::new(op);
        match draw.octet() {
            0..=119 => {
                let capacity = self.capacity();
                self.peer.act(&mut draw, capacity);
            }
            120..=219 => self.app.act(&mut draw),
            _ => self.link(&mut draw),
        }
    }

    /// Something happens to the link.
    fn link(&mut self, draw: &mut Draw) {
        match draw.below(8) {
            0 | 1 => drop(self.deliver(usize::MAX)),
            2 => drop(self.deliver(draw.clone().size(100))),
            3 => {
                let capacity = draw.one(&[None, None, Some(0), Some(1), Some(100), Some(10_000)]);
                self.peer.trace.line(|| format!("the pipe to the peer holds {capacity:?} octets"));
                self.peer.reached.add(State::BackPressure);
                self.is_narrow = capacity.is_some();
                self.app.pipe().limit(capacity);
            }
            4 => self.writes = draw.one(&[Pace::AtOnce, Pace::Trickle(1), Pace::Trickle(30), Pace::Bursts]),
            5 => self.reads = draw.one(&[Pace::AtOnce, Pace::Trickle(1), Pace::Trickle(30), Pace::Bursts]),
            _ => {
                let pause = draw.one(&[
                    Duration::from_millis(1),
                    Duration::from_millis(120),
                    Duration::from_secs(2),
                    Duration::from_secs(61),
                    LONGEST_PAUSE,
                ]);
                let pause = self.bounded(pause);
                self.peer.trace.line(|| format!("{pause:?} pass"));
                if pause == LONGEST_PAUSE {
                    self.peer.reached.add(State::Hours);
                }
                self.app.pipe().elapse(pause);
            }
        }
    }

    /// While the subject goes away, or may do so, it drops a peer that reads nothing for 30 seconds
    /// or answers no PING for 60. This peer is quicker.
    fn bounded(&mut self, pause: Duration) -> Duration {
        if !self.peer.may_go && self.peer.gone.is_none() {
            return pause;
        }
        let pause = if self.going_for + pause > LONGEST_GOING { Duration::from_millis(1) } else { pause };
        self.going_for += pause;
        pause
    }

    /// Carries up to so many octets of the peer to the subject. Returns whether there were any.
    fn deliver(&mut self, octets: usize) -> bool {
        let octets = octets.min(self.peer.outbox.len());
        if octets > 0 {
            let rest = self.peer.outbox.len() - octets;
            self.peer.trace.line(|| format!("the link carries {octets} octets to the subject, {rest} are left"));
            if rest > 0 {
                self.peer.reached.add(State::TornFrame);
            }
            let carried: Vec<u8> = self.peer.outbox.drain(..octets).collect();
            self.app.pipe().write(&carried);
        }
        octets > 0
    }

    fn read(&mut self, octets: usize) -> Result<bool, String> {
        let octets = self.app.pipe().take(octets);
        if !octets.is_empty() {
            self.peer.read(&octets)?;
        }
        Ok(!octets.is_empty())
    }

    fn take_news(&mut self) -> Finding {
        for news in self.app.news() {
            self.peer.trace.line(|| format!("      application  {}", shown(&news)));
            self.heard.take(&news, &mut self.peer)?;
        }
        Ok(())
    }

    /// Lets everything happen that can happen at this pace.
    pub(super) fn settle(&mut self) -> Finding {
        let amount = |pace| match pace {
            Pace::AtOnce => usize::MAX,
            Pace::Trickle(octets) => octets,
            Pace::Bursts => 0,
        };
        for round in 0..ROUNDS {
            // What trickles does so once.
            let goes = |pace| if round == 0 || pace == Pace::AtOnce { amount(pace) } else { 0 };
            let wrote = self.deliver(goes(self.writes));
            self.app.run();
            self.take_news()?;
            let read = self.read(goes(self.reads))?;
            // A small pipe is emptied no further in one step.
            let pauses = self.is_narrow && round >= NARROW_ROUNDS;
            if !wrote && (!read || pauses) {
                self.take_news()?;
                return Ok(());
            }
        }
        Err("the two ends do not come to rest".into())
    }

    /// From now on octets cross the link at once.
    pub(super) fn hurry(&mut self) {
        (self.writes, self.reads) = (Pace::AtOnce, Pace::AtOnce);
        self.is_narrow = false;
        self.app.pipe().limit(None);
    }
}

/// A line for people.
pub(super) fn shown(news: &super::application::News) -> String {
    use super::application::{News, Part};
    let part = |part: &Part| match part {
        Part::Head(fields) => format!("head {}", super::peer::text(fields)),
        Part::Interim(fields) => format!("interim {}", super::peer::text(fields)),
        Part::Content(octets) => format!("{} octets", octets.len()),
        Part::Trailers(fields) => format!("trailers {}", super::peer::text(fields)),
        Part::End => "end".into(),
    };
    match news {
        News::Sent { stream, part: sent } => format!("sends on {stream}: {}", part(sent)),
        News::Got { stream, part: got } => format!("gets on {stream}: {}", part(got)),
        other => format!("{other:?}"),
    }
}

/// Settings of the subject.
pub(crate) fn config(draw: &mut Draw) -> Config {
    Config {
        stream_window: draw.one(&[None, None, Some(0), Some(1), Some(1_000), Some(20_000), Some(1 << 20)]),
        connection_window: draw.one(&[None, None, Some(65_535), Some(70_000), Some(1 << 20)]),
        max_concurrent: draw.one(&[None, None, Some(1), Some(2), Some(5), Some(100)]),
        max_frame: draw.one(&[None, None, Some(16_384), Some(20_000), Some(1 << 20)]),
        max_header_list: draw.one(&[None, None, Some(2_000), Some(16_384)]),
        send_buffer: draw.one(&[None, None, Some(64), Some(1_000), Some(50_000)]),
        receive_budget: draw.one(&[Some(0), None, Some(100_000)]),
        window_growth: draw.one(&[None, Some(true), Some(false)]),
        time_passes: true,
        reset_retention: draw.one(&[None, None, Some((0, Duration::ZERO)), Some((2, Duration::from_secs(60)))]),
        push: draw.one(&[None, Some(true), Some(false)]),
        ..Config::DEFAULT
    }
}
