//! What both window models share: a peer at work on the fork, step by step.

// Each model uses its part.
#![allow(dead_code)]

use h2_conformance::case::{Case, Config, Needs, Role};
use h2_conformance::drive::{Driver, Link};
use h2_conformance::judge::{judge, Expect, Outcome};
use h2_conformance::script::{App, Reflexes, Script, Sent, Step};
use h2_conformance::subject::patched::H2;
use h2_conformance::transcript::{AppResult, Transcript, What};
use h2_conformance::wire::build::{post, response};
use h2_conformance::wire::Frame;
use proptest::prelude::*;

/// Streams that a run uses.
pub const STREAMS: [u32; 3] = [1, 3, 5];

/// 256 cases, or as many as PROPTEST_CASES says. A failure is shrunk and printed as the frames of both sides; nothing is
/// written beside the tests.
pub fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// The fork in memory, an application that does nothing by itself.
pub fn subject(role: Role, config: Config) -> H2 {
    H2::new(&Case { role, config, needs: Needs::Api, ..Case::DEFAULT })
}

/// A connection with all of [`STREAMS`] open: bodies may go both ways on each.
pub fn open(link: &mut dyn Link, role: Role) -> Peer<'_> {
    let server = role == Role::Server;
    let mut peer = Peer { driver: Driver::new(link, Reflexes::default(), server), calls: 0, seen: 0 };
    let mut opening = Script::new(server);
    opening.open();
    opening.steps.iter().for_each(|step| peer.driver.step(step));
    for stream in STREAMS {
        if server {
            peer.send(post(stream));
            peer.call(App::Respond { stream, status: 200, end: false });
        } else {
            peer.call(App::Request { method: "POST", end: false });
            peer.send(response(stream, 200));
            peer.call(App::AwaitResponse { stream });
        }
    }
    peer.seen = peer.transcript().events.len();
    peer
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

    /// The windows that the fork grants, as the peer sees them: of the connection (0) or of a stream.
    pub fn granted(&self, stream: u32) -> i64 {
        match stream {
            0 => self.driver.sendable().connection(),
            _ => self.driver.sendable().stream(stream),
        }
    }

    /// Results of calls since the last look.
    pub fn results(&mut self) -> Vec<(usize, AppResult)> {
        let events = &self.driver.transcript().events;
        let results = events[self.seen..]
            .iter()
            .filter_map(|event| match &event.what {
                What::Result { call, result } => Some((*call, result.clone())),
                _ => None,
            })
            .collect();
        self.seen = events.len();
        results
    }

    /// Fails, with the whole script of frames, unless `claim` holds.
    pub fn claim(&self, claim: bool, says: impl FnOnce() -> String) -> Result<(), TestCaseError> {
        if claim {
            return Ok(());
        }
        Err(TestCaseError::fail(format!("{}\n{}", says(), self.transcript())))
    }

    /// Fails where the fork did what no endpoint may: a panic, a malformed frame, DATA beyond a window.
    pub fn keeps_the_rules(&self) -> Result<(), TestCaseError> {
        let verdict = judge(&Expect::NOTHING, self.transcript());
        self.claim(verdict.outcome == Outcome::Pass, || verdict.reason.clone())?;
        self.claim(self.transcript().closed().is_none(), || "the connection closed".into())
    }
}
