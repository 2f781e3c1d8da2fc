//! What a connection tells its deadlines, and what it does when one passes.

use bytes::{Buf, Bytes};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Connection, ConnectionInner, State};
use crate::frame::{GoAway, Reason, StreamId};
use crate::liveness::{Action, DeadlineKind, Facts, Liveness, Stage};
use crate::proto::streams::Use;
use crate::proto::{Error, Initiator, Peer};

/// Reads of a connection that waits for the peer's end, in one poll.
const READS_A_POLL: usize = 16;

impl<P, B> ConnectionInner<P, B>
where
    P: Peer,
    B: Buf,
{
    /// Whether there may be a deadline.
    #[inline]
    fn has_deadlines(&self) -> bool {
        self.liveness.is_some() || self.go_away.is_going_away() || matches!(self.state, State::Closing(..))
    }

    fn stage(&self) -> Stage {
        if self.is_lingering {
            Stage::Lingering
        } else if self.go_away.is_closing() || matches!(self.state, State::Closing(..)) {
            Stage::Closing
        } else if self.go_away.should_close_on_idle() {
            Stage::Draining
        } else if self.go_away.is_going_away() {
            Stage::Announced
        } else {
            Stage::Open
        }
    }

    /// Begins a graceful shutdown, or goes on to its next step.
    pub(super) fn shut_down(&mut self) {
        match self.stage() {
            Stage::Open if P::r#dyn().is_server() => {
                // New requests may be on their way. The PING tells when they have come.
                self.as_dyn().go_away(StreamId::MAX, Reason::NO_ERROR);
                self.ping_pong.ping_shutdown();
            }
            Stage::Open => self.finish_shutdown(),
            // A program may call this in a loop.
            Stage::Announced if self.was_announced_before() => self.finish_shutdown(),
            _ => {}
        }
    }

    /// Whether the shutdown was announced a second ago, or earlier.
    fn was_announced_before(&self) -> bool {
        self.liveness.as_ref().is_some_and(|liveness| liveness.in_stage_for() >= Duration::from_secs(1))
    }

    /// Sends the final GOAWAY: it names the last stream of the peer that is served.
    fn finish_shutdown(&mut self) {
        let mut me = self.as_dyn();
        let last = me.streams.last_processed_id();
        if P::r#dyn().is_server() {
            me.go_away(last, Reason::NO_ERROR);
        } else {
            // The streams of a client have higher identifiers, and go on.
            me.go_away.go_away(GoAway::new(last, Reason::NO_ERROR));
        }
        me.go_away.set_final();
    }

    /// Ends the connection with GOAWAY.
    fn close(&mut self, deadline: DeadlineKind) {
        match deadline {
            DeadlineKind::Handshake | DeadlineKind::SettingsAck => {
                let what = Bytes::from_static(deadline.words().as_bytes());
                self.as_dyn().handle_go_away(Reason::SETTINGS_TIMEOUT, what, Initiator::Library);
            }
            // The peer did nothing wrong: it had notice.
            _ => {
                let mut me = self.as_dyn();
                me.streams.handle_error(Error::library_go_away_data(Reason::NO_ERROR, deadline.words().as_bytes()));
                me.go_away_now(Reason::NO_ERROR);
            }
        }
    }

    /// Ends the connection where nothing more can be written. Returns the error, unless one is
    /// known already.
    fn abandon(&mut self, deadline: DeadlineKind) -> Result<(), Error> {
        let (reason, initiator) = match self.state {
            State::Closing(reason, initiator) => (reason, initiator),
            _ if self.go_away.is_user_initiated() => (Reason::NO_ERROR, Initiator::Library),
            _ if deadline == DeadlineKind::Flush => {
                let reason = self.go_away.going_away().map_or(Reason::NO_ERROR, |sent| sent.reason());
                (reason, Initiator::Library)
            }
            _ => {
                let error = Error::Io(io::ErrorKind::TimedOut, Some(deadline.words().to_owned()));
                self.as_dyn().streams.handle_error(error.clone());
                self.state = State::Closed(Reason::NO_ERROR, Initiator::Library);
                return Err(error);
            }
        };
        self.state = State::Closed(reason, initiator);
        Ok(())
    }
}

