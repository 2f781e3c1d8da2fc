//! The scheduler's state of one stream.

use super::super::stream::Stream;
use super::fair_queueing::{FlowTime, Recent};
use super::queues::{Links, SendQueue};
use super::stall::Stall;
use super::window::Window;
use crate::frame::Reason;
use crate::proto::WindowSize;
use std::task::{Context, Waker};

/// All sizes in octets.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// The stream's window (RFC 9113 section 6.9.1).
    pub(crate) window: Window,
    /// What the application announced to send beyond what it handed over.
    pub(super) reserved: WindowSize,
    /// The part of that which the application may hand over now: its capacity.
    pub(super) advertised: WindowSize,
    /// Whether the capacity grew since the application asked last.
    pub(super) grew: bool,
    /// The octets of buffered data that the stream's window allows.
    pub(super) sendable: WindowSize,
    /// The first frame in its queue, or the rest of one that is being written.
    pub(super) head: Head,
    /// The codec has the rest of its first frame.
    pub(super) is_in_flight: bool,
    /// Whether the stream is released without a frame, because the peer never heard of it.
    pub(super) withdrawn: bool,
    /// What it had queued is gone.
    pub(super) is_cleared: bool,
    /// Whether what the stream buffers does not count against the budget.
    pub(super) apart: bool,
    /// The peer has sent END_STREAM: after a complete message of ours nothing is left to be reset.
    pub(super) peer_ended: bool,
    pub(super) links: Links,
    /// The stream's task waits until nothing is queued.
    pub(super) awaits_drain: bool,
    /// The task that waits until the stream is opened or withdrawn. It is not the task of the
    /// stream's own handle.
    pub(super) open_task: Option<Waker>,
    pub(super) flow_time: FlowTime,
    pub(super) recent: Recent,
    /// The current stall. A stream that waits for nothing has none.
    pub(super) stall: Option<Box<Stall>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    Nothing,
    /// Octets that need credit.
    Data,
    /// Anything else, DATA without octets too.
    Control,
}

/// What a stream waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// The peer's limit of concurrent streams.
    Open,
    /// Nothing but its turn to write.
    Turn,
    /// The connection's window, for buffered data.
    Credit,
    /// Capacity, for what it reserved.
    Capacity,
}

impl Outgoing {
    pub(crate) fn new(window: WindowSize) -> Self {
        Outgoing {
            window: Window::new(window),
            reserved: 0,
            advertised: 0,
            grew: false,
            sendable: 0,
            head: Head::Nothing,
            is_in_flight: false,
            withdrawn: false,
            is_cleared: false,
            apart: false,
            peer_ended: false,
            links: Links::default(),
            awaits_drain: false,
            open_task: None,
            flow_time: FlowTime::default(),
            recent: Recent::default(),
            stall: None,
        }
    }

    /// What the application may send now.
    pub(crate) fn capacity(&self) -> WindowSize {
        self.advertised
    }

    /// Whether the capacity grew since this was asked last.
    pub(crate) fn take_growth(&mut self) -> bool {
        std::mem::take(&mut self.grew)
    }

    /// Whether it waits for the peer's limit of concurrent streams.
    #[inline]
    pub(crate) fn is_pending_open(&self) -> bool {
        self.links.queue() == Some(SendQueue::Open)
    }

    /// Returns the least window of the connection with which an exhausted stream gets more
    /// capacity: the whole of what it wants, or twice what it has. So it does not get single octets
    /// each time the window grows by as much.
    #[inline]
    pub(super) fn exhausted_below(&self, limit: WindowSize) -> WindowSize {
        limit.min(self.advertised.saturating_mul(2))
    }

    /// Returns the rank of a stream that cannot be served yet: the window that it needs, or its
    /// flow time after its advertised capacity.
    #[inline]
    pub(super) fn rank(&self, queue: SendQueue, limit: WindowSize) -> u64 {
        match queue {
            SendQueue::Exhausted => self.exhausted_below(limit).into(),
            _ => self.flow_time.after(self.advertised),
        }
    }

