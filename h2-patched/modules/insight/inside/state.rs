//! The state of a stream in public words.

use super::{Cause as End, Inner, State};
use crate::frame::Reason;
use crate::insight::{CloseReason, Side, StallEnd, StreamState};
use crate::proto::Error;

impl State {
    pub(in crate::proto::streams) fn public(&self) -> StreamState {
        match self.inner {
            Inner::Idle => StreamState::Idle,
            Inner::ReservedLocal => StreamState::ReservedLocal,
            Inner::ReservedRemote => StreamState::ReservedRemote,
            Inner::Open { .. } => StreamState::Open,
            Inner::HalfClosedLocal(_) => StreamState::HalfClosedLocal,
            Inner::HalfClosedRemote(_) => StreamState::HalfClosedRemote,
            Inner::Closed(_) => StreamState::Closed,
        }
    }

    /// Why it is closed, where it is.
    pub(in crate::proto::streams) fn close_reason(&self) -> CloseReason {
        match &self.inner {
            Inner::Closed(End::Error(error) | End::ErrorAfterEndStream(error)) => CloseReason::from_error(error),
            Inner::Closed(End::ScheduledLibraryReset(reason)) => CloseReason::Code { by: Side::Local, reason: *reason },
            _ => CloseReason::Ended,
        }
    }

    /// How a stall of the stream ends that ends now.
    pub(in crate::proto::streams) fn stall_end(&self) -> StallEnd {
        match &self.inner {
            Inner::Closed(End::Error(Error::Reset(..)) | End::ErrorAfterEndStream(Error::Reset(..))) => StallEnd::Reset,
            Inner::Closed(End::Error(_) | End::ErrorAfterEndStream(_)) => StallEnd::ConnectionEnded,
            // The reset follows a complete response, and all of that is sent first.
            Inner::Closed(End::ScheduledLibraryReset(Reason::NO_ERROR)) => StallEnd::Resumed,
            Inner::Closed(End::ScheduledLibraryReset(_)) => StallEnd::Reset,
            _ => StallEnd::Resumed,
        }
    }
}
