//! A program that observes its connections: it takes snapshots, receives events, logs frames and
//! formats whatever `tracing` is told.

use std::cell::Cell;
use std::fmt::{self, Write};
use std::sync::Arc;

use h2::insight::{self, Connection, Event, Observer};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Metadata, Subscriber};

thread_local! {
    /// An event is being formatted.
    static IS_FORMATTING: Cell<bool> = const { Cell::new(false) };
}

/// Streams up to which each look takes a snapshot.
const FEW: usize = 8;

/// As long as it lives, connections of this thread are observed. Events and frames are those of the
/// process: others, if there are, only do more work.
pub(super) struct Observation {
    connection: Option<Connection>,
    /// Times that it is not looked at.
    left_out: usize,
    _tracing: DefaultGuard,
}

impl Observation {
    pub(super) fn begin() -> Self {
        insight::observe(Some(Arc::new(Formatting)));
        insight::log_frames(Some(Arc::new(formatted::<str>)));
        Observation { connection: None, left_out: 0, _tracing: tracing::subscriber::set_default(Formatting) }
    }

    /// Takes a snapshot of the connection, or of what is left of it. With many streams it does so
    /// less often, because it formats each of them.
    pub(super) fn look(&mut self, connection: Option<Connection>) {
        assert!(!IS_FORMATTING.replace(false), "an event could not be formatted");
        self.connection = connection.or(self.connection.take());
        let Some(connection) = &self.connection else { return };
        if self.left_out > 0 {
            self.left_out -= 1;
            return;
        }
        if let Some(snapshot) = connection.snapshot() {
            self.left_out = snapshot.streams.len().saturating_sub(1) / FEW;
            formatted(&snapshot);
            Discard.write_fmt(format_args!("{snapshot}")).ok();
        }
        formatted(&(connection, connection.counts(), connection.stalled(), connection.local_streams()));
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        insight::observe(None);
        insight::log_frames(None);
    }
}

/// Formats a value, which is all that is wanted: it must not panic.
fn formatted<T: fmt::Debug + ?Sized>(value: &T) {
    // Nothing fails that is thrown away.
    let _ = write!(Discard, "{value:?}");
}

struct Discard;

impl Write for Discard {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        Ok(())
    }
}

/// Formats all events of connections, and all fields of all spans and events of `tracing`.
struct Formatting;

impl Observer for Formatting {
    fn event(&self, event: &Event<'_>) {
        // A panic of an observer is caught where it is called.
        IS_FORMATTING.set(true);
        formatted(event);
        IS_FORMATTING.set(false);
    }
}

impl Visit for Formatting {
    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        formatted(value);
    }
}

impl Subscriber for Formatting {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Formatting);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Formatting);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Formatting);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
