//! A load driver for any server of HTTP/2, in clear text with prior knowledge or over TLS.
//!
//! Its requests are prepared frames, and one thread drives all connections, so that the server is
//! what is measured. A server that breaks the protocol, stalls or floods costs its connection; each
//! wait has a deadline, and what a connection holds is bounded.

mod arguments;
mod connection;
mod pool;
mod report;
mod session;
mod tally;

use std::time::{Duration, Instant};

use h2_conformance::endpoint::Endpoint;
use tokio::task::LocalSet;

pub use arguments::{parse, Order, USAGE};
pub use report::Report;
pub use tally::Failure;

use pool::Pool;
use tally::Tally;

/// How much is sent, and how long each wait may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Connections at a time.
    pub connections: usize,
    /// Requests in flight on each connection, if its server allows as many.
    pub streams: usize,
    pub amount: Amount,
    pub deadlines: Deadlines,
}

/// When sending ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// After this many requests of all connections together.
    Requests(u64),
    /// After this much time. Requests in flight are waited for.
    Time(Duration),
}

/// The longest waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deadlines {
    /// From the first packet to the server's SETTINGS: TCP, TLS and HTTP/2.
    pub connect: Duration,
    /// Without an octet from the server while a request is in flight on the connection.
    pub idle: Duration,
    /// From a request to the end of its answer.
    pub read: Duration,
    /// While the server takes nothing that is to be written.
    pub write: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let [short, long] = [10, 30].map(Duration::from_secs);
        Deadlines { connect: short, idle: short, read: long, write: short }
    }
}

/// What all connections use.
struct Shared {
    plan: Plan,
    endpoint: Endpoint,
    pool: Pool,
    tally: std::cell::RefCell<Tally>,
}

/// Loads a server and waits for the last answer.
///
/// # Errors
///
/// The environment's: no runtime, or no address of that name.
pub fn run(plan: Plan, endpoint: Endpoint) -> Result<Report, String> {
    endpoint.addresses()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot make a runtime: {error}"))?;
    let pool = Pool::new(plan.amount, Instant::now());
    let shared = std::rc::Rc::new(Shared { plan, endpoint, pool, tally: Tally::default().into() });
    let tasks = LocalSet::new();
    for _ in 0..plan.connections {
        let shared = shared.clone();
        tasks.spawn_local(async move { connection::work(&shared).await });
    }
    runtime.block_on(tasks);
    let shared = std::rc::Rc::into_inner(shared).ok_or("a connection did not come to its end")?;
    let mut tally = shared.tally.into_inner();
    tally.fail_all(shared.pool.into_left());
    Ok(Report::new(tally))
}
