//! What looking costs others: how long connections are held up while another thread reads the
//! totals, lists the connections, or takes snapshots of a connection with very many streams.
//!
//! ```text
//! cargo run --release -p h2-benches --example insight_scale [CONNECTIONS [STREAMS]]
//! ```
//!
//! The times are of one operation, in microseconds: to open and close a connection, or to ask a
//! stream for its capacity, which takes the lock of the streams. There is one each 50 microseconds,
//! and the thread that looks does nothing else, so most operations meet it. On a machine with other
//! work the longest times are those of the machine, which the rows without snapshots show.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::client::{self, SendRequest};
use h2::insight;
use tokio::io::{duplex, DuplexStream};

/// How long each row is measured.
const TIME: Duration = Duration::from_secs(3);

/// From one operation to the next.
const PAUSE: Duration = Duration::from_micros(50);

type Connection = client::Connection<DuplexStream, Bytes>;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().expect("expected a number"));
    let connections = arguments.next().unwrap_or(20_000);
    let streams = arguments.next().unwrap_or(100_000);

    let open: Vec<_> = (0..connections).map(|_| connect()).collect();
    let open_and_close = || drop(connect());
    println!("{:<58} {:>9} {:>9} {:>9} {:>9}", format!("{connections} connections"), "p50", "p99", "p99.9", "longest");
    row("open and close, no snapshots", open_and_close, None);
    row(
        "open and close, beside totals()",
        open_and_close,
        Some(&|| {
            std::hint::black_box(insight::totals());
        }),
    );
    row("open and close, beside connections()", open_and_close, Some(&|| drop(insight::connections())));
    drop(open);

    let (mut requests, connection, _far) = connect();
    let exchanges: Vec<_> = (0..streams).map(|_| request(&mut requests)).collect();
    let ask = || {
        std::hint::black_box(exchanges[0].1.capacity());
    };
    let handle = connection.insight();
    println!("{:<58} {:>9} {:>9} {:>9} {:>9}", format!("{streams} streams"), "p50", "p99", "p99.9", "longest");
    row("capacity of a stream, no snapshots", ask, None);
    row("capacity of a stream, beside snapshot()", ask, Some(&|| drop(handle.snapshot())));
}

fn connect() -> (SendRequest<Bytes>, Connection, DuplexStream) {
    let (pipe, far) = duplex(1 << 10);
    match pin!(client::handshake(pipe)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok((requests, connection))) => (requests, connection, far),
        _ => panic!("a client opens without waiting"),
    }
}

fn request(requests: &mut SendRequest<Bytes>) -> (client::ResponseFuture, h2::SendStream<Bytes>) {
    let request = http::Request::post("http://example.com/").body(()).expect("it is well-formed");
    requests.send_request(request, false).expect("the connection is open")
}

/// Repeats `operation` while another thread looks.
fn row(name: &str, operation: impl Fn(), look: Option<&(dyn Fn() + Sync)>) {
    let over = AtomicBool::new(false);
    let looks = AtomicUsize::new(0);
    let mut times = Vec::with_capacity(1 << 22);
    std::thread::scope(|scope| {
        if let Some(look) = look {
            scope.spawn(|| {
                while !over.load(Relaxed) {
                    look();
                    looks.fetch_add(1, Relaxed);
                }
            });
        }
        let start = Instant::now();
        while start.elapsed() < TIME {
            let before = Instant::now();
            operation();
            times.push(before.elapsed());
            while before.elapsed() < PAUSE {
                std::hint::spin_loop();
            }
        }
        over.store(true, Relaxed);
    });
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    let name = match looks.into_inner() {
        0 => name.to_owned(),
        looks => format!("{name} ({:.2} ms each)", TIME.as_secs_f64() * 1e3 / looks as f64),
    };
    println!("{name:<58} {:>9.1} {:>9.1} {:>9.1} {:>9.1}", at(0.5), at(0.99), at(0.999), at(1.0));
}
