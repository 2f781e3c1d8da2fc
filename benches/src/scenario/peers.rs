//! Servers side by side: h2 and hyper on the release and on the fork, other stacks of Rust, and the
//! servers of other languages that are installed.

mod process;
mod server;
mod tools;

use std::collections::BTreeMap;
use std::net::TcpListener;

use crate::figures::{Better, Figure, Figures, Row};
use crate::real_link;
use crate::subject::{LARGE, PATCHED, UPSTREAM};
use process::Running;
use server::{Server, Site};
use tools::{Counter, Tools};

/// Runs of each server, which take turns.
const RUNS: usize = 7;

/// What is asked for on one connection.
#[derive(Clone, Copy, Debug)]
struct Pattern {
    name: &'static str,
    path: &'static str,
    /// Requests in flight.
    streams: u32,
    /// Requests of a run whose CPU time is taken.
    requests: u32,
    /// Requests of the two runs under a tool.
    counted: [u32; 2],
}

const TINY: Pattern = Pattern { name: "tiny", path: "/tiny", streams: 100, requests: 40_000, counted: [500, 2500] };
const BODY: Pattern = Pattern { name: "1MiB", path: LARGE.0, streams: 4, requests: 200, counted: [8, 40] };

/// What is counted by tools, with its unit.
const COUNTED: [(&str, Counter, Pattern); 4] = [
    ("syscalls", Counter::Syscalls, TINY),
    ("allocations", Counter::Allocations, TINY),
    ("instructions", Counter::Instructions, TINY),
    ("syscalls", Counter::Syscalls, BODY),
];

/// The figures of one row by the names of the servers. A server that failed has none.
type Found = BTreeMap<&'static str, Option<f64>>;

pub(super) fn run() -> Result<Figures, String> {
    let site = Site::new().map_err(|error| format!("cannot write the content: {error}"))?;
    let servers = server::all()?;
    let tools = Tools::new();
    let mut rows = Vec::new();
    for pattern in [TINY, BODY] {
        let [low, median, high] = cpu(&servers, &site, &tools, &pattern)?;
        for (what, found) in [("cpu", median), ("cpu-low", low), ("cpu-high", high)] {
            rows.push(row(format!("{what}/{}", pattern.name), "us", &found));
        }
    }
    for (what, counter, pattern) in COUNTED {
        let is_there = match counter {
            Counter::Syscalls => tools.has_strace,
            Counter::Allocations | Counter::Instructions => tools.has_valgrind,
        };
        if is_there {
            let unit = if what == "syscalls" { "calls" } else { what };
            let found = servers.iter().map(|server| {
                let counted = tools.count(server, &site, counter, &pattern);
                (server.name, told(server, &format!("{what}/{}", pattern.name), counted))
            });
            rows.push(row(format!("{what}/{}", pattern.name), unit, &found.collect()));
        }
    }
    Ok(Figures::new("peers", rows))
}

/// A server of h2 or hyper, until it is ended.
pub(super) fn work(arguments: &[String]) -> Result<(), String> {
    let expected = || "peers: expected upstream, patched or hyper, and a port".to_owned();
    let [name, port] = arguments else { return Err(expected()) };
    let port: u16 = port.parse().map_err(|_| expected())?;
    let listen = match name.as_str() {
        "upstream" => UPSTREAM.listen,
        "patched" => PATCHED.listen,
        "hyper" => return real_link::listen::listen(port).map_err(|error| error.to_string()),
        _ => return Err(expected()),
    };
    TcpListener::bind(("127.0.0.1", port)).and_then(listen).map_err(|error| error.to_string())
}

/// A figure cannot say why it is missing, so that goes to standard error.
fn told<T>(server: &Server, row: &str, found: Result<T, String>) -> Option<T> {
    found.inspect_err(|why| eprintln!("peers: {row} of {}: {why}", server.name)).ok()
}

fn row(name: String, unit: &str, found: &Found) -> Row {
    let of = |name: &str| found.get(name).copied().flatten();
    let mut row = Row::new(name, unit, Better::Lower, of(UPSTREAM.name), of(PATCHED.name));
    let peers = found.iter().filter(|(name, _)| ![UPSTREAM.name, PATCHED.name].contains(*name));
    row.peer = peers.map(|(name, figure)| ((*name).to_owned(), Figure(*figure))).collect();
    row
}

/// CPU time of a request in microseconds: the lowest, the median and the highest of all runs. All
/// servers run at the same time, and are loaded one after the other.
fn cpu(servers: &[Server], site: &Site, tools: &Tools, pattern: &Pattern) -> Result<[Found; 3], String> {
    let row = format!("cpu/{}", pattern.name);
    let started = servers.iter().map(|server| told(server, &row, tools.start(server, site, None)));
    let mut running: Vec<Option<Running>> = started.collect();
    let mut times = vec![Vec::new(); servers.len()];
    // The first round is not measured: caches and allocators fill.
    for round in 0..=RUNS {
        for turn in 0..servers.len() {
            let at = (round + turn) % servers.len();
            let Some(server) = &running[at] else { continue };
            let measured = one(server, tools, pattern);
            match told(&servers[at], &row, measured) {
                None => running[at] = None,
                Some(time) if round > 0 => times[at].push(time),
                Some(_) => {}
            }
        }
    }
    let mut found = [(); 3].map(|()| Found::new());
    for ((server, times), running) in servers.iter().zip(&mut times).zip(&running) {
        times.sort_by(f64::total_cmp);
        let figures = running.as_ref().and(Some([times.first(), times.get(RUNS / 2), times.last()]));
        for (found, figure) in found.iter_mut().zip(figures.unwrap_or_default()) {
            found.insert(server.name, figure.copied());
        }
    }
    Ok(found)
}

fn one(server: &Running, tools: &Tools, pattern: &Pattern) -> Result<f64, String> {
    let before = server.cpu()?;
    tools.load(server.port, pattern, pattern.requests)?;
    let took = server.cpu()?.saturating_sub(before);
    Ok(took.as_secs_f64() * 1e6 / f64::from(pattern.requests))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_beside_the_two() {
        let found: Found = [("upstream", Some(2.0)), ("patched", Some(1.0)), ("nginx", None)].into();
        let row = row("cpu/tiny".into(), "us", &found);
        assert_eq!((row.ratio(), row.peer.len()), (Some(0.5), 1));
        assert_eq!(row.peer.get("nginx"), Some(&Figure(None)));
    }

    #[test]
    fn a_worker_needs_a_server_and_a_port() {
        for words in ["", "patched", "patched x", "nginx 1", "patched 70000"] {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            assert!(work(&words).is_err_and(|why| why.contains("expected")), "{words:?}");
        }
    }
}
