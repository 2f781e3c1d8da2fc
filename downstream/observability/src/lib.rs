//! `h2::insight` in a service: names for connections below hyper and tonic, metrics for Prometheus
//! and OpenTelemetry.
//!
//! * [`label`] names the connections of libraries that hide h2's builders.
//! * [`demo`] is a small service with traffic that stalls now and then.
//! * [`prometheus`] answers `GET /metrics`.
//! * [`opentelemetry`] reads the same counts as observable instruments.
//!
//! `grafana/dashboard.json` is a dashboard for it and `prometheus/alerts.yml` has alerts; both use
//! the names of [`h2::insight::metrics`].

pub mod demo;
pub mod label;
pub mod opentelemetry;
pub mod prometheus;

/// Whatever went wrong, in words.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
