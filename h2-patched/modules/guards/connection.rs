//! What a connection does when its peer floods.

use std::task::Context;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Connection;
use crate::guards::{Overdrawn, Slowed};
use crate::proto::{Error, Peer};

use bytes::Buf;

impl<T, P, B> Connection<T, P, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    P: Peer,
    B: Buf,
{
    /// Whether nothing is read for now, because the peer floods. The clock is not read if it does
    /// not.
    #[inline]
    pub(super) fn is_slowed(&mut self, is_flooded: bool, cx: &mut Context<'_>) -> Result<bool, Error> {
        if is_flooded || self.inner.slowed.is_some() || self.codec.guard_mut().is_overdrawn() {
            return self.slow_down(cx);
        }
        Ok(false)
    }

    #[cold]
    fn slow_down(&mut self, cx: &mut Context<'_>) -> Result<bool, Error> {
        if self.inner.slowed.as_mut().is_some_and(|slowed| slowed.is_paused(cx)) {
            return Ok(true);
        }
        let of_frames = self.codec.guard_mut().overdrawn();
        let of_streams = self.inner.streams.overdrawn();
        let longest = of_frames.into_iter().chain(of_streams).max_by_key(|overdrawn| overdrawn.pause);
        match longest {
            Some(overdrawn) => self.pause(overdrawn, cx),
            None => {
                self.forgive();
                Ok(false)
            }
        }
    }

    fn pause(&mut self, overdrawn: Overdrawn, cx: &mut Context<'_>) -> Result<bool, Error> {
        if self.inner.slowed.is_none() {
            self.codec.frame_counter().flood_slowed(overdrawn.kind);
        }
        let slowed = self.inner.slowed.get_or_insert_with(|| Box::new(Slowed::new(overdrawn.kind)));
        slowed.pause(overdrawn, cx)
    }

    /// A peer that has stopped is as any other.
    fn forgive(&mut self) {
        if let Some(slowed) = &self.inner.slowed {
            let kind = slowed.kind();
            if self.codec.guard_mut().is_half_full(kind) && self.inner.streams.is_half_full(kind) {
                self.inner.slowed = None;
            }
        }
    }
}
