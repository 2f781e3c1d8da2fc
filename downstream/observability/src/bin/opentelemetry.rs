//! A service whose metrics go to OpenTelemetry's SDK, here with the exporter that writes to
//! standard output.
//!
//! ```text
//! opentelemetry [--once]
//! ```
//!
//! `--once`: makes a second of traffic, exports once, and ends.

use std::process::ExitCode;
use std::time::Duration;

use ::opentelemetry::metrics::MeterProvider;
use downstream_observability::{demo, opentelemetry, Error};
use opentelemetry_sdk::metrics::SdkMeterProvider;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let once = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--once"] => true,
        _ => {
            eprintln!("expected: [--once]");
            return ExitCode::from(2);
        }
    };
    match run(once).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("opentelemetry: FAILED: {error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn run(once: bool) -> Result<(), Error> {
    // Exports every minute, on a thread of its own.
    let provider = SdkMeterProvider::builder().with_periodic_exporter(opentelemetry_stdout::MetricExporter::default());
    let provider = provider.build();
    opentelemetry::install(&provider.meter("h2"));
    loop {
        demo::run(Duration::from_secs(if once { 1 } else { 60 })).await?;
        if once {
            provider.force_flush()?;
            return Ok(provider.shutdown()?);
        }
    }
}
