//! The time until a small response arrives, alone and beside large ones, over loopback.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use h2_conformance_wire::build::{get, post};
use h2_conformance_wire::code::kind;

use super::download::{Client, Seen};
use super::pairs::median_pairs;
use super::quantile::quantile;
use crate::figures::{Better, Figures, Row};
use crate::subject::Subject;

/// Large responses at a time. Another one is requested when one has ended.
const BULK: [u32; 2] = [0, 16];
/// Octets of a large response.
const OCTETS: usize = 4 << 20;
/// The client's window, of each stream and of the connection.
const WINDOW: u32 = 1 << 20;
/// Small requests, one after the other. The first ones do not count.
const PROBES: usize = if cfg!(test) { 30 } else { 300 };
const WARM_UP: usize = 20;

/// The times of one run, in microseconds.
#[derive(Clone, Copy, Debug)]
struct Times {
    /// Until the response's head arrives: the median.
    first_byte: f64,
    /// Until its end arrives: 99 % of the responses are as fast.
    p99: f64,
}

pub(super) fn run() -> Result<Figures, String> {
    let (mut first_bytes, mut p99s) = (Vec::new(), Vec::new());
    for bulk in BULK {
        let measured = median_pairs(|subject| measure(subject, bulk).map(Some), |times| times.first_byte);
        let medians = measured.map_err(|error| format!("beside {bulk} bulk: {error}"))?;
        let row = |what: &str, value: fn(Times) -> f64| {
            let [upstream, patched] = medians.map(|times| times.map(value));
            Row::new(format!("{what}/beside-{bulk}-bulk"), "us", Better::Lower, upstream, patched)
        };
        first_bytes.push(row("first-byte", |times| times.first_byte));
        p99s.push(row("p99", |times| times.p99));
    }
    Ok(Figures::new("latency", [first_bytes, p99s].concat()))
}

fn measure(subject: Subject, bulk: u32) -> io::Result<Times> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let server = std::thread::spawn(move || (subject.bulk)(&listener, OCTETS));
    let mut probing = Probing { client: Client::connect(TcpStream::connect(address)?, WINDOW)?, next: 1, bulk: 0 };
    let probes: io::Result<Vec<_>> = (0..WARM_UP + PROBES).map(|_| probing.probe(bulk)).collect();
    drop(probing);
    server.join().map_err(|_| io::Error::other("the server panicked"))??;
    let (first_bytes, ends): (Vec<_>, Vec<_>) = probes?.into_iter().skip(WARM_UP).unzip();
    Ok(Times { first_byte: quantile(first_bytes, 0.5) * 1e6, p99: quantile(ends, 0.99) * 1e6 })
}

struct Probing {
    client: Client,
    /// The identifier of the next stream.
    next: u32,
    /// Large responses that are on their way.
    bulk: u32,
}

impl Probing {
    /// Makes a small request beside so many large ones. Returns the times until the response's head
    /// and until its end.
    fn probe(&mut self, bulk: u32) -> io::Result<(Duration, Duration)> {
        while self.bulk < bulk {
            let stream = self.stream();
            self.client.send([get(stream)])?;
            self.bulk += 1;
        }
        let stream = self.stream();
        let started = Instant::now();
        self.client.send([post(stream).end_stream()])?;
        let mut first_byte = None;
        loop {
            let seen = self.client.read()?;
            let now = started.elapsed();
            let of_the_probe = |frame: &&Seen| frame.stream == stream;
            if seen.iter().filter(of_the_probe).any(|frame| frame.kind == kind::HEADERS) {
                first_byte = Some(now);
            }
            self.bulk -= seen.iter().filter(|frame| frame.ends_stream && frame.stream != stream).count() as u32;
            match first_byte {
                Some(first_byte) if seen.iter().filter(of_the_probe).any(|frame| frame.ends_stream) => {
                    return Ok((first_byte, now));
                }
                _ => {}
            }
        }
    }

    fn stream(&mut self) -> u32 {
        self.next += 2;
        self.next - 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::BOTH;

    #[test]
    fn small_responses_arrive_alone_and_beside_large_ones() {
        for (name, subject) in BOTH {
            for bulk in BULK {
                let times = measure(subject, bulk).expect(name);
                assert!(times.first_byte > 0.0 && times.p99 >= times.first_byte, "{name}, {bulk}: {times:?}");
            }
        }
    }
}
