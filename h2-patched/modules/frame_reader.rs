//! Reads frames from a transport (RFC 9113 section 4.1) into a buffer whose allocation is known.
//!
//! The payload of a DATA frame is handed out as a slice of the read buffer and keeps the whole
//! allocation alive. The receive queue has to know how much memory that is, and `BytesMut` does not
//! say. This reader therefore makes every allocation itself, or has it made where its size is
//! known.

use bytes::BytesMut;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{cmp, io};
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

use crate::frame::{Reason, DEFAULT_MAX_FRAME_SIZE, HEADER_LEN};
use crate::proto::Error;

/// The size of a read buffer as long as no larger frame comes, in bytes.
pub(super) const BUFFER: usize = 8 << 10;

/// The largest read buffer that is kept for smaller frames, in bytes.
const KEPT: usize = 64 << 10;

/// What one poll of a connection reads, in octets: then what is to be written gets its turn.
const TURN: usize = 1 << 20;

/// What a frame counts at least in it, in octets.
const LEAST_COST: usize = TURN / 128;

/// One allocation of a read buffer. The default is that of a frame that was not read: it has no
/// bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allocation {
    bytes: u32,
    /// Allocations that follow each other have different numbers.
    number: u32,
}

impl Allocation {
    pub(crate) fn new(bytes: usize, number: u32) -> Self {
        Allocation { bytes: u32::try_from(bytes).unwrap_or(u32::MAX), number }
    }

    #[inline]
    pub(crate) fn bytes(self) -> usize {
        self.bytes as usize
    }
}

/// A frame with its header, and the allocation that it is a slice of.
#[derive(Debug)]
pub(super) struct Delimited {
    pub(super) octets: BytesMut,
    pub(super) allocation: Allocation,
}

#[derive(Debug)]
pub(super) struct FrameReader<T> {
    io: T,
    /// The octets that were read and not handed out. The rest of its allocation lies behind it, no
    /// octet of it before the slice.
    buffer: BytesMut,
    /// The allocation behind `buffer`.
    allocation: Allocation,
    max_payload: usize,
    /// The length of the next frame with its header, once the header was read and accepted; 0
    /// before.
    frame: usize,
    /// There may be a frame in the buffer.
    is_readable: bool,
    is_eof: bool,
    has_failed: bool,
    /// What may still be read in this turn, in octets.
    left: usize,
    /// Reads that gave something.
    reads: u64,
}

/// The error for a frame that is longer than was allowed (RFC 9113 section 4.2). What looks like
/// one may be an answer in HTTP/1.
#[cold]
fn too_large(read: &[u8]) -> Error {
    if read.starts_with(b"HTTP/1.") {
        return Error::library_go_away_data(Reason::FRAME_SIZE_ERROR, "the peer answered with HTTP/1");
    }
    Error::library_go_away(Reason::FRAME_SIZE_ERROR)
}

impl<T> FrameReader<T> {
    pub(super) fn new(io: T) -> Self {
        let buffer = BytesMut::with_capacity(BUFFER);
        FrameReader {
            io,
            allocation: Allocation::new(buffer.capacity(), 0),
            buffer,
            max_payload: DEFAULT_MAX_FRAME_SIZE as usize,
            frame: 0,
            is_readable: false,
            is_eof: false,
            has_failed: false,
            left: usize::MAX,
            reads: 0,
        }
    }

    /// How often the transport gave something.
    pub(super) fn reads(&self) -> u64 {
        self.reads
    }

    pub(super) fn get_ref(&self) -> &T {
        &self.io
    }

    pub(super) fn get_mut(&mut self) -> &mut T {
        &mut self.io
    }

    pub(super) fn max_frame_size(&self) -> usize {
        self.max_payload
    }

    /// Sets the largest payload of a frame. A frame whose header was read before is held to the
    /// former limit.
    pub(super) fn set_max_frame_size(&mut self, octets: usize) {
        self.max_payload = octets;
    }

