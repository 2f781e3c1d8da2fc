//! The state of a stream in public words.

use super::{Cause as End, Inner, State};
use crate::insight::{Cause, Side, StreamState};

impl State {
    pub(in crate::proto::streams) fn told(&self) -> StreamState {
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
    pub(in crate::proto::streams) fn cause(&self) -> Cause {
        match &self.inner {
            Inner::Closed(End::Error(error) | End::ErrorAfterEndStream(error)) => Cause::of(error),
            Inner::Closed(End::ScheduledLibraryReset(reason)) => Cause::Code { by: Side::Local, reason: *reason },
            _ => Cause::Ended,
        }
    }
}
