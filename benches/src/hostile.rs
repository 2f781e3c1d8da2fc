//! A hostile peer that allocates nothing while it attacks: its octets are made in one buffer that
//! all attackers share, and what it hears is read without being kept.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use h2_conformance_wire::code::{flag, kind, DEFAULT_WINDOW};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Octets of a frame's header (RFC 9113 section 4.1).
const HEADER: usize = 9;

/// The line between an attacker and its victim.
#[derive(Clone)]
pub(crate) struct Wire(Rc<RefCell<State>>);

/// The victim's end of it.
pub(crate) struct VictimEnd(Wire);

struct State {
    /// What the attacker sends; all wires share it, and one is in use at a time.
    octets: Rc<RefCell<Vec<u8>>>,
    /// How much of it the victim has read.
    read: usize,
    closed: bool,
    /// The attacker does not read its socket.
    blocked: bool,
    reader: Option<Waker>,
    heard: Heard,
}

/// What an attacker needs to know of what its victim writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard {
    /// A client's preface is still to come, so many octets of it.
    preface: usize,
    header: [u8; HEADER],
    /// Octets of the header, and then of the payload.
    have: usize,
    increment: [u8; 4],
    /// The connection's window.
    pub(crate) connection: i64,
    /// The stream that is watched, and what its window was raised by.
    pub(crate) stream: u32,
    pub(crate) raised: i64,
    /// The victim sent GOAWAY.
    pub(crate) goaway: bool,
    /// Streams that the victim ended: its responses, or its requests.
    pub(crate) ended: u64,
}

impl Heard {
    fn new(preface: usize) -> Self {
        Heard {
            preface,
            header: [0; HEADER],
            have: 0,
            increment: [0; 4],
            connection: i64::from(DEFAULT_WINDOW),
            stream: 0,
            raised: 0,
            goaway: false,
            ended: 0,
        }
    }

    fn hear(&mut self, mut octets: &[u8]) {
        let preface = self.preface.min(octets.len());
        self.preface -= preface;
        octets = &octets[preface..];
        while !octets.is_empty() {
            if self.have < HEADER {
                let part = (HEADER - self.have).min(octets.len());
                self.header[self.have..self.have + part].copy_from_slice(&octets[..part]);
                self.have += part;
                octets = &octets[part..];
            }
            if self.have >= HEADER {
                let length = u32::from_be_bytes([0, self.header[0], self.header[1], self.header[2]]) as usize;
                let part = (HEADER + length - self.have).min(octets.len());
                if self.header[3] == kind::WINDOW_UPDATE && length == 4 {
                    let at = self.have - HEADER;
                    self.increment[at..at + part].copy_from_slice(&octets[..part]);
                }
                self.have += part;
                octets = &octets[part..];
                if self.have == HEADER + length {
                    self.frame();
                    self.have = 0;
                }
            }
        }
    }

    fn frame(&mut self) {
        let [.., a, b, c, d] = self.header;
        let stream = u32::from_be_bytes([a, b, c, d]);
        match self.header[3] {
            kind::GOAWAY => self.goaway = true,
            kind::DATA | kind::HEADERS => self.ended += u64::from(self.header[4] & flag::END_STREAM),
            kind::WINDOW_UPDATE => {
                let increment = i64::from(u32::from_be_bytes(self.increment));
                if stream == 0 {
                    self.connection += increment;
                } else if stream == self.stream {
                    self.raised += increment;
                }
            }
            _ => {}
        }
    }
}

impl Wire {
    /// A line on which `octets` are sent; `preface` octets go before the victim's frames.
    pub(crate) fn new(octets: Rc<RefCell<Vec<u8>>>, preface: usize) -> Self {
        let read = octets.borrow().len();
        let heard = Heard::new(preface);
        Wire(Rc::new(RefCell::new(State { octets, read, closed: false, blocked: false, reader: None, heard })))
    }

    pub(crate) fn victim(&self) -> VictimEnd {
        VictimEnd(self.clone())
    }

    /// What is in the shared buffer is sent.
    pub(crate) fn send(&self) {
        let mut state = self.0.borrow_mut();
        state.read = 0;
        state.wake();
    }

    /// Whether the victim has read all that was sent.
    pub(crate) fn is_read(&self) -> bool {
        let state = self.0.borrow();
        let sent = state.octets.borrow().len();
        state.read >= sent
    }

    /// The attacker is gone.
    pub(crate) fn close(&self) {
        let mut state = self.0.borrow_mut();
        state.closed = true;
        state.wake();
    }

    /// The attacker reads its socket no more.
    pub(crate) fn block(&self) {
        self.0.borrow_mut().blocked = true;
    }

    pub(crate) fn heard(&self) -> Heard {
        self.0.borrow().heard
    }

    /// Watches the window of another stream.
    pub(crate) fn track(&self, stream: u32) {
        let heard = &mut self.0.borrow_mut().heard;
        (heard.stream, heard.raised) = (stream, 0);
    }

    /// DATA is sent that uses up so much.
    pub(crate) fn spend(&self, octets: usize) {
        let heard = &mut self.0.borrow_mut().heard;
        heard.connection -= octets as i64;
        heard.raised -= octets as i64;
    }
}

impl State {
    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

impl AsyncRead for VictimEnd {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let state = &mut *self.0 .0.borrow_mut();
        let octets = state.octets.borrow();
        let rest = octets.get(state.read..).unwrap_or_default();
        if rest.is_empty() && !state.closed {
            state.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let length = rest.len().min(buf.remaining());
        buf.put_slice(&rest[..length]);
        state.read += length;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for VictimEnd {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let state = &mut *self.0 .0.borrow_mut();
        if state.blocked {
            // Never again: nothing needs to be woken.
            return Poll::Pending;
        }
        state.heard.hear(octets);
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use h2_conformance_wire::build::{get, goaway, post, settings, window_update};
    use h2_conformance_wire::PREFACE;

    use super::*;

    #[test]
    fn windows_are_heard_however_the_octets_are_cut() {
        let mut octets = PREFACE.to_vec();
        for frame in [settings().with(4, 70_000), window_update(0, 1000), window_update(3, 500), window_update(5, 7)] {
            frame.encode(&mut octets);
        }
        for size in [1, 5, 13, 1000] {
            let wire = Wire::new(Rc::default(), PREFACE.len());
            wire.track(3);
            wire.spend(35);
            octets.chunks(size).for_each(|part| wire.0.borrow_mut().heard.hear(part));
            let heard = wire.heard();
            assert_eq!((heard.connection, heard.raised, heard.goaway), (65_535 + 1000 - 35, 500 - 35, false));
            wire.0.borrow_mut().heard.hear(&goaway(0, 11).to_bytes());
            assert!(wire.heard().goaway);
            wire.0.borrow_mut().heard.hear(&get(1).to_bytes());
            wire.0.borrow_mut().heard.hear(&post(3).to_bytes());
            assert_eq!(wire.heard().ended, 1);
        }
    }
}
