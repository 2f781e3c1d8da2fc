//! Requests on other connections while one connection attacks.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::{Process, Remote};
use crate::case::Case;
use crate::endpoint::Options;
use crate::judge::words::answered;
use crate::judge::Outcome;
use crate::run::run;
use crate::transcript::Neighbour;
use crate::wire::build::get;

/// From one request to the next.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a request may take, in multiples of the patience of a case: the attack and the server
/// share the machine.
const PATIENCE: u32 = 5;

/// What came of the requests.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) neighbour: Neighbour,
    /// The most memory that the process had, in bytes.
    pub(super) most_memory: Option<u64>,
}

/// Makes requests, one after the other, each on a connection of its own.
pub(super) struct Asker<'a> {
    remote: &'a Remote,
    process: Option<&'a Process>,
    /// Whether the server answered before the attack. If not, the attack shows nothing.
    is_ready: bool,
}

impl<'a> Asker<'a> {
    pub(super) fn new(remote: &'a Remote, process: Option<&'a Process>) -> Self {
        let mut asker = Asker { remote, process, is_ready: false };
        asker.is_ready = asker.is_answered();
        asker
    }

    /// Makes requests until the sender is gone, and at least one after that.
    pub(super) fn ask_until(&self, over: &Receiver<()>) -> Seen {
        let mut seen = Seen::default();
        let mut is_over = !self.is_ready;
        while !is_over {
            is_over = over.recv_timeout(PAUSE) == Err(RecvTimeoutError::Disconnected);
            let began = Instant::now();
            seen.neighbour.asked += 1;
            seen.neighbour.answered += u32::from(self.is_answered());
            seen.neighbour.slowest = seen.neighbour.slowest.max(began.elapsed());
            seen.most_memory = seen.most_memory.max(self.process.and_then(Process::bytes));
        }
        seen
    }

    fn is_answered(&self) -> bool {
        let request = Case {
            script: |s| {
                s.open();
                s.send(get(1));
            },
            expect: answered(1),
            ..Case::DEFAULT
        };
        let options = Options { timeout: self.remote.options.timeout * PATIENCE };
        run(&request, &mut self.remote.endpoint.connect(options)).verdict.outcome == Outcome::Pass
    }
}
