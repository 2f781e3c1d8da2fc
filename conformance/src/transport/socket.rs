//! A link over any asynchronous byte stream: what TCP and TLS have in common.
//!
//! Reading and writing go on together, so that a subject that writes without reading cannot hold
//! the runner.

use std::fmt;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::Runtime;

use crate::drive::{Link, SubjectEvent};
use crate::script::{App, Sent};
use crate::wire::code::DEFAULT_WINDOW;

use super::address::Address;

/// Octets from the subject after which a run is cut off: no case asks for a hundredth of that.
pub const FLOOD: usize = 16 << 20;
/// The shortest wait: the system has to be asked once.
const LEAST: Duration = Duration::from_millis(1);
/// Octets read at once.
const PIECE: usize = 64 << 10;

/// A byte stream with two ends.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A link to a subject on a socket.
pub struct Socket {
    way: Way,
    began: Instant,
    patience: Duration,
    /// Octets that the system has not taken yet.
    outgoing: Vec<u8>,
    /// The peer's half ends when `outgoing` is empty.
    closing: bool,
    blocked: bool,
    received: usize,
    /// Octets from the subject after which a run is cut off.
    limit: usize,
    address: Option<Address>,
    connection_window: u64,
}

enum Way {
    /// The stream is declared before its runtime, so that it is dropped before it.
    Open(Box<dyn Stream>, Runtime),
    /// There is none, for a reason that is not the subject's, which is reported once.
    Failed(String),
    Closed,
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Socket")
    }
}

impl Socket {
    /// A link over a stream that lives on a runtime, or one that tells why there is none.
    pub fn new(stream: Result<(Box<dyn Stream>, Runtime), String>, patience: Duration) -> Self {
        Socket {
            way: stream.map_or_else(Way::Failed, |(stream, runtime)| Way::Open(stream, runtime)),
            began: Instant::now(),
            patience,
            outgoing: Vec::new(),
            closing: false,
            blocked: false,
            received: 0,
            limit: FLOOD,
            address: None,
            connection_window: DEFAULT_WINDOW.into(),
        }
    }

    /// Has requests ask for this address.
    #[must_use]
    pub fn asking_for(self, address: Address) -> Self {
        Socket { address: Some(address), ..self }
    }

    /// Takes octets without a limit, for a reader that keeps none.
    #[must_use]
    pub fn without_limit(self) -> Self {
        Socket { limit: usize::MAX, ..self }
    }

    /// Octets that the system has not taken yet.
    #[must_use]
    pub fn unsent(&self) -> usize {
        self.outgoing.len()
    }

    /// Tells the runner the subject's window of the connection, in octets.
    #[must_use]
    pub fn with_connection_window(self, octets: u64) -> Self {
        Socket { connection_window: octets, ..self }
    }
}

/// Writes what is to be written and reads what there is.
fn exchange(
    stream: &mut dyn Stream,
    outgoing: &mut Vec<u8>,
    closing: bool,
    piece: Option<&mut [u8]>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    let mut stream = Pin::new(stream);
    while !outgoing.is_empty() {
        match stream.as_mut().poll_write(cx, outgoing) {
            Poll::Ready(Ok(count)) if count > 0 => drop(outgoing.drain(..count)),
            // The subject does not listen any more. What it still has to say counts, not what it
            // missed.
            Poll::Ready(_) => outgoing.clear(),
            Poll::Pending => break,
        }
    }
    if outgoing.is_empty() {
        // An error here shows itself at reading, too.
        let _ = if closing { stream.as_mut().poll_shutdown(cx) } else { stream.as_mut().poll_flush(cx) };
    }
    let Some(piece) = piece else {
        return Poll::Pending;
    };
    let mut buffer = ReadBuf::new(piece);
    stream.poll_read(cx, &mut buffer).map_ok(|()| buffer.filled().len())
}

impl Link for Socket {
    fn write(&mut self, octets: &[u8]) {
        self.outgoing.extend_from_slice(octets);
    }

    fn close(&mut self) {
        self.closing = true;
    }

    fn block(&mut self, blocked: bool) {
        self.blocked = blocked;
    }

    fn call(&mut self, _: usize, _: &App) {
        // The subject's API is out of reach here. Cases that call it are not played over a socket.
    }

    fn advance(&mut self) -> Vec<SubjectEvent> {
        self.wait(Duration::ZERO)
    }

    fn wait(&mut self, limit: Duration) -> Vec<SubjectEvent> {
        let Way::Open(stream, runtime) = &mut self.way else {
            return match std::mem::replace(&mut self.way, Way::Closed) {
                Way::Failed(message) => vec![SubjectEvent::Harness(message)],
                _ => Vec::new(),
            };
        };
        let mut piece = vec![0; PIECE];
        let (outgoing, closing, blocked) = (&mut self.outgoing, self.closing, self.blocked);
        let read = runtime.block_on(async {
            let exchange =
                poll_fn(|cx| exchange(&mut **stream, outgoing, closing, (!blocked).then_some(&mut piece), cx));
            tokio::time::timeout(limit.max(LEAST), exchange).await
        });
        let closed = match read {
            Err(_) => return Vec::new(),
            Ok(Ok(count)) if count > 0 => {
                self.received += count;
                piece.truncate(count);
                if self.received <= self.limit {
                    return vec![SubjectEvent::Octets(piece)];
                }
                SubjectEvent::Livelock
            }
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionReset && self.received == 0 => {
                SubjectEvent::ResetUnanswered
            }
            Ok(_) => SubjectEvent::Closed,
        };
        self.way = Way::Closed;
        vec![closed]
    }

    fn address(&self, burst: &mut [Sent]) {
        if let Some(address) = &self.address {
            address.write_into(burst);
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn connection_window(&self) -> u64 {
        self.connection_window
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}
