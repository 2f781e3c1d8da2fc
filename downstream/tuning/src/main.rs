//! Tunes hyper and reqwest by one call and says in one line what that does to WINDOW_UPDATE frames.

use std::process::ExitCode;

use downstream_tuning::{Client, Error, Proxy, Server, Wire};
use h2::tuning::{self, Tuning, WindowUpdatePolicy};

/// Less than half of either window, and more than 4 % of both.
const OCTETS: usize = 240 << 10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(line) => {
            println!("hyper and reqwest tuned by one call: {line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("hyper and reqwest tuned by one call: FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<String, Error> {
    let before = updates(&exchange().await?);
    tuning::set_defaults(Tuning::new().window_update_policy(WindowUpdatePolicy::new().threshold_percent(4)));
    let after = updates(&exchange().await?);
    if before > 0 || after == 0 {
        return Err(format!("{before} WINDOW_UPDATEs became {after}, expected none and some").into());
    }
    let kib = OCTETS >> 10;
    Ok(format!("{kib} KiB each way make no WINDOW_UPDATE of the connection by default, {after} at 4 % of the window"))
}

async fn exchange() -> Result<Wire, Error> {
    let server = Server::start().await?;
    let proxy = Proxy::before(server.address).await?;
    let client = Client::of_reqwest(proxy.address)?;
    client.exchange(OCTETS).await?;
    client.settle().await?;
    Ok(proxy.last())
}

fn updates(wire: &Wire) -> usize {
    wire.up.updates().len() + wire.down.updates().len()
}
