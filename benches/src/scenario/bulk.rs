//! Large bodies over loopback: how fast a server sends them, with what CPU time, and in how many
//! writes.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use h2_conformance_wire::build::get;
use h2_conformance_wire::code::kind;

use super::download::Client;
use super::pairs::{median_pair, median_pairs};
use crate::figures::{Better, Figures, Row};
use crate::subject::{Download, Sent, Subject};

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
    for (name, download) in both_ends() {
        let failed = |error: io::Error| format!("{name}: {error}");
        let [upstream, patched] =
            median_pair(|subject| seconds(subject, download).map(Some)).map_err(failed)?.map(|seconds| {
                let mib = (download.octets * download.streams) as f64 / MIB;
                seconds.map(|seconds| mib / seconds)
            });
        rows.push(Row::new(format!("both-ends/{name}"), "MiB/s", Better::Higher, upstream, patched));
    }
    Ok(Figures::new("bulk", rows))
}

/// Downloads whose client is the same h2 as the server.
fn both_ends() -> impl Iterator<Item = (String, Download)> {
    let windows = [("default", None), ("1MiB", Some(1 << 20)), ("16MiB", Some(16 << 20))];
    [1, 100].into_iter().flat_map(move |streams| {
        windows.map(|(name, window)| {
            let octets = 2 * TOTAL / streams;
            (format!("{streams}-streams/{name}"), Download { streams, octets, window })
        })
    })
}

fn seconds(subject: Subject, download: Download) -> io::Result<f64> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let server = std::thread::spawn(move || (subject.bulk)(&listener, download.octets));
    let took = (subject.download)(address, download)?;
    server.join().map_err(|_| io::Error::other("the server panicked"))??;
    Ok(took.as_secs_f64())
}

fn measure(subject: Subject, streams: u32, window: u32) -> io::Result<Figure> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let octets = TOTAL / streams as usize;
    let server = std::thread::spawn(move || (subject.bulk)(&listener, octets));
    let mut client = Client::connect(TcpStream::connect(address)?, window)?;
    let started = Instant::now();
    download(&mut client, streams, octets)?;
    let took = started.elapsed().as_secs_f64();
    drop(client);
    let Sent { cpu, writes } = server.join().map_err(|_| io::Error::other("the server panicked"))??;
    let mib = (octets * streams as usize) as f64 / MIB;
    Ok(Figure { throughput: mib / took, cpu: cpu.as_secs_f64() * 1e6 / mib, writes: writes as f64 / mib })
}

/// Reads that many bodies of that many octets.
fn download(client: &mut Client, streams: u32, octets: usize) -> io::Result<()> {
    client.send((0..streams).map(|at| get(2 * at + 1)))?;
    let (mut came, mut ended) = (0, 0);
    while ended < streams {
        for frame in client.read()?.iter().filter(|frame| frame.kind == kind::DATA) {
            came += frame.octets;
            ended += u32::from(frame.ends_stream);
        }
    }
    let expected = octets * streams as usize;
    (came == expected)
        .then_some(())
        .ok_or_else(|| io::Error::other(format!("expected {expected} octets of DATA, found {came}")))
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
                let download = Download { streams: streams as usize, octets: 1 << 20, window: None };
                assert!(seconds(subject, download).expect(name) > 0.0);
            }
        }
    }
}
