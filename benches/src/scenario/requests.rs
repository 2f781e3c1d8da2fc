//! What a tiny request costs a server, in CPU time of its thread, over loopback.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use h2_conformance_wire::build::{headers_block, opening, settings, window_update};
use h2_conformance_wire::code::{DEFAULT_WINDOW, MAX_WINDOW};
use h2_conformance_wire::FrameReader;

use super::pairs::median_pair;
use crate::figures::{Better, Figures, Row};
use crate::subject::{Handler, Subject};

/// Requests in flight at a time.
const STREAMS: u32 = 100;
/// How many times [`STREAMS`] requests are sent.
#[derive(Clone, Copy)]
struct Rounds {
    warm_up: u32,
    measured: u32,
}
const ROUNDS: Rounds = Rounds { warm_up: 20, measured: 200 };
/// Longer than anything here takes; then it counts as a stall.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn run() -> Result<Figures, String> {
    let mut rows = Vec::new();
    for (name, handler) in [("cpu/tiny-inline", Handler::Inline), ("cpu/tiny-spawned", Handler::Spawned)] {
        let [upstream, patched] =
            median_pair(|subject| cpu(subject, handler, ROUNDS)).map_err(|error| format!("{name}: {error}"))?;
        rows.push(Row::new(name.into(), "us", Better::Lower, upstream, patched));
    }
    Ok(Figures::new("requests", rows))
}

/// Microseconds a request, or nothing when an answer does not come.
fn cpu(subject: Subject, handler: Handler, rounds: Rounds) -> io::Result<Option<f64>> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let server = std::thread::spawn(move || (subject.serve)(&listener, handler, (rounds.warm_up * STREAMS).into()));
    let client = Client::connect(TcpStream::connect(address)?).and_then(|client| client.run(rounds));
    let served = server.join().map_err(|_| io::Error::other("the server panicked"))?;
    if client.is_err() {
        return Ok(None);
    }
    Ok(Some(served?.as_secs_f64() * 1e6 / f64::from(rounds.measured * STREAMS)))
}

/// A client of prepared frames: it costs next to nothing and does the same for both.
struct Client {
    socket: TcpStream,
    frames: FrameReader,
    next: u32,
}

impl Client {
    fn connect(mut socket: TcpStream) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let mut opening = opening(&settings());
        // Credit for all answers, so that none waits.
        window_update(0, MAX_WINDOW - DEFAULT_WINDOW).encode(&mut opening);
        socket.write_all(&opening)?;
        Ok(Client { socket, frames: FrameReader::default(), next: 1 })
    }

    fn run(mut self, rounds: Rounds) -> io::Result<()> {
        for _ in 0..rounds.warm_up + rounds.measured {
            let mut requests = Vec::new();
            for _ in 0..STREAMS {
                headers_block(self.next, get()).end_stream().encode(&mut requests);
                self.next += 2;
            }
            self.socket.write_all(&requests)?;
            self.read_answers()?;
        }
        Ok(())
    }

    fn read_answers(&mut self) -> io::Result<()> {
        let mut octets = [0; 16 << 10];
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

/// The field block of a GET as a compressing client sends it (RFC 7541 appendix A): three indexed
/// fields and the authority.
fn get() -> Vec<u8> {
    let authority = b"example.test";
    let mut block = vec![0x82, 0x86, 0x84, 0x01, authority.len() as u8];
    block.extend_from_slice(authority);
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::{PATCHED, UPSTREAM};

    #[test]
    fn both_answer_every_request() {
        let rounds = Rounds { warm_up: 1, measured: 5 };
        for subject in [UPSTREAM, PATCHED] {
            for handler in [Handler::Inline, Handler::Spawned] {
                assert!(
                    cpu(subject, handler, rounds).expect("loopback works").is_some_and(|us| us > 0.0),
                    "{handler:?}"
                );
            }
        }
    }
}
