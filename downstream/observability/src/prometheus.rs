//! `GET /metrics` in the text format of Prometheus.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use h2::insight;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use crate::Error;

/// From a stall that goes unnoticed to one that a user waits for, in seconds.
const STALL_BUCKETS: [f64; 10] = [0.001, 0.005, 0.02, 0.1, 0.5, 1.0, 5.0, 20.0, 60.0, 300.0];

/// Installs the recorder and observes all connections that are opened from now on.
///
/// # Errors
/// When another recorder is installed.
pub fn install() -> Result<PrometheusHandle, Error> {
    let stalls = Matcher::Full("h2_stall_seconds".to_owned());
    let handle = PrometheusBuilder::new().set_buckets_for_metric(stalls, &STALL_BUCKETS)?.install_recorder()?;
    insight::metrics::describe();
    insight::observe(Some(Arc::new(insight::metrics::Exporter)));
    Ok(handle)
}

/// The metrics as they are now.
pub fn scrape(handle: &PrometheusHandle) -> String {
    // What is a total or a gauge is handed over when it is asked for.
    insight::metrics::export();
    // Samples of histograms are moved into their buckets.
    handle.run_upkeep();
    handle.render()
}

/// Answers `GET /metrics` on `listen` until the runtime ends. Returns where it listens.
///
/// # Errors
/// When it cannot listen there.
pub async fn serve(listen: SocketAddr, handle: PrometheusHandle) -> Result<SocketAddr, Error> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let handle = handle.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = answer(&request, &handle);
                async move { Ok::<_, Infallible>(answer) }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
            tokio::spawn(async move { drop(connection.await) });
        }
    });
    Ok(address)
}

fn answer(request: &Request<Incoming>, handle: &PrometheusHandle) -> Response<Full<Bytes>> {
    if request.uri().path() != "/metrics" {
        let mut response = Response::new(Full::from("expected /metrics\n"));
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    }
    let mut response = Response::new(Full::from(scrape(handle)));
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("text/plain; version=0.0.4"));
    response
}
