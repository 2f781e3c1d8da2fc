//! A relay on loopback that adds delay and rate: what is read from one side leaves over a line that
//! all connections share, each way one, and is written to the other side one delay later.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Octets that are read at a time.
const PIECE: usize = 64 << 10;
/// How far the relay reads ahead of its line.
const AHEAD: Duration = Duration::from_millis(1);

/// A relay between two sockets, on threads of its own until the process ends.
pub(super) struct Relay {
    pub(super) address: SocketAddr,
}

/// One way, of all connections.
#[derive(Clone)]
struct Line {
    /// When all that was handed to the line has left.
    free: Arc<Mutex<Instant>>,
    delay: Duration,
    /// Octets a second.
    rate: u64,
}

impl Line {
    fn new(delay: Duration, rate: u64) -> Self {
        Line { free: Arc::new(Mutex::new(Instant::now())), delay, rate }
    }

    /// When octets that are handed to the line now have left.
    fn take(&self, octets: usize) -> Instant {
        // Setting a time cannot panic half-way.
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free = (*free).max(Instant::now()) + Duration::from_nanos(octets as u64 * 1_000_000_000 / self.rate);
        *free
    }
}

impl Relay {
    /// Relays connections to `server`.
    pub(super) fn start(server: SocketAddr, delay: Duration, rate: u64) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let (there, back) = (Line::new(delay, rate), Line::new(delay, rate));
        std::thread::Builder::new().name("relay".into()).spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                if let Err(error) = connect(near, server, &there, &back) {
                    eprintln!("real-link: the relay cannot connect: {error}");
                }
            }
        })?;
        Ok(Relay { address })
    }
}

fn connect(near: TcpStream, server: SocketAddr, there: &Line, back: &Line) -> io::Result<()> {
    let far = TcpStream::connect(server)?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    pump(near.try_clone()?, far.try_clone()?, there.clone())?;
    pump(far, near, back.clone())
}

/// Relays one way. The end of one side ends the other, after the delay.
fn pump(mut from: TcpStream, mut to: TcpStream, line: Line) -> io::Result<()> {
    let (sender, pieces) = channel::<(Instant, Vec<u8>)>();
    let delay = line.delay;
    std::thread::Builder::new().name("relay-in".into()).spawn(move || loop {
        let mut piece = vec![0; PIECE];
        match from.read(&mut piece) {
            Ok(octets @ 1..) => {
                piece.truncate(octets);
                let leaves = line.take(octets);
                if sender.send((leaves + delay, piece)).is_err() {
                    return;
                }
                wait_until(leaves.checked_sub(AHEAD).unwrap_or(leaves));
            }
            _ => return,
        }
    })?;
    std::thread::Builder::new().name("relay-out".into()).spawn(move || {
        for (due, piece) in pieces {
            wait_until(due);
            if to.write_all(&piece).is_err() {
                return;
            }
        }
        // The other side may be gone already.
        let _ = to.shutdown(Shutdown::Write);
    })?;
    Ok(())
}

fn wait_until(due: Instant) {
    let left = due.saturating_duration_since(Instant::now());
    if !left.is_zero() {
        std::thread::sleep(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends back what it receives.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback works");
        let address = listener.local_addr().expect("it is bound");
        std::thread::spawn(move || {
            let (mut from, _) = listener.accept().expect("the relay connects");
            let mut to = from.try_clone().expect("it is open");
            io::copy(&mut from, &mut to).expect("the relay reads");
        });
        address
    }

    #[test]
    fn octets_come_back_in_order_and_no_sooner_than_delay_and_rate_allow() {
        let (delay, rate) = (Duration::from_millis(20), 10_000_000);
        let relay = Relay::start(echo(), delay, rate).expect("loopback works");
        let mut socket = TcpStream::connect(relay.address).expect("loopback works");
        let start = Instant::now();
        socket.write_all(&[7]).expect("it is open");
        let mut octet = [0];
        socket.read_exact(&mut octet).expect("it comes back");
        assert!(octet == [7] && start.elapsed() >= 2 * delay, "{:?}", start.elapsed());

        let content: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
        let mut writer = socket.try_clone().expect("it is open");
        let sent = content.clone();
        let start = Instant::now();
        let writing = std::thread::spawn(move || {
            writer.write_all(&sent).and_then(|()| writer.shutdown(Shutdown::Write)).expect("it is open");
        });
        let mut back = Vec::new();
        socket.read_to_end(&mut back).expect("all of it comes back");
        writing.join().expect("it writes");
        assert!(back == content);
        assert!(start.elapsed() >= 2 * delay + Duration::from_millis(100), "{:?}", start.elapsed());
    }
}
