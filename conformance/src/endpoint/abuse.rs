//! Attacks on a server elsewhere: floods of a bounded size, of the kinds that had a CVE since 2019.
//!
//! An attack is no case of the catalogue: no RFC says how a server has to take it. It passes where
//! the server answers requests on other connections meanwhile, and where its process, if that is
//! named, grows by no more than [`GROWTH`]. What becomes of the attacker's connection is reported
//! and not judged.

mod attacks;
mod memory;
mod neighbour;

use std::sync::mpsc;
use std::thread;

use super::Remote;
use crate::case::Case;
use crate::drive::{play, Link, Want};
use crate::judge::judge;
use crate::run::Run;
use crate::suite::Target;
use crate::transcript::{Event, EventKind};

pub use attacks::{cases, TOPIC};
pub use memory::Process;

/// How much the process may grow, in bytes. No attack sends a tenth of that.
pub const GROWTH: u64 = 64 << 20;

/// A server elsewhere that is attacked, too.
#[derive(Debug)]
pub struct Attacked {
    remote: Remote,
    /// The server's process, where it is known.
    process: Option<Process>,
}

impl Attacked {
    #[must_use]
    pub fn new(remote: Remote, process: Option<Process>) -> Self {
        Attacked { remote, process }
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
        // Attacks do not count on the settings that the server announces.
        if case.topic() == TOPIC {
            None
        } else {
            self.remote.skips(case)
        }
    }

    fn shows_nothing(&self, case: &Case, run: &Run) -> Option<String> {
        self.remote.shows_nothing(case, run)
    }

    fn link(&self, case: &Case) -> Result<Box<dyn Link>, String> {
        self.remote.link(case)
    }

    fn is_played_alone(&self, case: &Case) -> bool {
        case.topic() == TOPIC
    }

    fn run(&self, case: &Case, link: &mut dyn Link) -> Run {
        if case.topic() != TOPIC {
            return self.remote.run(case, link);
        }
        let before = self.process.as_ref().and_then(Process::bytes);
        let neighbours = neighbour::Asker::new(&self.remote, self.process.as_ref());
        let (mut transcript, seen) = thread::scope(|scope| {
            let (attack, over) = mpsc::channel::<()>();
            let seen = scope.spawn(move || neighbours.ask_until(&over));
            let transcript = play(link, &case.steps(), true, &|_| Want::Quiet);
            // From now on one more request is made, while the attacker's connection is still open.
            drop(attack);
            (transcript, seen.join())
        });
        let at = link.now();
        let mut tell = |kind| transcript.events.push(Event { at, kind });
        match seen {
            Ok(seen) => {
                tell(EventKind::Neighbour(seen.neighbour));
                if let (Some(before), Some(most)) = (before, seen.most_memory) {
                    tell(EventKind::Grown { bytes: most.saturating_sub(before) });
                }
            }
            Err(_) => tell(EventKind::Harness("the requests on other connections panicked".into())),
        }
        Run { verdict: judge(&case.expect, &transcript), transcript }
    }
}
