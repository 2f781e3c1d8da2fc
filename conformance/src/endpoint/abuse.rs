//! Attacks on a server elsewhere: floods of a bounded size, of the kinds that had a CVE since 2019.
//!
//! An attack is no case of the catalogue: no RFC says how a server has to take it. It passes where
//! the server answers requests on other connections meanwhile, and where its process, if that is
//! named, grows by no more than [`GROWTH`]. What becomes of the attacker's connection is reported
//! and not judged.

mod attacker;
mod attacks;
mod memory;
mod neighbour;

use std::sync::{mpsc, OnceLock};
use std::thread;

use super::Remote;
use crate::case::Case;
use crate::drive::Link;
use crate::judge::{judge, Outcome};
use crate::run::Run;
use crate::suite::Target;
use crate::transcript::{Event, EventKind};
use crate::transport::tcp;

use attacker::Attacker;
pub use attacks::{cases, TOPIC};
pub use memory::Process;

/// How much the process may grow, in bytes. What a server could keep of a flood is more.
pub const GROWTH: u64 = 32 << 20;

/// A server elsewhere that is attacked, too.
#[derive(Debug)]
pub struct Attacked {
    remote: Remote,
    /// The server's process, where it is known.
    process: Option<Process>,
    /// The first attack in which requests were not answered.
    failed: OnceLock<&'static str>,
}

impl Attacked {
    #[must_use]
    pub fn new(remote: Remote, process: Option<Process>) -> Self {
        Attacked { remote, process, failed: OnceLock::new() }
    }

    /// Why this attack is not made.
    fn spared(&self, case: &Case) -> Option<String> {
        let content = self.remote.baseline.content;
        if attacks::of(case).is_some_and(|attack| content < attack.content) {
            return Some("attacks with a response of at least 100 to 1000 octets: name a path that has it".into());
        }
        // What one attack did is not held against the next.
        let failed = self.failed.get()?;
        let (answered, _) = neighbour::ask(&self.remote);
        (!answered).then(|| format!("the server has not answered since {failed}"))
    }
}

impl Target for Attacked {
    fn name(&self) -> &str {
        self.remote.name()
    }

    fn version(&self) -> &str {
        self.remote.version()
    }

    fn skips(&self, case: &Case) -> Option<String> {
        if case.topic() == TOPIC {
            self.spared(case)
        } else {
            self.remote.skips(case)
        }
    }

    fn shows_nothing(&self, case: &Case, run: &Run) -> Option<String> {
        self.remote.shows_nothing(case, run)
    }

    fn wants_another_try(&self, case: &Case, run: &Run) -> bool {
        self.remote.wants_another_try(case, run)
    }

    fn link(&self, case: &Case) -> Result<Box<dyn Link>, String> {
        if case.topic() == TOPIC {
            // An attack makes a connection of its own.
            return Ok(Box::new(tcp::unreachable(String::new(), self.remote.options.timeout)));
        }
        self.remote.link(case)
    }

    fn is_played_alone(&self, case: &Case) -> bool {
        case.topic() == TOPIC
    }

    fn run(&self, case: &Case, link: &mut dyn Link) -> Run {
        let Some(attack) = attacks::of(case) else { return self.remote.run(case, link) };
        let patience = self.remote.options.timeout;
        let mut socket = self.remote.endpoint.connect(self.remote.options).without_limit();
        let memory = self.process.map(memory::Watch::start);
        let (mut transcript, neighbour) = thread::scope(|scope| {
            let (attacking, over) = mpsc::channel::<()>();
            let remote = &self.remote;
            let asking = scope.spawn(move || neighbour::ask_until(remote, &over));
            let transcript = Attacker::new(&mut socket, patience).attack(attack);
            drop(attacking);
            (transcript, asking.join())
        });
        let at = socket.now();
        let mut tell = |kind| transcript.events.push(Event { at, kind });
        match neighbour {
            Ok(neighbour) => tell(EventKind::Neighbour(neighbour)),
            Err(_) => tell(EventKind::Harness("the requests on other connections panicked".into())),
        }
        match memory.map(memory::Watch::stop) {
            Some(Some(bytes)) => tell(EventKind::Grown { bytes }),
            Some(None) => tell(EventKind::ProcessEnded),
            None => {}
        }
        let verdict = judge(&case.expect, &transcript);
        if verdict.outcome == Outcome::Fail {
            let _ = self.failed.set(case.id);
        }
        Run { verdict, transcript }
    }
}
