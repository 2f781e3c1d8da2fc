//! What one call of `h2::tuning::set_defaults` does to hyper, reqwest and tonic, told from what
//! passes between them.

use std::time::Duration;

use bytes::Bytes;
use downstream_tuning::{in_time, Client, Held, Proxy, Server, Way, Wire};
use h2::tuning::{self, Tuning, WindowUpdatePolicy};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinSet;

/// What a test sets is set for the whole process.
static PROCESS: Mutex<()> = Mutex::const_new(());

async fn alone() -> MutexGuard<'static, ()> {
    let alone = PROCESS.lock().await;
    tuning::set_defaults(Tuning::new());
    alone
}

/// Updates from this share of the window on, in percent.
const EAGER: u8 = 4;
const EAGERLY: WindowUpdatePolicy = WindowUpdatePolicy::new().threshold_percent(EAGER);

/// Worth an update to an eager receiver, and even twice as much is worth none by default: see
/// `is_worth_an_update_to_the_eager`.
const LITTLE: usize = 240 << 10;

type Make = fn(std::net::SocketAddr) -> Result<Client, downstream_tuning::Error>;
const LIBRARIES: [(&str, Make); 2] = [("reqwest", Client::of_reqwest), ("tonic", Client::of_tonic)];

fn is_worth_an_update_to_the_eager(way: &Way) -> bool {
    let (window, little) = (way.first_window(), LITTLE as u64);
    little >= window * u64::from(EAGER) / 100 && 2 * little < window / 2
}

/// Checks for a library's client and the server whether it updated eagerly.
fn assert_eager(wire: &Wire, library: &str, expected: bool) {
    for way in [&wire.up, &wire.down] {
        assert!(is_worth_an_update_to_the_eager(way), "{library}: {way:?}");
        assert_eq!(!way.updates().is_empty(), expected, "{library}: {way:?}");
        let least = way.first_window() * u64::from(EAGER) / 100;
        assert!(way.updates().iter().all(|octets| u64::from(*octets) >= least), "{library}: {way:?}");
    }
}

#[tokio::test]
async fn a_policy_reaches_every_library_and_not_the_connections_before() {
    let _alone = alone().await;
    for (library, make) in LIBRARIES {
        tuning::set_defaults(Tuning::new());
        let server = Server::start().await.unwrap();
        let proxy = Proxy::before(server.address).await.unwrap();
        let before = make(proxy.address).unwrap();
        before.exchange(LITTLE).await.unwrap();

        tuning::set_defaults(Tuning::new().window_update_policy(EAGERLY));
        before.exchange(LITTLE).await.unwrap();
        before.settle().await.unwrap();
        assert_eager(&proxy.last(), library, false);

        let after = make(proxy.address).unwrap();
        after.exchange(LITTLE).await.unwrap();
        after.settle().await.unwrap();
        assert_eager(&proxy.last(), library, true);

        // What is set replaces all of what was set.
        tuning::set_defaults(Tuning::new().adaptive_window(false));
        let last = make(proxy.address).unwrap();
        last.exchange(LITTLE).await.unwrap();
        last.settle().await.unwrap();
        assert_eager(&proxy.last(), library, false);
    }
}

/// Downloads with h2 itself; what passed.
async fn download(builder: &h2::client::Builder) -> Way {
    let server = Server::start().await.unwrap();
    let proxy = Proxy::before(server.address).await.unwrap();
    let socket = TcpStream::connect(proxy.address).await.unwrap();
    let (requests, connection) = builder.handshake::<_, Bytes>(socket).await.unwrap();
    tokio::spawn(connection);
    let mut requests = requests.ready().await.unwrap();
    for octets in [LITTLE, 0, 0] {
        let request = http::Request::get(format!("http://{}/{octets}", proxy.address)).body(()).unwrap();
        let (response, _) = requests.send_request(request, true).unwrap();
        let mut body = in_time("a response", response).await.unwrap().unwrap().into_body();
        while let Some(data) = in_time("content", body.data()).await.unwrap() {
            body.flow_control().release_capacity(data.unwrap().len()).unwrap();
        }
    }
    proxy.last().down
}

#[tokio::test]
async fn what_a_builder_sets_goes_before() {
    let _alone = alone().await;
    let mut builder = h2::client::Builder::new();
    builder.initial_connection_window_size(2 << 20);
    assert_eq!(download(&builder).await.updates().len(), 0);

    tuning::set_defaults(Tuning::new().window_update_policy(EAGERLY));
    let by_process = download(&builder).await;
    assert!(is_worth_an_update_to_the_eager(&by_process) && !by_process.updates().is_empty(), "{by_process:?}");
    builder.window_update_policy(WindowUpdatePolicy::new());
    assert_eq!(download(&builder).await.updates().len(), 0);

    tuning::set_defaults(Tuning::new());
    builder.window_update_policy(EAGERLY);
    assert!(!download(&builder).await.updates().is_empty());
}

