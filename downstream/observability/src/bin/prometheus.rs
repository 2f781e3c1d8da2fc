//! A service whose metrics Prometheus can scrape.
//!
//! ```text
//! prometheus [--listen 127.0.0.1:9464] [--once]
//! ```
//!
//! `--once`: makes a second of traffic, prints what a scrape gives, and ends.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use downstream_observability::{demo, prometheus, Error};

const USAGE: &str = "expected: [--listen ADDRESS:PORT] [--once]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut listen = SocketAddr::from(([127, 0, 0, 1], 9464));
    let mut once = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.len()) {
            ("--once", _) => once = true,
            ("--listen", 1..) => match arguments.next().and_then(|address| address.parse().ok()) {
                Some(address) => listen = address,
                None => return refuse(),
            },
            _ => return refuse(),
        }
    }
    match run(listen, once).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("prometheus: FAILED: {error:?}");
            ExitCode::FAILURE
        }
    }
}

fn refuse() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

async fn run(listen: SocketAddr, once: bool) -> Result<(), Error> {
    let handle = prometheus::install()?;
    if once {
        demo::run(Duration::from_secs(1)).await?;
        let text = prometheus::scrape(&handle);
        for name in
            ["h2_stall_seconds_count", "h2_stalled_streams", "h2_process_receive_buffer_max_bytes", "label=\"web\""]
        {
            if !text.contains(name) {
                return Err(format!("a scrape lacks {name}:\n{text}").into());
            }
        }
        print!("{text}");
        return Ok(());
    }
    let address = prometheus::serve(listen, handle).await?;
    println!("http://{address}/metrics");
    loop {
        demo::run(Duration::from_secs(60)).await?;
    }
}
