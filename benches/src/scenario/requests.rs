//! What a small request costs a server.

mod hyper;
mod instructions;

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::str::FromStr;
use std::time::Duration;

use h2_conformance_wire::FrameReader;

use super::pairs::median_pairs;
use crate::figures::{Better, Figures, Row};
use crate::heap;
use crate::small_requests::Requests;
use crate::subject::{Alone, Exchange, Handler, Subject, PATCHED, UPSTREAM};

/// Requests in flight at a time.
const STREAMS: u32 = 100;
/// Octets of all answers of a run over loopback at most.
const OCTETS: usize = 64 << 20;
/// Longer than anything here takes; then it counts as a stall.
const PATIENCE: Duration = Duration::from_secs(10);

/// The content of an answer, by name, in octets.
const SIZES: [(&str, usize); 3] = [("tiny", 12), ("1KiB", 1 << 10), ("64KiB", 64 << 10)];
const HANDLERS: [(&str, Handler); 2] = [("inline", Handler::Inline), ("spawned", Handler::Spawned)];

/// A size and a handler.
#[derive(Clone, Copy, Debug)]
struct Kind {
    size: (&'static str, usize),
    handler: (&'static str, Handler),
}

impl Kind {
    fn all() -> impl Iterator<Item = Kind> {
        SIZES.into_iter().flat_map(|size| HANDLERS.map(|handler| Kind { size, handler }))
    }

    fn exchange(self) -> Exchange {
        Exchange { handler: self.handler.1, octets: self.size.1 }
    }
}

/// How many batches of requests are sent over loopback, by the octets of an answer.
fn rounds(octets: usize) -> Rounds {
    let measured = (OCTETS / (STREAMS as usize * octets)).min(200) as u32;
    Rounds { warm_up: measured / 10, measured }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.size.0, self.handler.0)
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let names = || Kind::all().map(|kind| kind.to_string()).collect::<Vec<_>>().join(", ");
        let named = Kind::all().find(|kind| kind.to_string() == name);
        named.ok_or_else(|| format!("requests: no kind {name:?}; there are: {}", names()))
    }
}

/// Batches of [`STREAMS`] requests.
#[derive(Clone, Copy)]
struct Rounds {
    warm_up: u32,
    measured: u32,
}

/// What a request costs over loopback: microseconds, and system calls.
#[derive(Clone, Copy, Debug)]
struct Cost {
    cpu: f64,
    calls: f64,
}

pub(super) fn run() -> Result<Figures, String> {
    let mut rows = Vec::new();
    let mut is_counted = true;
    for kind in Kind::all() {
        let of = |subject| loopback(subject, kind.exchange(), rounds(kind.size.1));
        let medians = median_pairs(of, |cost| cost.cpu).map_err(|error| format!("{kind}: {error}"))?;
        let mut row = |what: &str, unit: &str, [upstream, patched]: [Option<f64>; 2]| {
            rows.push(Row::new(format!("{what}/{kind}"), unit, Better::Lower, upstream, patched));
        };
        row("cpu", "us", medians.map(|cost| Some(cost?.cpu)));
        row("syscalls", "calls", medians.map(|cost| Some(cost?.calls)));
        row("allocations", "allocations", [UPSTREAM, PATCHED].map(|subject| Some(allocations(subject, kind))));
        match instructions::measure(kind)? {
            Some(both) => row("instructions", "instructions", both.map(Some)),
            None => is_counted = false,
        }
    }
    let servers = hyper::Servers::new()?;
    for (size, octets) in SIZES {
        let medians = median_pairs(|subject| servers.measure(subject, octets, rounds(octets)), |cost| cost.cpu)?;
        let mut row = |what: &str, unit: &str, cost: fn(Cost) -> f64| {
            let [upstream, patched] = medians.map(|both| both.map(cost));
            rows.push(Row::new(format!("{what}/{size}-hyper"), unit, Better::Lower, upstream, patched));
        };
        row("cpu", "us", |cost| cost.cpu);
        row("syscalls", "calls", |cost| cost.calls);
    }
    if !is_counted {
        eprintln!("requests: no rows of instructions: expected valgrind, which counts them, and found none");
    }
    Ok(Figures::new("requests", rows))
}

/// What valgrind runs, or a server of hyper on the fork.
pub(super) fn work(arguments: &[String]) -> Result<(), String> {
    match arguments {
        [word, arguments @ ..] if word == hyper::WORD => hyper::work(arguments),
        _ => instructions::work(arguments),
    }
}

fn alone(subject: Subject, kind: Kind) -> Box<dyn Alone> {
    (subject.alone)(kind.exchange())
}

/// Allocations a request, once the connection has all that it keeps.
fn allocations(subject: Subject, kind: Kind) -> f64 {
    let batches = 10;
    let mut server = alone(subject, kind);
    (0..batches).for_each(|_| server.requests(STREAMS));
    heap::begin();
    (0..batches).for_each(|_| server.requests(STREAMS));
    heap::end();
    heap::allocations() as f64 / f64::from(batches * STREAMS)
}

/// The cost of a request, or nothing when an answer does not come.
fn loopback(subject: Subject, exchange: Exchange, rounds: Rounds) -> io::Result<Option<Cost>> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let warm_up = rounds.warm_up * STREAMS;
    let server = std::thread::spawn(move || (subject.serve)(&listener, exchange, warm_up.into()));
    let client = Client::connect(TcpStream::connect(address)?).and_then(|client| client.run(rounds));
    let served = server.join().map_err(|_| io::Error::other("the server panicked"))?;
    if client.is_err() {
        return Ok(None);
    }
    let served = served?;
    let requests = f64::from(rounds.measured * STREAMS);
    Ok(Some(Cost { cpu: served.cpu.as_secs_f64() * 1e6 / requests, calls: served.calls as f64 / requests }))
}

struct Client {
    socket: TcpStream,
    frames: FrameReader,
    requests: Requests,
}

impl Client {
    fn connect(mut socket: TcpStream) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.write_all(&Requests::opening())?;
        Ok(Client { socket, frames: FrameReader::default(), requests: Requests::default() })
    }

    fn run(mut self, rounds: Rounds) -> io::Result<()> {
        for _ in 0..rounds.warm_up + rounds.measured {
            let mut octets = Vec::new();
            self.requests.encode(STREAMS, &mut octets);
            self.socket.write_all(&octets)?;
            self.read_answers()?;
        }
        Ok(())
    }

    fn read_answers(&mut self) -> io::Result<()> {
        let mut octets = [0; 64 << 10];
        let mut answered = 0;
        while answered < STREAMS {
            let length = self.socket.read(&mut octets)?;
            if length == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.frames.push(&octets[..length]);
            while let Some(frame) = self.frames.next_frame() {
                answered += u32::from(frame.ends_stream());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_answer_every_request() {
        let rounds = Rounds { warm_up: 1, measured: 5 };
        for subject in [UPSTREAM, PATCHED] {
            for kind in Kind::all() {
                let cost =
                    loopback(subject, kind.exchange(), rounds).expect("loopback works").expect("all is answered");
                // The server reads and writes, and does so for many requests at once.
                assert!(cost.cpu > 0.0 && (0.01..6.0).contains(&cost.calls), "{kind}: {cost:?}");
                let mut server = alone(subject, kind);
                (0..3).for_each(|_| server.requests(STREAMS));
            }
        }
    }

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for kind in Kind::all() {
            assert_eq!(kind.to_string().parse::<Kind>().map(|read| read.to_string()), Ok(kind.to_string()));
        }
        assert!("tiny".parse::<Kind>().is_err());
    }
}
