//! Between client and server: passes octets on as they come and counts the frames of RFC 9113
//! section 4.1 in them.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::{in_time, Error};

const PREFACE: usize = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len();
const HEADER: usize = 9;

/// Types of frames, RFC 9113 section 6.
const DATA: u8 = 0x0;
const SETTINGS: u8 = 0x4;
const WINDOW_UPDATE: u8 = 0x8;

/// The window of each connection before its first WINDOW_UPDATE, in octets (RFC 9113 section
/// 6.9.2).
const FIRST_WINDOW: u64 = 65_535;

/// What passed of one connection.
#[derive(Clone, Debug, Default)]
pub struct Wire {
    /// From the client to the server: the server grants it.
    pub up: Way,
    /// From the server to the client.
    pub down: Way,
}

/// Content that went one way, and the connection's window for it.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Octets of DATA.
    pub octets: u64,
    /// Increments of the connection's WINDOW_UPDATE frames, in octets, which went the other way.
    pub increments: Vec<u32>,
}

impl Way {
    /// What the receiver granted at the beginning: the window that its library set.
    #[must_use]
    pub fn first_window(&self) -> u64 {
        FIRST_WINDOW + self.increments.first().map_or(0, |octets| u64::from(*octets))
    }

    /// The increments after that.
    #[must_use]
    pub fn updates(&self) -> &[u32] {
        self.increments.get(1..).unwrap_or_default()
    }

    /// What the sender may send now.
    #[must_use]
    pub fn window(&self) -> u64 {
        let granted = FIRST_WINDOW + self.increments.iter().copied().map(u64::from).sum::<u64>();
        granted.saturating_sub(self.octets)
    }
}

/// A proxy before a server; clients connect to its address.
#[derive(Debug)]
pub struct Proxy {
    pub address: SocketAddr,
    connections: watch::Receiver<Vec<watch::Receiver<Wire>>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// # Errors
    /// When there is no port to be had.
    pub async fn before(server: SocketAddr) -> Result<Proxy, Error> {
        Proxy::with_delay(server, || {}).await
    }

    /// Calls `delay` whenever SETTINGS have come, before they are passed on.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub async fn with_delay(server: SocketAddr, delay: fn()) -> Result<Proxy, Error> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (list, connections) = watch::channel(Vec::new());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(server).await else {
                    // The client sees its connection closed.
                    continue;
                };
                let (wire, seen) = watch::channel(Wire::default());
                list.send_modify(|list| list.push(seen));
                let (client, server) = (client.into_split(), server.into_split());
                tokio::spawn(pass(client.0, server.1, Frames::new(PREFACE), wire.clone(), delay, |wire| {
                    (&mut wire.up, &mut wire.down)
                }));
                tokio::spawn(pass(server.0, client.1, Frames::new(0), wire, delay, |wire| {
                    (&mut wire.down, &mut wire.up)
                }));
            }
        });
        Ok(Proxy { address, connections, task })
    }

    /// What has passed so far of the connection that was made last.
    ///
    /// # Panics
    /// If there was none.
    #[must_use]
    pub fn last(&self) -> Wire {
        self.connections.borrow().last().expect("a client has connected").borrow().clone()
    }

    /// Waits until what passed of the connection that was made last is as `is_there` says.
    ///
    /// # Errors
    /// When that takes too long, or the connection ends before.
    pub async fn passed(&self, what: &str, is_there: impl FnMut(&Wire) -> bool) -> Result<Wire, Error> {
        let last = self.connections.borrow().last().cloned();
        let mut last = last.ok_or("no client has connected")?;
        let wire = in_time(what, last.wait_for(is_there)).await?;
        Ok(wire.map(|wire| wire.clone())?)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Passes on what one side sends: the first of `ways` is that of its content, the second that for
/// which it grants windows.
async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut frames: Frames,
    wire: watch::Sender<Wire>,
    delay: fn(),
    ways: fn(&mut Wire) -> (&mut Way, &mut Way),
) {
    let mut octets = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut octets).await {
        wire.send_modify(|wire| {
            let (sent, granted) = ways(wire);
            frames.feed(&octets[..read], |frame| match frame {
                Frame::Data(octets) => sent.octets += u64::from(octets),
                Frame::ConnectionUpdate(increment) => granted.increments.push(increment),
                Frame::Settings => delay(),
            });
        });
        if to.write_all(&octets[..read]).await.is_err() {
            return;
        }
    }
    // One side has closed. So does the other, which sees this.
    drop(to.shutdown().await);
}

/// Finds frames in octets that come in pieces of any size.
struct Frames {
    /// Octets to pass over: of the preface, or of a payload.
    skip: usize,
    /// What there is of a header and, of a WINDOW_UPDATE, its payload.
    head: Vec<u8>,
}

/// A frame that counts here, with its octets of content or its increment.
#[derive(Debug, PartialEq)]
enum Frame {
    Data(u32),
    ConnectionUpdate(u32),
    Settings,
}

impl Frames {
    fn new(preface: usize) -> Self {
        Frames { skip: preface, head: Vec::new() }
    }

    fn feed(&mut self, mut octets: &[u8], mut found: impl FnMut(Frame)) {
        while !octets.is_empty() {
            if self.skip > 0 {
                let skipped = self.skip.min(octets.len());
                self.skip -= skipped;
                octets = &octets[skipped..];
                continue;
            }
            self.head.push(octets[0]);
            octets = &octets[1..];
            if self.head.len() >= HEADER {
                self.header(&mut found);
            }
        }
    }

    fn header(&mut self, found: &mut impl FnMut(Frame)) {
        let head = &self.head;
        let number =
            |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]) & (u32::MAX >> 1);
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        match head[3] {
            DATA => found(Frame::Data(length)),
            SETTINGS => found(Frame::Settings),
            WINDOW_UPDATE if head.len() < HEADER + 4 => return,
            WINDOW_UPDATE if number(5) == 0 => found(Frame::ConnectionUpdate(number(HEADER))),
            _ => {}
        }
        self.skip = HEADER + length as usize - head.len();
        self.head.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_wherever_they_are_cut() {
        let mut octets = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        octets.extend([0, 0, 0, SETTINGS, 0, 0, 0, 0, 0]);
        octets.extend([0, 0, 4, WINDOW_UPDATE, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
        octets.extend([0, 0, 4, WINDOW_UPDATE, 0, 0, 0, 0, 1, 0, 2, 0, 0]);
        octets.extend([0, 0, 3, DATA, 1, 0, 0, 0, 1, 7, 8, 9]);
        octets.extend([0, 0, 0, DATA, 1, 0, 0, 0, 3]);
        for piece in 1..=octets.len() {
            let (mut frames, mut found) = (Frames::new(PREFACE), Vec::new());
            octets.chunks(piece).for_each(|piece| frames.feed(piece, |frame| found.push(frame)));
            let expected = [Frame::Settings, Frame::ConnectionUpdate(1 << 16), Frame::Data(3), Frame::Data(0)];
            assert_eq!(found, expected, "pieces of {piece}");
        }
    }

    #[test]
    fn a_window_is_what_was_granted_and_not_used() {
        let way = Way { octets: 70_000, increments: vec![10_000, 5_000] };
        assert_eq!((way.first_window(), way.window(), way.updates()), (75_535, 10_535, &[5_000][..]));
    }
}
