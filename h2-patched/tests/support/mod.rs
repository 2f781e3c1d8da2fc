//! What the models share: a peer at work on the fork, step by step.

// Each model uses its part.
#![allow(dead_code)]

pub mod growth;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use h2::tuning::{self, Tuning};
use h2_conformance::case::{Case, Config, Needs, Role};
use h2_conformance::drive::{Driver, Link};
use h2_conformance::judge::{judge, Expect, Outcome};
use h2_conformance::script::{App, PeerBehavior, Script, Sent, Step};
use h2_conformance::subject::IN_MEMORY;
use h2_conformance::transcript::{AppResult, Event, EventKind, Transcript};
use h2_conformance::wire::build::{post, response, settings};
use h2_conformance::wire::Frame;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestError, TestRunner};

/// Streams that a run uses.
pub const STREAMS: [u32; 3] = [1, 3, 5];

/// 256 cases, or as many as PROPTEST_CASES says. A failure is shrunk and printed as the frames of
/// both sides; nothing is written beside the tests.
pub fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

/// The fork in memory, an application that does only what it is asked to. `H2_SUBJECT=upstream`
/// plays upstream instead, which shows what the properties are good for.
pub fn subject(role: Role, config: Config) -> Box<dyn Link> {
    let name = std::env::var("H2_SUBJECT").unwrap_or_else(|_| "patched".into());
    let subject = IN_MEMORY.iter().find(|subject| subject.name == name).expect("H2_SUBJECT names a subject");
    (subject.make)(&Case { role, config, needs: Needs::Api, ..Case::DEFAULT })
}

/// Sets what holds for the process. Tests that do this run one at a time.
pub fn alone(tuning: Tuning) -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    tuning::set_defaults(tuning);
    guard
}

/// Plays what `strategy` draws until `test` fails; the seed of that run is printed.
pub fn check<S: Strategy>(strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let mut config = config();
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(rand::random());
    }
    let seed = config.rng_seed;
    match TestRunner::new(config).run(strategy, test) {
        Err(TestError::Fail(why, value)) => panic!("{why}\n{value:?}\nPROPTEST_RNG_SEED={seed} plays this again"),
        Err(error) => panic!("{error}"),
        Ok(()) => {}
    }
}

/// A connection without streams.
pub fn connect(link: &mut dyn Link, role: Role) -> Peer<'_> {
    connect_by(link, role, PeerBehavior::default(), Script::open)
}

/// The same, with a peer that automatically acknowledges the first SETTINGS only.
pub fn connect_unacknowledged(link: &mut dyn Link, role: Role) -> Peer<'_> {
    let behavior = PeerBehavior { ack_settings: false, ..PeerBehavior::default() };
    connect_by(link, role, behavior, |script| {
        script.preface();
        script.send(settings());
        script.elapse(Duration::from_millis(100));
        script.send(settings().ack());
        script.mark();
    })
}

/// The same, from so far away by what the subject can know.
pub fn connect_from_afar(link: &mut dyn Link, role: Role, round_trip: Duration) -> Peer<'_> {
    connect_by(link, role, PeerBehavior::default(), |script| {
        script.preface();
        script.send(settings());
        script.elapse(round_trip);
        script.send(settings().ack());
    })
}

fn connect_by(link: &mut dyn Link, role: Role, behavior: PeerBehavior, open: impl FnOnce(&mut Script)) -> Peer<'_> {
    let server = role == Role::Server;
    let mut peer = Peer { driver: Driver::new(link, behavior, server), calls: 0, seen: 0 };
    let mut opening = Script::new(server);
    open(&mut opening);
    opening.steps.iter().for_each(|step| peer.driver.step(step));
    peer
}

/// A connection with all of [`STREAMS`] open: bodies may go both ways on each.
pub fn open(link: &mut dyn Link, role: Role) -> Peer<'_> {
    let mut peer = connect(link, role);
    STREAMS.into_iter().for_each(|stream| open_stream(&mut peer, role, stream));
    peer.seen = peer.transcript().events.len();
    peer
}

/// The next stream, on which bodies may go both ways.
pub fn open_stream(peer: &mut Peer<'_>, role: Role, stream: u32) {
    if role == Role::Server {
        peer.send(post(stream));
        peer.call(App::Respond { stream, status: 200, end: false });
    } else {
        peer.call(App::Request { method: "POST", end: false });
        peer.send(response(stream, 200));
        peer.call(App::AwaitResponse { stream });
    }
}

/// The peer and what it has looked at so far.
pub struct Peer<'a> {
    driver: Driver<'a>,
    calls: usize,
    seen: usize,
}

impl Peer<'_> {
    pub fn send(&mut self, frame: Frame) {
        self.driver.step(&Step::Write(vec![Sent::Frame(frame)]));
    }

    pub fn step(&mut self, step: &Step) {
        self.driver.step(step);
    }

    /// Makes a call; its number.
    pub fn call(&mut self, app: App) -> usize {
        self.driver.step(&Step::App(app));
        self.calls += 1;
        self.calls - 1
    }

    pub fn transcript(&self) -> &Transcript {
        self.driver.transcript()
    }

    /// What the peer may send on `stream` now, in octets.
    pub fn may_send(&self, stream: u32) -> usize {
        self.driver.sendable().available(stream)
    }

    /// The windows that the fork grants, as the peer sees them: of the connection (0) or of a
    /// stream.
    pub fn granted(&self, stream: u32) -> i64 {
        match stream {
            0 => self.driver.sendable().connection(),
            _ => self.driver.sendable().stream(stream),
        }
    }

    /// What happened since the last look.
    pub fn news(&mut self) -> &[Event] {
        let events = &self.driver.transcript().events;
        let from = std::mem::replace(&mut self.seen, events.len());
        &events[from..]
    }

    /// The next look sees everything.
    pub fn rewind(&mut self) {
        self.seen = 0;
    }

    /// Results of calls since the last look.
    pub fn results(&mut self) -> Vec<(usize, AppResult)> {
        results_of(self.news())
    }

    /// Fails, with the whole script of frames, unless `claim` holds.
    pub fn ensure(&self, claim: bool, says: impl FnOnce() -> String) -> Result<(), TestCaseError> {
        if claim {
            return Ok(());
        }
        Err(TestCaseError::fail(format!("{}\n{}", says(), self.transcript())))
    }

    /// Fails where the fork did what no endpoint may: a panic, a malformed frame, DATA beyond a
    /// window.
    pub fn keeps_the_rules(&self) -> Result<(), TestCaseError> {
        self.kept_the_rules()?;
        self.ensure(self.transcript().closed().is_none(), || "the connection closed".into())
    }

    /// As [`Peer::keeps_the_rules`], of a connection that may have ended.
    pub fn kept_the_rules(&self) -> Result<(), TestCaseError> {
        let verdict = judge(&Expect::NOTHING, self.transcript());
        self.ensure(verdict.outcome == Outcome::Pass, || verdict.reason.clone())
    }
}

/// Results of calls among these events.
pub fn results_of(news: &[Event]) -> Vec<(usize, AppResult)> {
    let results = news.iter().filter_map(|event| match &event.kind {
        EventKind::Result { call, result } => Some((*call, result.clone())),
        _ => None,
    });
    results.collect()
}
