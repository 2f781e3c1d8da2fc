//! The clients of the server: one reads large responses and makes small requests beside them, the
//! other makes small requests on a connection of its own.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use h2_conformance_wire::build::{get, post};
use h2_conformance_wire::code::kind;

use crate::scenario::download::{Client, Seen};
use crate::scenario::quantile::quantile;
use crate::subject::{Avalanche, Peaks, Subject};

/// The clients' window, of each stream and of the connection: no limit for the server.
const WINDOW: u32 = 1 << 30;
/// From one small request to the next.
const INTERVAL: Duration = Duration::from_millis(5);
/// Octets a second that a slow reader reads, and when it closes.
const RATE: f64 = (100 << 20) as f64;
const SLOW: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// Reads everything at once.
    Fast,
    /// Reads 100 MiB a second, for three seconds.
    Slow,
}

pub(super) struct Measured {
    pub(super) peaks: Peaks,
    /// Responses that did not end, or that were reset where the reader is slow.
    pub(super) failed: u32,
    /// The time of small requests in milliseconds that 99 % do not exceed.
    pub(super) same_connection: f64,
    pub(super) other_connection: f64,
}

/// Serves and reads, in this process.
pub(super) fn measure(subject: Subject, plan: Avalanche, reader: Reader, streams: u32) -> io::Result<Measured> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let is_over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let large = threads.spawn(|| {
            let read = Large::connect(address, streams).and_then(|client| client.run(reader));
            is_over.store(true, Ordering::Relaxed);
            read
        });
        let small = threads.spawn(|| small_requests(address, &is_over));
        let peaks = (subject.avalanche)(&listener, plan);
        let joined = |what| io::Error::other(format!("the {what} client panicked"));
        let (failed, same) = large.join().map_err(|_| joined("large"))??;
        let other = small.join().map_err(|_| joined("small"))??;
        let p99 = |times| quantile(times, 0.99) * 1e3;
        Ok(Measured { peaks: peaks?, failed, same_connection: p99(same), other_connection: p99(other) })
    })
}

/// Makes one small request after the other. Returns how long each took.
fn small_requests(address: SocketAddr, is_over: &AtomicBool) -> io::Result<Vec<Duration>> {
    let mut client = Client::connect(TcpStream::connect(address)?, WINDOW)?;
    let mut times = Vec::new();
    let mut stream = 1;
    while times.is_empty() || !is_over.load(Ordering::Relaxed) {
        let started = Instant::now();
        client.send([post(stream).end_stream()])?;
        while !client.read()?.iter().any(|frame| frame.stream == stream && frame.ends_stream) {}
        times.push(started.elapsed());
        stream += 2;
        std::thread::sleep(INTERVAL.saturating_sub(started.elapsed()));
    }
    Ok(times)
}

struct Large {
    client: Client,
    /// Large responses, on the streams with the lowest identifiers.
    streams: u32,
    next: u32,
    ended: u32,
    reset: u32,
    /// Octets of the frames that came.
    octets: usize,
    /// Small requests without a response, and when they were sent.
    open: BTreeMap<u32, Instant>,
    times: Vec<Duration>,
}

impl Large {
    fn connect(address: SocketAddr, streams: u32) -> io::Result<Self> {
        let client = Client::connect(TcpStream::connect(address)?, WINDOW)?;
        let (open, times) = (BTreeMap::new(), Vec::new());
        Ok(Large { client, streams, next: 2 * streams + 1, ended: 0, reset: 0, octets: 0, open, times })
    }

    /// Returns how many responses failed, and how long the small requests took.
    fn run(mut self, reader: Reader) -> io::Result<(u32, Vec<Duration>)> {
        let started = Instant::now();
        self.client.send((0..self.streams).map(|at| get(2 * at + 1)))?;
        let mut asked = started;
        while self.ended + self.reset < self.streams || self.times.is_empty() {
            if reader == Reader::Slow && started.elapsed() >= SLOW {
                // A small request that is not answered by then took at least so long.
                self.times.extend(self.open.values().map(Instant::elapsed));
                return Ok((self.reset, self.times));
            }
            if asked.elapsed() >= INTERVAL || self.next == 2 * self.streams + 1 {
                asked = Instant::now();
                self.open.insert(self.next, asked);
                self.client.send([post(self.next).end_stream()])?;
                self.next += 2;
            }
            let seen = self.client.read()?;
            seen.iter().for_each(|frame| self.hear(frame));
            self.octets += seen.iter().map(|frame| frame.octets).sum::<usize>();
            if reader == Reader::Slow {
                let due = Duration::from_secs_f64(self.octets as f64 / RATE);
                std::thread::sleep(due.saturating_sub(started.elapsed()));
            }
        }
        Ok((self.streams - self.ended, self.times))
    }

    fn hear(&mut self, frame: &Seen) {
        let ends = frame.ends_stream || frame.kind == kind::RST_STREAM;
        if !ends {
            return;
        }
        match self.open.remove(&frame.stream) {
            Some(sent) => self.times.push(sent.elapsed()),
            None if frame.ends_stream => self.ended += 1,
            None => self.reset += 1,
        }
    }
}
