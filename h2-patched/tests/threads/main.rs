//! Two ends on loopback TCP and several threads: tasks do at random what the API allows, while the
//! connection's own task works on another thread. In the end the accounts of both ends agree, or
//! the connection was ended while it was busy and nothing of it is left.
//!
//! `THREADS_SECONDS` is how long it goes on (default: 2), `THREADS_SEED` what it begins with. The
//! threads make their own order, so that a seed does not repeat a run.

mod client;
mod random;
mod server;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use h2::insight::{connections, totals, Connection, ConnectionSnapshot};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::time::{sleep, timeout};

use random::Random;

/// The longest that one connection may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long both ends may take to settle when nothing is left to do.
const SETTLES: Duration = Duration::from_secs(10);
/// From one look at both ends to the next.
const PAUSE: Duration = Duration::from_millis(2);

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}: expected a number")))
}

/// Panics so far. A task that is not awaited would take its panic with it.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    let shows = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        shows(info);
    }));
}

#[test]
fn threads_leave_the_accounts_of_both_ends_alike() {
    count_panics();
    let limit = Duration::from_secs(number("THREADS_SECONDS", 2));
    let first = number("THREADS_SEED", 1);
    let began = Instant::now();
    let mut seed = first;
    while began.elapsed() < limit || seed == first {
        let workers = 2 + (seed % 3) as usize;
        let runtime = Builder::new_multi_thread().worker_threads(workers).enable_all().build().expect("threads");
        let played = runtime.block_on(async { timeout(PATIENCE, connection(Random::new(seed))).await });
        if played.is_err() {
            let ends: Vec<String> =
                connections().iter().filter_map(Connection::snapshot).map(|end| end.to_string()).collect();
            panic!("seed {seed}: a connection does not come to its end\n{}", ends.join("\n"));
        }
        runtime.shutdown_timeout(Duration::from_secs(5));
        assert_eq!(PANICS.load(Ordering::Relaxed), 0, "seed {seed}: a task panicked");
        assert_eq!(totals().connections_open, 0, "seed {seed}: a connection is left");
        assert_eq!(totals().process_receive_buffer.used, 0, "seed {seed}: the process buffer is not given back");
        seed += 1;
    }
    println!("{} connections, seeds from {first}", seed - first);
}

/// Plays one connection to its end.
async fn connection(mut random: Random) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (near, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    let (near, far) = (near.expect("a connection"), accepted.expect("a connection").0);
    let is_cut_off = random.chance(30);
    let serving = tokio::spawn(server::serve(far, random.fork()));
    let (client, driver) = client::connect(near, random.fork()).await;
    tokio::join!(client.start(random.fork()), async {
        if is_cut_off {
            sleep(Duration::from_millis(random.below(20))).await;
            // Dropped while its streams are busy.
            driver.abort();
        }
    });
    if !is_cut_off {
        let server = client.server().await;
        settled(&client.insight(), &server).await;
    }
    drop(client);
    let _ = driver.await;
    serving.await.expect("the server does not panic");
}

/// Waits until both ends have nothing left and say the same.
async fn settled(client: &Connection, server: &Connection) {
    let began = Instant::now();
    loop {
        let ends = (client.snapshot().expect("it is open"), server.snapshot().expect("it is open"));
        let Some(why) = differ(&ends.0, &ends.1).or_else(|| differ(&ends.1, &ends.0)) else { return };
        assert!(began.elapsed() < SETTLES, "{why}\n{}\n{}", ends.0, ends.1);
        sleep(PAUSE).await;
    }
}

/// What of the one end is not as it should be, or not as the other end has it.
fn differ(one: &ConnectionSnapshot, other: &ConnectionSnapshot) -> Option<String> {
    let receive = &one.receive;
    [
        (receive.in_flight, 0, "octets are held"),
        (receive.unread, 0, "octets are unread"),
        (one.send.queued, 0, "octets wait to be sent"),
        (one.local_streams.active as u64, 0, "streams count"),
        (one.waiting_to_open as u64, 0, "requests wait"),
    ]
    .into_iter()
    .find_map(|(is, should, what)| (is != should).then(|| format!("{:?}: {is} {what}", one.role)))
    .or_else(|| {
        let (windows, target) = ((receive.announced, other.send.window), (receive.available, receive.target));
        let says = |what: &str, pair: (i64, i64)| Some(format!("{:?}: {what}: {} and {}", one.role, pair.0, pair.1));
        match () {
            () if windows.0 != windows.1 => says("the window on both ends", windows),
            () if target.0 != target.1 => says("available and target", target),
            () => None,
        }
    })
}
