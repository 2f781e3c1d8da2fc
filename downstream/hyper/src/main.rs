//! Runs hyper on the fork and says in one line how that went.

use std::process::ExitCode;
use std::time::Instant;

use downstream_hyper::exchange::Exchange;
use downstream_hyper::refusal::{code_of_short_ping, FRAME_SIZE_ERROR, PROTOCOL_ERROR};
use downstream_hyper::Error;

const OCTETS: u64 = 64 << 20;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(line) => {
            println!("hyper on the fork: {line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("hyper on the fork: FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<String, Error> {
    match code_of_short_ping().await? {
        FRAME_SIZE_ERROR => {}
        PROTOCOL_ERROR => return Err("a PING of 6 octets gives PROTOCOL_ERROR: hyper runs on the release".into()),
        other => return Err(format!("a PING of 6 octets gives the error code {other}").into()),
    }
    let expected = Exchange::expected(OCTETS);
    let started = Instant::now();
    let exchange = Exchange::run(OCTETS).await?;
    if exchange != expected {
        return Err(format!("content differs: {exchange:?}, expected {expected:?}").into());
    }
    let mib = OCTETS >> 20;
    let seconds = started.elapsed().as_secs_f64();
    Ok(format!("a short PING gives FRAME_SIZE_ERROR; {mib} MiB each way at once, checksums right, {seconds:.1} s"))
}
