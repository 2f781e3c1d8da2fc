//! Requests on other connections while one connection attacks.

use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use super::Remote;
use crate::case::Case;
use crate::endpoint::Options;
use crate::judge::words::message;
use crate::judge::Outcome;
use crate::run::run;
use crate::transcript::Neighbour;
use crate::wire::build::get;

/// From one request to the next.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a request may take, in multiples of the patience of a case: the attack and the server
/// share the machine.
const PATIENCE: u32 = 5;

/// Makes requests until the sender is gone, and one more after that.
pub(super) fn ask_until(remote: &Remote, over: &Receiver<()>) -> Neighbour {
    let mut neighbour = Neighbour::default();
    loop {
        let is_last = over.try_recv() == Err(TryRecvError::Disconnected);
        let (answered, took) = ask(remote);
        neighbour.asked += 1;
        neighbour.answered += u32::from(answered);
        neighbour.slowest = neighbour.slowest.max(took);
        if is_last {
            return neighbour;
        }
        // The end of the attack ends the pause, and one more request follows while the attacker's
        // connection is still open.
        let _ = over.recv_timeout(PAUSE);
    }
}

/// Makes a request on a connection of its own: whether it is answered in time, and how long it
/// took.
pub(super) fn ask(remote: &Remote) -> (bool, Duration) {
    let request = Case {
        script: |s| {
            s.open();
            s.send(get(1));
        },
        expect: message(1),
        ..Case::DEFAULT
    };
    let limit = remote.options.timeout * PATIENCE;
    let began = Instant::now();
    // The silences of one step are half of what is left, so that the limit has to be larger.
    let options = Options { timeout: limit * 2 };
    let answered = run(&request, &mut remote.endpoint.connect(options)).verdict.outcome == Outcome::Pass;
    let took = began.elapsed();
    (answered && took <= limit, took)
}