/// Downloads and uploads without a reader, several each way and each of as many octets as the
/// window that all share.
async fn leave_unread(client: &Client, wire: &Wire) -> (Vec<Held>, JoinSet<()>) {
    const STREAMS: usize = 4;
    let mut downloads = Vec::new();
    let mut uploads = JoinSet::new();
    for _ in 0..STREAMS {
        downloads.push(client.hold(wire.down.first_window() as usize).await.unwrap());
        let (client, octets) = (client.clone(), wire.up.first_window() as usize);
        uploads.spawn(async move { drop(client.send(Server::HOLD, octets).await) });
    }
    (downloads, uploads)
}

/// Whether others go on beside streams without a reader, on a connection that is open when `then`
/// is set.
async fn is_isolated(make: Make, first: Tuning, then: Tuning) -> bool {
    tuning::set_defaults(first);
    let server = Server::start().await.unwrap();
    let proxy = Proxy::before(server.address).await.unwrap();
    let client = make(proxy.address).unwrap();
    client.settle().await.unwrap();
    tuning::set_defaults(then);

    let first = proxy.last();
    let _unread = leave_unread(&client, &first).await;
    let is_decided = |way: &Way| way.octets >= way.first_window();
    proxy.passed("unread content", |wire| is_decided(&wire.up) && is_decided(&wire.down)).await.unwrap();
    client.settle().await.unwrap();
    // More is granted as soon as a reader waits; otherwise all of it is used up, both ways, and the
    // exchange makes no progress.
    const PATIENCE: Duration = Duration::from_secs(2);
    let exchange = tokio::time::timeout(PATIENCE, client.exchange(LITTLE)).await;
    let goes_on = exchange.map(|done| done.unwrap()).is_ok();
    let wire = proxy.last();
    assert_eq!(goes_on, !wire.up.updates().is_empty(), "{wire:?}");
    assert_eq!(goes_on, !wire.down.updates().is_empty(), "{wire:?}");
    goes_on
}

#[tokio::test]
async fn a_budget_decides_whether_unread_content_stops_the_others() {
    let _alone = alone().await;
    const DEFAULTS: Tuning = Tuning::new();
    const NONE: Tuning = DEFAULTS.max_connection_receive_buffer_size(0);
    for (library, make) in LIBRARIES {
        assert!(is_isolated(make, DEFAULTS, DEFAULTS).await, "{library}");
        assert!(!is_isolated(make, NONE, NONE).await, "{library}");
        // A connection keeps its own budget; the one of the process is shared by those that are
        // open too.
        assert!(is_isolated(make, DEFAULTS, NONE).await, "{library}");
        assert!(!is_isolated(make, DEFAULTS, DEFAULTS.max_process_receive_buffer_size(0)).await, "{library}");
    }
}

/// What is left of the windows after more than one window's worth of content in little more than a
/// round trip.
async fn after_much(make: Make) -> Wire {
    const HOP: Duration = Duration::from_millis(10);
    // SETTINGS and acknowledgement of either side: four hops at most, and so no round trip seems
    // longer.
    const ROUND_TRIP: Duration = Duration::from_millis(40);
    // Client, proxy and server are on this thread, and its time does not pass but for this.
    h2::virtual_time::set(Some(Duration::ZERO));
    let server = Server::start().await.unwrap();
    let proxy = Proxy::with_delay(server.address, || h2::virtual_time::advance(HOP)).await.unwrap();
    let client = make(proxy.address).unwrap();
    client.settle().await.unwrap();
    let windows = proxy.last();
    let much = 2 * windows.up.first_window().max(windows.down.first_window()) as usize;
    client.exchange(much).await.unwrap();
    h2::virtual_time::advance(ROUND_TRIP);
    client.exchange(much).await.unwrap();
    client.settle().await.unwrap();
    h2::virtual_time::set(None);
    proxy.last()
}

#[tokio::test]
async fn windows_that_limit_throughput_grow_unless_they_are_told_not_to() {
    let _alone = alone().await;
    for (library, make) in LIBRARIES {
        tuning::set_defaults(Tuning::new());
        let grown = after_much(make).await;
        for way in [&grown.up, &grown.down] {
            assert!(way.window() > way.first_window(), "{library}: {way:?}");
        }
        for as_set in [Tuning::new().adaptive_window(false), Tuning::new().max_connection_receive_buffer_size(0)] {
            tuning::set_defaults(as_set);
            let fixed = after_much(make).await;
            for way in [&fixed.up, &fixed.down] {
                assert!(way.window() <= way.first_window(), "{library}: {way:?}");
            }
        }
    }
}
