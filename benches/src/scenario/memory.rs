//! Bytes that connections and streams hold in memory. Each h2 in a process of its own, whose
//! allocator counts.

use std::time::Duration;

use crate::figures::{Better, Figures, Row};
use crate::heap;
use crate::subject::{Beside, Operation, Subject, BOTH, BURST};
use crate::worker::{self, Patience, READY};

/// Open at a time, so that what a process holds once does not count.
const CONNECTIONS: usize = if cfg!(test) { 10 } else { 1000 };
const STREAMS: usize = if cfg!(test) { 200 } else { 10_000 };

const PATIENCE: Patience = Patience { set_up: Duration::from_secs(10), figure: Duration::from_secs(60) };

/// A figure by the name of its row.
type Held = (&'static str, fn(Subject) -> Result<f64, String>);

const ROWS: [Held; 4] = [
    ("idle-connection", idle_connection),
    ("idle-stream", idle_stream),
    ("in-burst", |subject| Ok(burst(subject)?.0)),
    ("after-burst", |subject| Ok(burst(subject)?.1)),
];

pub(super) fn run() -> Result<Figures, String> {
    let mut both = Vec::new();
    for (subject, _) in BOTH {
        let arguments = ["memory", subject].map(str::to_owned);
        let said = worker::run(&mut worker::of_this_program(&arguments)?, PATIENCE)?;
        said.failure.iter().for_each(|why| eprintln!("memory: {subject}: {why}"));
        both.push(said.figures);
    }
    let rows = ROWS.map(|(name, _)| {
        let of = |at: usize| both[at].iter().find(|(known, _)| known == name).map(|(_, figure)| *figure);
        Row::new(name.to_owned(), "bytes", Better::Lower, of(0), of(1))
    });
    Ok(Figures::new("memory", rows.into()))
}

/// The worker: a subject.
pub(super) fn work(arguments: &[String]) -> Result<(), String> {
    let [subject] = arguments else {
        return Err("memory: expected a subject".into());
    };
    let (_, subject) = BOTH.iter().find(|(name, _)| name == subject).ok_or("memory: no such subject")?;
    worker::say(READY, 0.0)?;
    ROWS.iter().try_for_each(|(name, held)| worker::say(name, held(*subject)?))
}

/// A connection that was opened and has done nothing, with its end of a pipe.
fn idle_connection(subject: Subject) -> Result<f64, String> {
    let (held, _connections) = counted(|| (subject.connections)(CONNECTIONS))?;
    Ok(held / CONNECTIONS as f64)
}

/// An open request with its answer's head sent, and the handles that its application keeps.
fn idle_stream(subject: Subject) -> Result<f64, String> {
    let (none, _connection) = counted(|| (subject.beside)(Beside::Idle, 0))?;
    let (held, _streams) = counted(|| (subject.beside)(Beside::Idle, STREAMS))?;
    Ok((held - none) / STREAMS as f64)
}

/// What a burst of requests takes at most, a request, and what a connection holds after it more
/// than before.
fn burst(subject: Subject) -> Result<(f64, f64), String> {
    let mut connection = (subject.beside)(Beside::Idle, 0)?;
    done(connection.operate(Operation::Request)?)?;
    let (after, ()) = counted(|| connection.operate(Operation::Burst).and_then(done))?;
    Ok((heap::peak() as f64 / BURST as f64, after))
}

fn done(can: bool) -> Result<(), String> {
    can.then_some(()).ok_or_else(|| "it cannot".to_owned())
}

/// Bytes that are allocated when this is done and were not before.
fn counted<T>(work: impl FnOnce() -> Result<T, String>) -> Result<(f64, T), String> {
    heap::begin();
    let done = work();
    heap::end();
    Ok((heap::current() as f64, done?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The allocator of this test does not count; that of the program does.
    #[test]
    fn both_can_do_all_of_it() {
        for (name, subject) in BOTH {
            for (row, held) in ROWS {
                assert_eq!(held(subject), Ok(0.0), "{name}: {row}");
            }
        }
    }
}
