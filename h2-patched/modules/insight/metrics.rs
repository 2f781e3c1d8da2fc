//! What connections do, as metrics (feature `metrics`).
//!
//! They go to the facade crate [`metrics`](https://docs.rs/metrics), whose recorder the program
//! chooses: Prometheus, OpenTelemetry or any other. [`Exporter`] is an observer that records events
//! as they happen; [`export`] hands over the totals, and is to be called whenever they are to be up
//! to date, such as before each scrape:
//!
//! ```
//! use h2::insight::{metrics, observe};
//! use std::sync::Arc;
//!
//! // After the recorder is installed:
//! metrics::describe();
//! observe(Some(Arc::new(metrics::Exporter)));
//! // Every few seconds, or when metrics are asked for:
//! metrics::export();
//! # observe(None);
//! ```
//!
//! | name | kind | labels | from |
//! | --- | --- | --- | --- |
//! | `h2_connections_opened_total` | counter | | [`export`] |
//! | `h2_connections_open` | gauge | | [`export`] |
//! | `h2_connections_open_by_label` | gauge | | [`export`] |
//! | `h2_streams_open` | gauge | | [`export`] |
//! | `h2_streams_opened_total` | counter | `initiator`: `local`, `peer` | [`export`] |
//! | `h2_streams_accepted_total` | counter | | [`export`] |
//! | `h2_data_bytes_total`, `h2_window_updates_total`, `h2_resets_total`, `h2_refusals_total`, `h2_go_aways_total` | counter | `direction`: `sent`, `received` | [`export`] |
//! | `h2_stalled_streams`, `h2_stalled_connections` | gauge | `role`: `client`, `server`; `who`: `local`, `peer`; `on`: [`BlockedOn::as_str`] | [`export`] |
//! | `h2_process_receive_buffer_max_bytes`, `h2_process_receive_buffer_used_bytes`, `h2_process_receive_buffer_waiting_connections` | gauge | | [`export`] |
//! | `h2_process_receive_buffer_refused_total` | counter | | [`export`] |
//! | `h2_stalls_total` | counter | `role`, `who`, `on` | [`Exporter`] |
//! | `h2_stall_seconds` | histogram | `role`, `who`, `on`; `end`: [`StallEnd::as_str`](super::StallEnd::as_str) | [`Exporter`], when the stall is over, however it ends |
//! | `h2_reset_codes_total` | counter | `by`; `code`: the name of the error code | [`Exporter`] |
//! | `h2_floods_slowed_total` | counter | `kind`: [`AbuseKind::as_str`](super::AbuseKind::as_str) | [`Exporter`] |
//! | `h2_deadlines_passed_total` | counter | `deadline`: [`DeadlineKind::as_str`](super::DeadlineKind::as_str) | [`Exporter`] |
//! | `h2_connections_closed_total` | counter | `reason`: `ended`, `transport`, or the name of an error code | [`Exporter`] |
//!
//! `h2_resets_total` counts every RST_STREAM frame; `h2_reset_codes_total` those received only for
//! streams that are not forgotten yet.
//!
//! Gauges and counters from [`export`] are as of its last call. A stall that is under way is in
//! `h2_stalled_streams` and `h2_stalled_connections` only.
//!
//! Where a connection has a label, see [`Connection::label`], `label` is a label of everything that
//! comes from [`Exporter`], and of `h2_connections_open_by_label`, `h2_stalled_streams` and
//! `h2_stalled_connections`. How many values it has is up to the application. No other label has
//! more values than the RFC has names: error codes without a name are `other`.

use ::metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram, Label, Unit};

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{open_by_label, totals, BlockedOn, CloseReason, Connection, Event, EventKind, Labelled, Observer, Side};
use crate::Reason;

