//! The deadline of a server's handshake.

use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use super::timer::Sleep;
use crate::clock;
use crate::tuning::{self, Deadlines};

/// Until when a client may send its preface.
#[derive(Debug, Default)]
pub(crate) enum HandshakeDeadline {
    /// Not asked for yet.
    #[default]
    Unknown,
    Never,
    /// The end of the time that the client has.
    At(Box<Sleep>, Duration),
}

impl HandshakeDeadline {
    fn from_now(timeout: Duration) -> Self {
        match clock::now().checked_add(timeout) {
            Some(at) => HandshakeDeadline::At(Box::new(Sleep::until(at)), timeout),
            None => HandshakeDeadline::Never,
        }
    }

    /// The handshake waits. Returns an error if it has waited for too long.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, own: Option<&Deadlines>) -> Poll<io::Error> {
        if let HandshakeDeadline::Unknown = self {
            let process = || tuning::defaults().handshake_timeout();
            *self = Self::from_now(own.map_or_else(process, |own| own.handshake));
        }
        let HandshakeDeadline::At(sleep, timeout) = self else { return Poll::Pending };
        sleep.poll(cx, clock::now()).map(|()| {
            let what = format!("the client sent no preface within {timeout:?}");
            io::Error::new(io::ErrorKind::TimedOut, what)
        })
    }
}
