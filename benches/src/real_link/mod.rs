//! Content over real sockets on loopback, through a relay that adds delay and rate, as it is: one
//! process has the server, the relay and the client.
//!
//! This is compiled twice: as a part of `h2-benches`, where hyper and `h2` are the fork, and by the
//! package in `benches/real-link`, where both are the release.

mod content;
mod hyper_like;
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
pub(crate) mod listen;
mod plain;
mod relay;
pub(crate) mod small;

use std::net::SocketAddr;
use std::time::Duration;

use content::Meter;
use relay::Relay;

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// Octets a second of the link, each way, for all connections together: 1 Gbit/s.
const RATE: u64 = 125_000_000;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) stack: Stack,
    pub(crate) direction: Direction,
    pub(crate) round_trip: Duration,
    pub(crate) connections: usize,
    /// After this much time goodput is taken, and over this much.
    pub(crate) start_up: Duration,
    pub(crate) span: Duration,
    /// A pause in which nothing is sent, after a first start-up. What is taken is goodput after it.
    pub(crate) pause: Option<Duration>,
}

/// The implementation at both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stack {
    /// hyper without a setting.
    Hyper,
    /// hyper with its adaptive window.
    HyperAdaptive,
    /// h2 without a setting.
    H2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Download,
    Upload,
}

impl Plan {
    /// Reads a command line: a stack, a direction, and in milliseconds but for the connections:
    /// round trip, connections, start-up, span, pause.
    ///
    /// # Errors
    ///
    /// What is expected.
    pub(crate) fn parse(arguments: &[String]) -> Result<Plan, String> {
        let [stack, direction, rest @ ..] = arguments else {
            return Err("real-link: expected a stack, a direction and five numbers".into());
        };
        let stack = match stack.as_str() {
            "hyper" => Stack::Hyper,
            "hyper-adaptive" => Stack::HyperAdaptive,
            "h2" => Stack::H2,
            other => return Err(format!("real-link: no stack {other:?}; there are: hyper, hyper-adaptive, h2")),
        };
        let direction = match direction.as_str() {
            "download" => Direction::Download,
            "upload" => Direction::Upload,
            other => return Err(format!("real-link: no direction {other:?}; there are: download, upload")),
        };
        let numbers: Result<Vec<u64>, _> = rest.iter().map(|number| number.parse()).collect();
        let Ok([round_trip, connections, start_up, span, pause]) = numbers.as_deref() else {
            return Err("real-link: expected five numbers: round trip, connections, start-up, span, pause".into());
        };
        let ms = |ms: &u64| Duration::from_millis(*ms);
        Ok(Plan {
            stack,
            direction,
            round_trip: ms(round_trip),
            connections: *connections as usize,
            start_up: ms(start_up),
            span: ms(span),
            pause: (*pause > 0).then(|| ms(pause)),
        })
    }

    /// Megabytes of content a second. The process is to end after this: its connections go on.
    ///
    /// # Errors
    ///
    /// A socket or a connection fails, or nothing arrives.
    pub(crate) fn run(self) -> Result<f64, Error> {
        let meter = Meter::new();
        let (stack, direction) = (self.stack, self.direction);
        let to_server = runtime("server", {
            let meter = meter.clone();
            move |address_sender| async move {
                match stack {
                    Stack::H2 => plain::serve(direction, meter, address_sender).await,
                    _ => hyper_like::serve(stack, meter, address_sender).await,
                }
            }
        })?;
        let relay = Relay::start(to_server, self.round_trip / 2, RATE)?;
        for _ in 0..self.connections {
            let (meter, address) = (meter.clone(), relay.address);
            runtime("client", move |address_sender| async move {
                match stack {
                    Stack::H2 => plain::request(direction, address, meter, address_sender).await,
                    _ => hyper_like::request(stack, direction, address, meter, address_sender).await,
                }
            })?;
        }
        std::thread::sleep(self.start_up);
        if let Some(pause) = self.pause {
            meter.send(false);
            std::thread::sleep(pause);
            meter.send(true);
            std::thread::sleep(self.start_up);
        }
        let rate = meter.rate(self.span);
        if rate == 0.0 {
            return Err(meter.failure().unwrap_or_else(|| "nothing arrives".into()));
        }
        Ok(rate / 1e6)
    }
}

/// Tells an address once it is known.
type AddressSender = std::sync::mpsc::Sender<SocketAddr>;

/// Runs this on a thread of its own, until the process ends: the address that it tells.
fn runtime<F>(name: &str, work: impl FnOnce(AddressSender) -> F + Send + 'static) -> Result<SocketAddr, Error>
where
    F: std::future::Future<Output = Result<(), Error>>,
{
    let (address_sender, address) = std::sync::mpsc::channel();
    let who = name.to_owned();
    std::thread::Builder::new().name(name.into()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let done = runtime.map_err(Error::from).and_then(|runtime| runtime.block_on(work(address_sender)));
        if let Err(error) = done {
            eprintln!("real-link: the {who} fails: {error}");
        }
    })?;
    address.recv().map_err(|_| format!("the {name} does not begin").into())
}