/// Describes the metrics to the recorder.
pub fn describe() {
    describe_counter!("h2_connections_opened_total", "HTTP/2 connections opened");
    describe_gauge!("h2_connections_open", "HTTP/2 connections that are open");
    describe_gauge!(
        "h2_connections_open_by_label",
        "HTTP/2 connections that are open, by the application's name for them"
    );
    describe_gauge!("h2_streams_open", "HTTP/2 streams that are open");
    describe_counter!("h2_streams_opened_total", "HTTP/2 streams opened");
    describe_counter!("h2_streams_accepted_total", "streams of peers that the application took");
    describe_counter!("h2_data_bytes_total", Unit::Bytes, "payload of DATA frames, padding included");
    describe_counter!("h2_window_updates_total", "WINDOW_UPDATE frames");
    describe_counter!("h2_resets_total", "RST_STREAM frames");
    describe_counter!("h2_refusals_total", "RST_STREAM frames with REFUSED_STREAM");
    describe_counter!("h2_go_aways_total", "GOAWAY frames");
    describe_gauge!("h2_stalled_streams", "streams that are stalled now");
    describe_gauge!("h2_stalled_connections", "connections that are stalled now");
    describe_gauge!(
        "h2_process_receive_buffer_max_bytes",
        Unit::Bytes,
        "what connections may grant their peers beyond their configured windows"
    );
    describe_gauge!(
        "h2_process_receive_buffer_used_bytes",
        Unit::Bytes,
        "what connections hold of the process's receive buffer"
    );
    describe_gauge!(
        "h2_process_receive_buffer_waiting_connections",
        "connections that wait for some of the process's receive buffer"
    );
    describe_counter!(
        "h2_process_receive_buffer_refused_total",
        "times that a window was to grow and got less of the process's receive buffer than it asked for"
    );
    describe_counter!("h2_stalls_total", "times that an endpoint had something to send and could not");
    describe_histogram!("h2_stall_seconds", Unit::Seconds, "how long stalls lasted");
    describe_counter!("h2_reset_codes_total", "RST_STREAM frames of streams that are not forgotten, by error code");
    describe_counter!("h2_floods_slowed_total", "floods of peers that were slowed, by what there was too much of");
    describe_counter!("h2_deadlines_passed_total", "deadlines of HTTP/2 connections that passed");
    describe_counter!("h2_connections_closed_total", "HTTP/2 connections that were closed, by reason");
}

/// Hands the totals over.
pub fn export() {
    let totals = totals();
    let counts = totals.counts;
    counter!("h2_connections_opened_total").absolute(totals.connections_opened);
    gauge!("h2_connections_open").set(totals.connections_open as f64);
    let opened = counts.streams_opened + counts.streams_received;
    gauge!("h2_streams_open").set(opened.saturating_sub(counts.streams_closed) as f64);
    counter!("h2_streams_opened_total", "initiator" => "local").absolute(counts.streams_opened);
    counter!("h2_streams_opened_total", "initiator" => "peer").absolute(counts.streams_received);
    counter!("h2_streams_accepted_total").absolute(counts.streams_accepted);
    for (name, sent, received) in [
        ("h2_data_bytes_total", counts.octets_sent, counts.octets_received),
        ("h2_window_updates_total", counts.updates_sent, counts.updates_received),
        ("h2_resets_total", counts.resets_sent, counts.resets_received),
        ("h2_refusals_total", counts.refusals_sent, counts.refusals_received),
        ("h2_go_aways_total", counts.go_aways_sent, counts.go_aways_received),
    ] {
        counter!(name, "direction" => "sent").absolute(sent);
        counter!(name, "direction" => "received").absolute(received);
    }
    let buffer = totals.process_receive_buffer;
    gauge!("h2_process_receive_buffer_max_bytes").set(buffer.max as f64);
    gauge!("h2_process_receive_buffer_used_bytes").set(buffer.used as f64);
    gauge!("h2_process_receive_buffer_waiting_connections").set(buffer.waiting as f64);
    counter!("h2_process_receive_buffer_refused_total").absolute(buffer.refused);
    export_by_label();
}

/// A gauge keeps its last value: those of a label without an open connection are set to 0.
fn export_by_label() {
    static EXPORTED: Mutex<BTreeSet<Option<Arc<str>>>> = Mutex::new(BTreeSet::new());

    let mut labels = open_by_label();
    // It is kept over the recorder's work, so that exports of several threads do not mix.
    let mut exported = EXPORTED.lock().unwrap_or_else(PoisonError::into_inner);
    exported.insert(None);
    exported.extend(labels.keys().cloned());
    for label in exported.iter() {
        let Labelled { connections_open, stalled } = labels.remove(label).unwrap_or_default();
        gauge!("h2_connections_open_by_label", named(label.clone(), [])).set(connections_open as f64);
        for cause in stalled.iter() {
            let labels = named(label.clone(), stall(cause.role.as_str(), cause.who, cause.on));
            if cause.stalls_connections() {
                gauge!("h2_stalled_connections", labels.clone()).set(cause.connections as f64);
            }
            if cause.stalls_streams() {
                gauge!("h2_stalled_streams", labels).set(cause.streams as f64);
            }
        }
    }
}

