//! How often a peer may do what costs this end more than it costs the peer.
//!
//! Each kind of cost has a token bucket. It is refilled by time, and by work that serves the
//! application. A peer that goes on at a pace that a conforming peer can have never empties it. A
//! flood empties it, and ends the connection with ENHANCE_YOUR_CALM.
//!
//! A setting of the release that a program changes is a limit for the life of the connection, as
//! the release has it, and takes the place of the bucket.

mod bucket;

pub(super) use self::bucket::{Buckets, Cost};

use super::Counts;
use crate::frame::Reason;
use crate::proto::{Error, DEFAULT_LOCAL_RESET_COUNT_MAX};

/// Tokens of [`Cost::EmptyData`] that a stream gives back when it is opened, and a DATA frame with
/// content when it comes.
const EMPTY_FRAMES: u32 = 2;

/// Tokens of [`Cost::StreamError`] that a stream of our own gives back: an error of its message,
/// and one of frames behind the end of it.
const ERRORS: u32 = 2;

impl Counts {
    /// Whether errors of streams and refused streams are charged to their buckets.
    pub(super) fn are_errors_charged_by_rate(&self) -> bool {
        self.max_local_error_reset_streams == Some(DEFAULT_LOCAL_RESET_COUNT_MAX)
    }

    /// A stream of the peer is about to be refused.
    pub(in crate::proto::streams) fn charge_refusal(&mut self) -> Result<(), Error> {
        let (has_room, kind) = if self.are_errors_charged_by_rate() {
            (self.guards.charge(Cost::Refusal), "too_many_refused_streams")
        } else {
            let has_room = self.can_inc_num_local_error_resets();
            if has_room {
                self.inc_num_local_error_resets();
            }
            (has_room, "too_many_internal_resets")
        };
        match has_room {
            true => Ok(()),
            false => Err(Error::library_go_away_data(Reason::ENHANCE_YOUR_CALM, kind)),
        }
    }

    /// This end opened a stream: a peer cannot cause more errors on such streams than there are.
    #[inline]
    pub(in crate::proto::streams) fn own_stream_opened(&mut self) {
        self.guards.refund(Cost::EmptyData, EMPTY_FRAMES);
        self.guards.refund(Cost::StreamError, ERRORS);
    }

    /// The peer opened a stream, which may have an empty DATA frame.
    #[inline]
    pub(in crate::proto::streams) fn stream_of_peer_opened(&mut self) {
        self.guards.refund(Cost::EmptyData, EMPTY_FRAMES);
    }

    /// Content came that is not discarded.
    #[inline]
    pub(in crate::proto::streams) fn content_arrived(&mut self) {
        self.guards.refund(Cost::EmptyData, EMPTY_FRAMES);
    }

    /// All that was queued was written to the transport.
    #[inline]
    pub(in crate::proto::streams) fn all_written(&mut self) {
        self.guards.all_written();
    }

    /// The peer resets a request that is not accepted yet.
    pub(in crate::proto::streams) fn charge_unaccepted_reset(&mut self) -> Result<(), Error> {
        match self.guards.charge(Cost::UnacceptedReset) {
            true => Ok(()),
            false => Err(Error::library_go_away_data(Reason::ENHANCE_YOUR_CALM, "too_many_resets")),
        }
    }

    /// The application accepts a request.
    #[inline]
    pub(in crate::proto::streams) fn request_accepted(&mut self) {
        self.guards.refund(Cost::UnacceptedReset, 1);
        self.guards.refund(Cost::StreamError, 1);
    }
}
