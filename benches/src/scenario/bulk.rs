//! Large bodies over loopback: how fast a server sends them, with what CPU time, and in how many
//! writes.

mod client;

use std::io;
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use super::pairs::median_pairs;
use crate::figures::{Better, Figures, Row};
use crate::subject::{Sent, Subject};
use client::Client;

/// Octets of all bodies together.
const TOTAL: usize = 40 << 20;
const MIB: f64 = (1 << 20) as f64;

/// Windows of a client: of each stream, and of the connection.
const WINDOWS: [(&str, u32); 3] = [("64KiB", 65_535), ("1MiB", 1 << 20), ("16MiB", 16 << 20)];

/// What is measured of one run, in MiB a second, microseconds a MiB and writes a MiB.
#[derive(Clone, Copy, Debug)]
struct Figure {
    throughput: f64,
    cpu: f64,
    writes: f64,
}

pub(super) fn run() -> Result<Figures, String> {
    let mut rows = Vec::new();
    for streams in [1, 4, 100] {
        for (window_name, window) in WINDOWS {
            let name = format!("{streams}-streams/{window_name}");
            let failed = |error: io::Error| format!("{name}: {error}");
            let of = |subject| measure(subject, streams, window).map(Some);
            let medians = median_pairs(of, |figure| figure.cpu).map_err(failed)?;
            let mut row = |what: &str, unit, better, value: fn(Figure) -> f64| {
                let [upstream, patched] = medians.map(|figure| figure.map(value));
                rows.push(Row::new(format!("{what}/{name}"), unit, better, upstream, patched));
            };
            row("throughput", "MiB/s", Better::Higher, |figure| figure.throughput);
            row("cpu-per-MiB", "us", Better::Lower, |figure| figure.cpu);
            row("syscalls-per-MiB", "writes", Better::Lower, |figure| figure.writes);
        }
    }
    Ok(Figures::new("bulk", rows))
}

fn measure(subject: Subject, streams: u32, window: u32) -> io::Result<Figure> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let octets = TOTAL / streams as usize;
    let server = std::thread::spawn(move || (subject.bulk)(&listener, octets));
    let mut client = Client::connect(TcpStream::connect(address)?, window)?;
    let started = Instant::now();
    client.download(streams, octets)?;
    let took = started.elapsed().as_secs_f64();
    drop(client);
    let Sent { cpu, writes } = server.join().map_err(|_| io::Error::other("the server panicked"))??;
    let mib = (octets * streams as usize) as f64 / MIB;
    Ok(Figure { throughput: mib / took, cpu: cpu.as_secs_f64() * 1e6 / mib, writes: writes as f64 / mib })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::BOTH;

    #[test]
    fn both_send_all_bodies() {
        for (name, subject) in BOTH {
            for streams in [1, 4] {
                let figure = measure(subject, streams, 1 << 20).expect(name);
                // A DATA frame of 16 384 octets a write at least, and not all of them in one.
                assert!((1.0..80.0).contains(&figure.writes), "{name}: {figure:?}");
                assert!(figure.throughput > 1.0 && figure.cpu > 0.0, "{name}: {figure:?}");
            }
        }
    }
}
