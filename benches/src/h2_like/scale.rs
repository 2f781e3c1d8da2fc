//! One connection with many streams, and many connections, in memory: what one operation costs
//! beside them.
//!
//! The peer sends prepared octets and looks at what comes back only as far as it shows that the
//! operation was done. Time is virtual: a fixed step passes before each operation.

mod client;
mod drive;
mod register;
mod server;

use std::time::Duration;

pub(super) use register::Register;

use super::h2;
use super::{set_time, snapshot};
use crate::subject::{self, Beside, Operation};

/// Virtual time that passes before an operation: so little that a million operations are less than
/// the second without DATA after which the fork takes growth back.
const STEP: Duration = Duration::from_nanos(100);
/// How long the peer takes to acknowledge SETTINGS: the round trip that the subject may learn.
const ROUND_TRIP: Duration = Duration::from_millis(1);

/// Content of a frame on the stream that is read for long.
const CHUNK: usize = 8192;

/// One connection with streams in one state.
///
/// # Errors
///
/// What went wrong while it was set up.
pub(super) fn beside(state: Beside, streams: usize) -> Result<Box<dyn subject::Loaded>, String> {
    match state {
        Beside::Waiting => Ok(Box::new(client::Client::new(streams)?)),
        _ => Ok(Box::new(server::Server::new(state, streams)?)),
    }
}

/// Virtual time, which only goes on.
#[derive(Default)]
struct Clock(Duration);

impl Clock {
    fn pass(&mut self, span: Duration) {
        self.0 += span;
        set_time(Some(self.0));
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        set_time(None);
    }
}

/// The error for an operation that cannot be done in a state.
fn not_here(operation: Operation) -> String {
    format!("{operation:?} makes no sense here")
}