    /// Whether the rank of the stream is out of date.
    #[inline]
    pub(super) fn is_misplaced(&self, queue: SendQueue, limit: WindowSize) -> bool {
        self.links.rank().is_some_and(|rank| rank != self.rank(queue, limit))
    }

    pub(crate) fn peer_ended(&mut self) {
        self.peer_ended = true;
    }

    /// Wakes the task when the stream is opened or will never be.
    pub(crate) fn wait_open(&mut self, cx: &Context) {
        self.open_task = Some(cx.waker().clone());
    }

    /// Wakes the task that waits until the stream is opened, because it was opened or never will
    /// be.
    pub(super) fn wake_opener(&mut self) {
        if let Some(task) = self.open_task.take() {
            task.wake();
        }
    }

    /// Whether it is let go without a frame.
    pub(crate) fn is_withdrawn(&self) -> bool {
        self.withdrawn
    }

    /// Whether the stream is in a send queue.
    #[inline]
    pub(crate) fn is_queued(&self) -> bool {
        self.links.queue().is_some()
    }
}

impl Stream {
    /// Whether what it has queued is to be discarded and a reset sent. After NO_ERROR all of it is
    /// sent first, because that reset follows a complete response (RFC 9113 section 8.1).
    #[inline]
    pub(super) fn is_cancelled(&self) -> bool {
        self.state.get_scheduled_reset().is_some_and(|reason| reason != Reason::NO_ERROR)
    }

    /// Whether frames of it are not written yet.
    pub(in crate::proto::streams) fn has_unsent(&self) -> bool {
        !self.pending_send.is_empty() || self.buffered_send_data > 0
    }

    /// Returns the octets of buffered data that the stream's window allows now.
    #[inline]
    pub(super) fn sendable(&self) -> WindowSize {
        if !self.is_send_ready() || self.is_cancelled() || self.outgoing.withdrawn {
            return 0;
        }
        self.buffered_send_data.min(self.outgoing.window.octets() as usize) as WindowSize
    }

    /// Returns the limit of advertised capacity: what is reserved, within the stream's window and
    /// the buffer.
    #[inline]
    pub(super) fn capacity_limit(&self, max_buffer_size: usize) -> WindowSize {
        if !self.is_send_ready() || !self.state.is_send_streaming() {
            return 0;
        }
        let room = max_buffer_size.min(self.outgoing.window.octets() as usize);
        self.outgoing.reserved.min(room.saturating_sub(self.buffered_send_data) as WindowSize)
    }

    /// Returns what the stream would send if it could: its data and what it reserved.
    #[inline]
    pub(super) fn demand(&self) -> usize {
        self.buffered_send_data + self.outgoing.reserved as usize
    }

    /// Wakes the task when all is in frames.
    pub(crate) fn wait_drained(&mut self, cx: &Context) {
        self.outgoing.awaits_drain = true;
        self.wait_send(cx);
    }

    /// Returns what the stream waits for, if anything: first for its data, then for capacity that
    /// it reserved.
    #[inline]
    pub(super) fn waits_for(&self, capacity_limit: WindowSize) -> Option<Wait> {
        if self.outgoing.withdrawn {
            return (!self.outgoing.is_cleared).then_some(Wait::Turn);
        }
        let has_head = self.outgoing.head != Head::Nothing;
        if self.outgoing.is_pending_open() && has_head && !self.state.is_reset() {
            return Some(Wait::Open);
        }
        if self.is_pending_push {
            return None;
        }
        match self.outgoing.head {
            Head::Control => Some(Wait::Turn),
            Head::Data if self.is_cancelled() => Some(Wait::Turn),
            Head::Data if self.outgoing.window.octets() == 0 || self.outgoing.is_in_flight => None,
            Head::Data => Some(Wait::Credit),
            Head::Nothing if self.state.is_scheduled_reset() => Some(Wait::Turn),
            Head::Nothing if capacity_limit > self.outgoing.advertised => Some(Wait::Capacity),
            Head::Nothing => None,
        }
    }
}