impl<T, P, B> Connection<T, P, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    P: Peer,
    B: Buf,
{
    /// Polls the connection, and does what is due by its deadlines.
    #[inline]
    pub(super) fn poll_with_deadlines(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
            let polled = self.poll_once(cx);
            if polled.is_ready() || !self.inner.has_deadlines() {
                return polled;
            }
            match self.meet_deadline(cx) {
                Ok(true) => {}
                Ok(false) => return Poll::Pending,
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    /// Returns whether a deadline passed, so that there is something to do.
    #[inline(never)]
    fn meet_deadline(&mut self, cx: &mut Context<'_>) -> Result<bool, Error> {
        let facts = self.facts();
        let inner: &mut ConnectionInner<P, B> = &mut self.inner;
        let ConnectionInner { liveness, deadlines, .. } = inner;
        let liveness = liveness
            .get_or_insert_with(|| Box::new(Liveness::new(deadlines.as_deref().copied().unwrap_or_default(), &facts)));
        let Some(action) = liveness.poll(cx, &facts) else { return Ok(false) };
        if let Some(deadline) = action.deadline() {
            tracing::debug!(?deadline, "a deadline passed");
            self.codec.frame_counter().deadline_passed(deadline);
        }
        let inner: &mut ConnectionInner<P, B> = &mut self.inner;
        match action {
            Action::Ping => inner.ping_pong.probe(),
            Action::ResetStalledStreams(timeout) => {
                if let Some(liveness) = &mut inner.liveness {
                    let (resets, longest) = inner.streams.reset_stalled(timeout, liveness.now());
                    liveness.stalled_streams_checked(longest);
                    self.codec.frame_counter().stream_deadlines_passed(resets);
                }
            }
            Action::ShutDown(deadline) => {
                if !P::r#dyn().is_server() {
                    let what = deadline.words().as_bytes();
                    inner.streams.take_no_more(Error::library_go_away_data(Reason::NO_ERROR, what));
                }
                inner.shut_down();
            }
            Action::FinishShutdown => inner.finish_shutdown(),
            Action::Close(deadline) => inner.close(deadline),
            Action::Abandon(deadline) => inner.abandon(deadline)?,
        }
        Ok(true)
    }

    /// Waits for the end of the peer's side, if that is set. What comes before it is discarded.
    pub(super) fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.inner.is_lingering {
            if self.inner.deadlines.as_deref().copied().unwrap_or_default().close.is_zero() {
                return Poll::Ready(());
            }
            self.inner.is_lingering = true;
        }
        let mut discarded = [0; 4 << 10];
        for _ in 0..READS_A_POLL {
            let mut discarded = ReadBuf::new(&mut discarded);
            match ready!(Pin::new(self.codec.get_mut()).poll_read(cx, &mut discarded)) {
                Ok(()) if !discarded.filled().is_empty() => {}
                _ => return Poll::Ready(()),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn facts(&self) -> Facts {
        let inner: &ConnectionInner<P, B> = &self.inner;
        let ConnectionInner { streams, settings, liveness, .. } = inner;
        let watches_stalls = liveness.as_ref().is_some_and(|liveness| liveness.watches_stalls());
        let Use { has_streams, has_stalled_streams, streams, round_trip } = streams.look_at_use(watches_stalls);
        let (written, is_blocked) = self.codec.written();
        Facts {
            stage: self.inner.stage(),
            reads: self.codec.reads(),
            written,
            is_blocked,
            has_streams,
            has_stalled_streams,
            streams,
            has_settings: settings.has_received(),
            awaits_ack: settings.awaits_ack(),
            round_trip,
        }
    }
}
