//! The same for OpenTelemetry's SDK, without the facade `metrics`: totals are observable
//! instruments, which the SDK reads when it exports, and an observer records how long stalls
//! lasted.

use std::sync::Arc;

use h2::insight::{self, totals, Event, Observer, Stalled, StalledBy};
use opentelemetry::metrics::{Histogram, Meter};
use opentelemetry::KeyValue;

/// Makes the instruments and observes all connections that are opened from now on.
pub fn install(meter: &Meter) {
    counter(meter, "h2.connections.opened", "HTTP/2 connections opened", || totals().connections_opened);
    gauge(meter, "h2.connections.open", "HTTP/2 connections that are open", || totals().connections_open);
    gauge(meter, "h2.process_receive_buffer.max", "bytes that connections may share", || {
        totals().process_receive_buffer.max
    });
    gauge(meter, "h2.process_receive_buffer.used", "bytes of it that they hold", || {
        totals().process_receive_buffer.used
    });
    gauge(meter, "h2.process_receive_buffer.waiting", "connections that wait for it", || {
        totals().process_receive_buffer.waiting
    });
    counter(meter, "h2.process_receive_buffer.refused", "times that growth was refused", || {
        totals().process_receive_buffer.refused
    });
    counter(meter, "h2.data.sent", "bytes of DATA sent", || totals().counts.octets_sent);
    counter(meter, "h2.data.received", "bytes of DATA received", || totals().counts.octets_received);
    stalled(meter, "h2.stalled.streams", "streams that are stalled now", |cause| cause.streams);
    stalled(meter, "h2.stalled.connections", "connections that are stalled now", |cause| cause.connections);
    let lasted = meter.f64_histogram("h2.stall.duration").with_unit("s").with_description("how long stalls lasted");
    let lasted = lasted.with_boundaries(vec![0.001, 0.005, 0.02, 0.1, 0.5, 1.0, 5.0, 20.0, 60.0, 300.0]).build();
    insight::observe(Some(Arc::new(Stalls(lasted))));
}

fn counter(meter: &Meter, name: &'static str, text: &'static str, read: fn() -> u64) {
    let counter = meter.u64_observable_counter(name).with_description(text);
    counter.with_callback(move |to| to.observe(read(), &[])).build();
}

fn gauge(meter: &Meter, name: &'static str, text: &'static str, read: fn() -> u64) {
    let gauge = meter.u64_observable_gauge(name).with_description(text);
    gauge.with_callback(move |to| to.observe(read(), &[])).build();
}

fn stalled(meter: &Meter, name: &'static str, text: &'static str, read: fn(&StalledBy) -> u64) {
    let gauge = meter.u64_observable_gauge(name).with_description(text);
    let gauge = gauge.with_callback(move |to| {
        for (label, open) in insight::open_by_label() {
            let stalled: Stalled = open.stalled;
            for cause in stalled.iter() {
                let mut attributes = vec![
                    KeyValue::new("role", cause.role.as_str()),
                    KeyValue::new("who", cause.who.as_str()),
                    KeyValue::new("on", cause.on.as_str()),
                ];
                attributes.extend(label.clone().map(|label| KeyValue::new("label", label)));
                to.observe(read(&cause), &attributes);
            }
        }
    });
    gauge.build();
}

/// Records each stall when it ends, however it ends.
struct Stalls(Histogram<f64>);

impl Observer for Stalls {
    fn event(&self, event: &Event<'_>) {
        let Some(stall) = event.kind.ended_stall() else { return };
        let mut attributes = vec![
            KeyValue::new("role", event.connection.role().as_str()),
            KeyValue::new("who", stall.who.as_str()),
            KeyValue::new("on", stall.on.as_str()),
            KeyValue::new("end", stall.end.as_str()),
        ];
        attributes.extend(event.connection.label().map(|label| KeyValue::new("label", label)));
        self.0.record(stall.lasted.as_secs_f64(), &attributes);
    }
}
