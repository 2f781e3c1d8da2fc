//! What reaches a recorder of the facade `metrics`. Alone in its process: totals are of all
//! connections.
#![cfg(feature = "metrics")]

#[path = "insight/ends.rs"]
#[allow(dead_code)]
mod ends;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use h2::{insight, server};
use h2_conformance::wire::build::{get, reset, settings, window_update};
use h2_conformance::wire::code::error::CANCEL;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use ends::{octets, pass, Server};

/// The last value of each metric, by its name and labels.
#[derive(Clone, Default)]
struct Values(Arc<Mutex<BTreeMap<String, f64>>>);

impl Values {
    fn slot(&self, key: &Key) -> Arc<Metric> {
        let labels: Vec<String> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Metric { values: self.clone(), name: format!("{}{{{}}}", key.name(), labels.join(",")) })
    }

    fn get(&self, name: &str) -> Option<f64> {
        self.0.lock().unwrap().get(name).copied()
    }
}

struct Metric {
    values: Values,
    name: String,
}

impl Metric {
    fn change(&self, change: impl FnOnce(f64) -> f64) {
        let mut values = self.values.0.lock().unwrap();
        let value = values.entry(self.name.clone()).or_default();
        *value = change(*value);
    }
}

impl CounterFn for Metric {
    fn increment(&self, more: u64) {
        self.change(|value| value + more as f64);
    }

    fn absolute(&self, value: u64) {
        self.change(|_| value as f64);
    }
}

impl GaugeFn for Metric {
    fn increment(&self, more: f64) {
        self.change(|value| value + more);
    }

    fn decrement(&self, less: f64) {
        self.change(|value| value - less);
    }

    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}

impl HistogramFn for Metric {
    fn record(&self, value: f64) {
        self.change(|_| value);
    }
}

impl Recorder for Values {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.0.lock().unwrap().insert(format!("described {}", name.as_str()), 1.0);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        self.describe_counter(name, unit, text);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        self.describe_counter(name, unit, text);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.slot(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.slot(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.slot(key))
    }
}

#[test]
fn totals_and_events_reach_the_recorder() {
    pass(0);
    let values = Values::default();
    assert!(metrics::set_global_recorder(values.clone()).is_ok());
    insight::metrics::describe();
    let builder = server::Builder::new().observer(Arc::new(insight::metrics::Exporter)).label("a").clone();
    let mut server = Server::with(&builder, settings());
    server.send(window_update(0, 1 << 20));
    let (_body, mut writer) = server.answer(get(1));
    writer.send_data(octets(65_536), false).unwrap();
    server.turn();
    assert_eq!(values.get("h2_stalls_total{role=server,who=local,on=stream-window,label=a}"), Some(1.0));
    insight::metrics::export();
    let stalled_now = "h2_stalled_streams{role=server,who=local,on=stream-window,label=a}";
    assert_eq!(values.get(stalled_now), Some(1.0));
    pass(3);
    server.send(window_update(1, 1));
    let stall = "h2_stall_seconds{role=server,who=local,on=stream-window,end";
    assert_eq!(values.get(&format!("{stall}=resumed,label=a}}")), Some(3.0));
    insight::metrics::export();
    for (name, value) in [
        (stalled_now, 0.0),
        ("h2_stalled_streams{role=server,who=local,on=stream-window}", 0.0),
        ("h2_stalled_connections{role=server,who=peer,on=connection-window,label=a}", 0.0),
        ("h2_connections_open_by_label{label=a}", 1.0),
        ("h2_connections_open_by_label{}", 0.0),
        ("h2_process_receive_buffer_max_bytes{}", insight::totals().process_receive_buffer.max as f64),
        ("h2_process_receive_buffer_used_bytes{}", 0.0),
        ("h2_process_receive_buffer_waiting_connections{}", 0.0),
        ("h2_process_receive_buffer_refused_total{}", 0.0),
        ("h2_connections_opened_total{}", 1.0),
        ("h2_connections_open{}", 1.0),
        ("h2_streams_open{}", 1.0),
        ("h2_streams_opened_total{initiator=peer}", 1.0),
        ("h2_streams_opened_total{initiator=local}", 0.0),
        ("h2_streams_accepted_total{}", 1.0),
        ("h2_data_bytes_total{direction=sent}", 65_536.0),
        ("h2_window_updates_total{direction=received}", 2.0),
        ("h2_resets_total{direction=received}", 0.0),
    ] {
        assert_eq!(values.get(name), Some(value), "{name}");
    }

    writer.send_data(octets(1), false).unwrap();
    server.turn();
    pass(2);
    server.send(reset(1, CANCEL));
    assert_eq!(values.get("h2_reset_codes_total{by=peer,code=CANCEL,label=a}"), Some(1.0));
    assert_eq!(values.get(&format!("{stall}=reset,label=a}}")), Some(2.0));
    drop(server);
    assert_eq!(values.get("h2_connections_closed_total{reason=ended,label=a}"), Some(1.0));
    // That of its stream.
    assert_eq!(values.get("h2_connections_closed_total{reason=CANCEL,label=a}"), None);
    insight::metrics::export();
    assert_eq!(values.get("h2_streams_open{}"), Some(0.0));
    assert_eq!(values.get("h2_connections_open{}"), Some(0.0));
    // The label is gone, and its gauges with it.
    assert_eq!((values.get(stalled_now), values.get("h2_connections_open_by_label{label=a}")), (Some(0.0), Some(0.0)));

    // Whatever is recorded is described.
    let recorded = values.0.lock().unwrap();
    for name in recorded.keys().filter(|name| !name.starts_with("described")) {
        let name = name.split('{').next().unwrap();
        assert!(recorded.contains_key(&format!("described {name}")), "{name}");
    }
}
