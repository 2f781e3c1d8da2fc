//! Many connections of one process that upload in turns and stay open. In memory, in virtual time,
//! exact; each h2 in a process of its own, because the connections of a process share its receive
//! buffer.

use std::time::Duration;

use super::transfer::{Path, Phases, Supply, Transfer};
use crate::figures::{Better, Figures, Row};
use crate::subject::{Application, Intake, Uploads, BOTH};
use crate::worker::{self, Patience, READY};

const CONNECTIONS: usize = 1000;
/// The path of each connection.
const PATH: Path = Path::new(10, 1000);
/// How long a connection uploads, and after what time its share of the link is taken. It stays idle
/// afterwards.
const SEND: Duration = Duration::from_millis(240);
const START_UP: Duration = Duration::from_millis(140);
/// From one connection's begin to the next one's.
const TURN: Duration = Duration::from_millis(300);
/// The limit of the receive buffer of the fork's process.
const BUDGET: usize = 768 << 20;

const PATIENCE: Patience = Patience { set_up: Duration::from_secs(10), figure: Duration::from_secs(300) };

pub(super) fn run() -> Result<Figures, String> {
    let mut both = Vec::new();
    for (subject, _) in BOTH {
        let arguments = ["many", subject, &CONNECTIONS.to_string()].map(str::to_owned);
        let said = worker::run(&mut worker::of_this_program(&arguments)?, PATIENCE)?;
        said.failure.iter().for_each(|why| eprintln!("many: {subject}: {why}"));
        both.push(said.figures);
    }
    let figure = |name: &str| -> [Option<f64>; 2] {
        let of = |at: usize| both[at].iter().find(|(known, _)| known == name).map(|(_, figure)| *figure);
        // A share of nothing is a stall.
        [of(0), of(1)].map(|figure| figure.filter(|figure| *figure > 0.0))
    };
    let shares = ["first", "last", "least"].map(|name| {
        let [upstream, patched] = figure(name);
        Row::new(format!("link-share/{name}-of-{CONNECTIONS}"), "of link", Better::Higher, upstream, patched)
    });
    let [upstream, patched] = figure("claim");
    let committed = Row::new(format!("claim/all-of-{CONNECTIONS}"), "octets", Better::Lower, upstream, patched);
    Ok(Figures::new("many", shares.into_iter().chain([committed]).collect()))
}

/// The worker: a subject, and how many connections.
pub(super) fn work(arguments: &[String]) -> Result<(), String> {
    let [subject, connections] = arguments else {
        return Err("many: expected a subject and a number of connections".into());
    };
    let (_, subject) = BOTH.iter().find(|(name, _)| name == subject).ok_or("many: no such subject")?;
    let connections: usize = connections.parse().map_err(|_| "many: connections are no number")?;
    if connections == 0 {
        return Err("many: expected one connection or more".into());
    }
    h2::tuning::set_defaults(h2::tuning::defaults().max_process_receive_buffer_size(BUDGET));
    worker::say(READY, 0.0)?;

    let phases = Phases { send: SEND, pause: Duration::from_secs(1 << 30), new_streams: false };
    let intake = Intake { windows: None, application: Application::Uploads(Uploads::default()) };
    let transfer = Transfer { intake, streams: 1, supply: Supply::Phases(phases), path: PATH };
    let (mut open, mut shares) = (Vec::new(), Vec::new());
    for number in 0..connections {
        let start = number as u32 * TURN;
        let mut run = transfer.begin(*subject, start)?;
        run.go_on(start + TURN)?;
        shares.push(run.share(start + START_UP, start + SEND).unwrap_or(0.0));
        open.push(run);
        // Those that are idle work if they are woken.
        for idle in &mut open {
            idle.turn(start + TURN, &[])?;
        }
    }
    let committed: u64 = open.iter().map(|run| run.committed()).sum();
    worker::say("first", shares[0])?;
    worker::say("last", shares[connections - 1])?;
    worker::say("least", shares.iter().copied().fold(f64::INFINITY, f64::min))?;
    worker::say("claim", committed as f64)
}
