//! Prints a snapshot of each connection of the service and its clients, after 0.6 seconds of
//! traffic.

use std::time::Duration;

use downstream_observability::{demo, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let traffic = tokio::spawn(demo::run(Duration::from_secs(2)));
    tokio::time::sleep(Duration::from_millis(600)).await;
    for connection in h2::insight::connections() {
        if let Some(snapshot) = connection.snapshot() {
            println!("{snapshot}\n");
        }
    }
    traffic.await?
}