    /// Begins a poll of the connection. After [`TURN`] octets of frames, ignored ones included,
    /// [`Self::poll_frame`] wakes the task and is pending until the next one begins.
    pub(super) fn begin_turn(&mut self) {
        self.left = TURN;
    }

    /// Takes the next frame out of the buffer if all of it was read.
    #[inline]
    fn next(&mut self) -> Result<Option<Delimited>, Error> {
        if self.frame == 0 {
            let Some(&[a, b, c, ..]) = self.buffer.first_chunk::<HEADER_LEN>() else { return Ok(None) };
            let payload = u32::from_be_bytes([0, a, b, c]) as usize;
            if payload > self.max_payload {
                return Err(too_large(&self.buffer));
            }
            self.frame = HEADER_LEN + payload;
        }
        if self.buffer.len() < self.frame {
            return Ok(None);
        }
        let octets = self.buffer.split_to(self.frame);
        self.frame = 0;
        Ok(Some(Delimited { octets, allocation: self.allocation }))
    }

    /// Makes room for the rest of the next frame, or of its header.
    #[inline]
    fn make_room(&mut self) {
        let whole = cmp::max(self.frame, HEADER_LEN);
        let is_idle = self.buffer.is_empty() && self.frame == 0;
        if self.buffer.capacity() < whole || (is_idle && self.allocation.bytes() > KEPT) {
            self.renew(whole);
        }
    }

    fn renew(&mut self, whole: usize) {
        let len = self.buffer.len();
        let allocated = self.allocation.bytes();
        let consumed = allocated - self.buffer.capacity();
        let suffices = allocated >= whole && consumed >= len;
        if suffices && (allocated <= KEPT || allocated / 2 <= whole) {
            // Moves the octets to the front if no frame shares the allocation, or makes another one
            // of the same size: in both cases `buffer` begins where its allocation begins.
            self.buffer.reserve(allocated - len);
        } else {
            // With a large frame comes the header of the next one. Frames of one size then fill one
            // allocation each.
            let mut buffer = BytesMut::with_capacity(cmp::max(whole + HEADER_LEN, BUFFER));
            buffer.extend_from_slice(&self.buffer);
            self.buffer = buffer;
        }
        self.allocation = Allocation::new(self.buffer.capacity(), self.allocation.number.wrapping_add(1));
    }
}

impl<T: AsyncRead + Unpin> FrameReader<T> {
    /// Returns the next frame; `None` at the end of the transport, and once after an error.
    pub(super) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Delimited, Error>>> {
        loop {
            if self.has_failed {
                self.has_failed = false;
                self.is_readable = false;
                return Poll::Ready(None);
            }
            if self.is_readable {
                if self.left == 0 {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                match self.next() {
                    Ok(Some(frame)) => {
                        self.left = self.left.saturating_sub(cmp::max(frame.octets.len(), LEAST_COST));
                        return Poll::Ready(Some(Ok(frame)));
                    }
                    Ok(None) => self.is_readable = false,
                    Err(error) => return self.fail(error),
                }
            }
            self.make_room();
            match ready!(poll_read_buf(Pin::new(&mut self.io), cx, &mut self.buffer)) {
                Ok(0) if self.is_eof || self.buffer.is_empty() => {
                    self.is_eof = true;
                    return Poll::Ready(None);
                }
                Ok(0) => {
                    self.is_eof = true;
                    return self.fail(io::Error::other("bytes remaining on stream").into());
                }
                Ok(_) => {
                    self.reads += 1;
                    self.is_eof = false;
                    self.is_readable = true;
                }
                Err(error) => return self.fail(error.into()),
            }
        }
    }

    #[cold]
    fn fail(&mut self, error: Error) -> Poll<Option<Result<Delimited, Error>>> {
        self.has_failed = true;
        Poll::Ready(Some(Err(error)))
    }
}
