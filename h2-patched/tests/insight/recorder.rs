//! An observer that records events in words.

use std::sync::{Arc, Mutex};

use h2::insight::{CloseReason, Event, EventKind, Observer, Side};
use h2::{client, server};
use h2_conformance::wire::build::settings;
use h2_conformance::wire::Frame;

use crate::ends::{Client, Server};

/// Records the events that it gets, in words.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<String>>>);

impl Observer for Recorder {
    fn event(&self, event: &Event<'_>) {
        let of = event.stream.map_or("-".to_owned(), |stream| u32::from(stream).to_string());
        let side = |side| if side == Side::Local { "us" } else { "peer" };
        let close_reason = |reason| match reason {
            CloseReason::Ended => "ended".to_owned(),
            CloseReason::Code { by, reason, .. } => format!("{reason:?} by {}", side(by)),
            CloseReason::Transport(kind) => format!("{kind:?}"),
            _ => "unknown".to_owned(),
        };
        let text = match event.kind {
            EventKind::Opened { initiator, .. } => format!("opened by {}", side(initiator)),
            EventKind::Accepted => "accepted".to_owned(),
            EventKind::Stalled { who, on, .. } => format!("stalls {} on {}", side(who), on.as_str()),
            EventKind::Resumed { who, on, lasted, .. } => {
                format!("resumes {} on {} after {}", side(who), on.as_str(), lasted.as_secs())
            }
            EventKind::StallEnded { who, on, lasted, end, .. } => {
                format!("stall of {} on {} ends after {}: {}", side(who), on.as_str(), lasted.as_secs(), end.as_str())
            }
            EventKind::Reset { by, reason, error, .. } => {
                let what = error.map_or(String::new(), |error| format!(": {error}"));
                format!("reset {reason:?} by {}{what}", side(by))
            }
            EventKind::GoingAway { by, reason, last_stream, .. } => {
                format!("going away {reason:?} {} by {}", u32::from(last_stream), side(by))
            }
            EventKind::Closed { reason, .. } => format!("closed {}", close_reason(reason)),
            _ => "unknown".to_owned(),
        };
        self.0.lock().unwrap().push(format!("{of} {text}"));
    }
}

impl Recorder {
    pub fn server(&self, first: Frame) -> Server {
        Server::with(
            server::Builder::new().max_connection_receive_buffer_size(0).observer(Arc::new(self.clone())),
            first,
        )
    }

    /// Takes ten octets of a stream.
    pub fn narrow_server(&self) -> Server {
        let builder = server::Builder::new()
            .max_connection_receive_buffer_size(0)
            .initial_window_size(10)
            .observer(Arc::new(self.clone()))
            .clone();
        Server::with(&builder, settings())
    }

    pub fn client(&self, first: Frame) -> Client {
        Client::with(client::Builder::new().observer(Arc::new(self.clone())), first)
    }

    /// Returns what was recorded since the last call.
    pub fn news(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}