/// Records stalls, resets and the ends of connections as they happen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exporter;

impl Observer for Exporter {
    fn event(&self, event: &Event<'_>) {
        let role = event.connection.role().as_str();
        if let Some(ended) = event.kind.ended_stall() {
            let [role, who, on] = stall(role, ended.who, ended.on);
            let labels = of(event.connection, [role, who, on, Label::from_static_parts("end", ended.end.as_str())]);
            histogram!("h2_stall_seconds", labels).record(ended.lasted);
            return;
        }
        match event.kind {
            EventKind::Stalled { who, on } => {
                counter!("h2_stalls_total", of(event.connection, stall(role, who, on))).increment(1);
            }
            EventKind::Reset { by, reason, .. } => {
                let labels = [("by", by.as_str()), ("code", code(reason))]
                    .map(|(key, value)| Label::from_static_parts(key, value));
                counter!("h2_reset_codes_total", of(event.connection, labels)).increment(1);
            }
            EventKind::Slowed { kind } => {
                let labels = of(event.connection, [Label::from_static_parts("kind", kind.as_str())]);
                counter!("h2_floods_slowed_total", labels).increment(1);
            }
            EventKind::DeadlinePassed { deadline } => {
                let labels = of(event.connection, [Label::from_static_parts("deadline", deadline.as_str())]);
                counter!("h2_deadlines_passed_total", labels).increment(1);
            }
            EventKind::Closed { reason } if event.stream.is_none() => {
                let reason = match reason {
                    CloseReason::Ended => "ended",
                    CloseReason::Transport(_) => "transport",
                    CloseReason::Code { reason, .. } => code(reason),
                };
                counter!(
                    "h2_connections_closed_total",
                    of(event.connection, [Label::from_static_parts("reason", reason)])
                )
                .increment(1);
            }
            _ => {}
        }
    }
}

fn stall(role: &'static str, who: Side, on: BlockedOn) -> [Label; 3] {
    [("role", role), ("who", who.as_str()), ("on", on.as_str())]
        .map(|(key, value)| Label::from_static_parts(key, value))
}

/// With the connection's label, if it has one.
fn of<const N: usize>(connection: &Connection, labels: [Label; N]) -> Vec<Label> {
    named(connection.label(), labels)
}

fn named<const N: usize>(label: Option<Arc<str>>, labels: [Label; N]) -> Vec<Label> {
    labels.into_iter().chain(label.map(|label| Label::new("label", label))).collect()
}

/// The name of an error code (RFC 9113 section 7).
fn code(reason: Reason) -> &'static str {
    match reason {
        Reason::NO_ERROR => "NO_ERROR",
        Reason::PROTOCOL_ERROR => "PROTOCOL_ERROR",
        Reason::INTERNAL_ERROR => "INTERNAL_ERROR",
        Reason::FLOW_CONTROL_ERROR => "FLOW_CONTROL_ERROR",
        Reason::SETTINGS_TIMEOUT => "SETTINGS_TIMEOUT",
        Reason::STREAM_CLOSED => "STREAM_CLOSED",
        Reason::FRAME_SIZE_ERROR => "FRAME_SIZE_ERROR",
        Reason::REFUSED_STREAM => "REFUSED_STREAM",
        Reason::CANCEL => "CANCEL",
        Reason::COMPRESSION_ERROR => "COMPRESSION_ERROR",
        Reason::CONNECT_ERROR => "CONNECT_ERROR",
        Reason::ENHANCE_YOUR_CALM => "ENHANCE_YOUR_CALM",
        Reason::INADEQUATE_SECURITY => "INADEQUATE_SECURITY",
        Reason::HTTP_1_1_REQUIRED => "HTTP_1_1_REQUIRED",
        _ => "other",
    }
}
