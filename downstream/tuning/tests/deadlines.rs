//! Deadlines reach hyper, reqwest and tonic by one call. The other side of each connection is a raw
//! socket, and the time that the fork sees is held.

use std::time::Duration;

use downstream_tuning::{in_time, serve, Client};
use h2::tuning::{self, Deadlines, IdleTimeout, KeepAlive, Tuning};
use h2::virtual_time;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, Mutex, MutexGuard};

const SECOND: Duration = Duration::from_secs(1);

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
const SETTINGS_ACK: &[u8] = &[0, 0, 0, 4, 1, 0, 0, 0, 0];

const PING: u8 = 6;

fn headers(kind: u8, _flags: u8) -> bool {
    kind == 1
}

fn ping(kind: u8, flags: u8) -> bool {
    kind == PING && flags & 1 == 0
}

fn ping_ack(kind: u8, flags: u8) -> bool {
    kind == PING && flags & 1 == 1
}

fn goaway(kind: u8, _flags: u8) -> bool {
    kind == 7
}

/// What a test sets is set for the whole process.
static PROCESS: Mutex<()> = Mutex::const_new(());

async fn with(deadlines: Deadlines) -> MutexGuard<'static, ()> {
    let alone = PROCESS.lock().await;
    tuning::set_defaults(Tuning::new().deadlines(deadlines));
    virtual_time::set(Some(Duration::ZERO));
    alone
}

/// One end of a connection, by hand.
struct Raw(TcpStream);

impl Raw {
    async fn send(&mut self, octets: &[&[u8]]) {
        self.0.write_all(&octets.concat()).await.unwrap();
    }

    /// Reads frames up to one that is wanted by its type and flags. Returns its payload.
    async fn read_until(&mut self, is_wanted: fn(u8, u8) -> bool) -> Vec<u8> {
        let frames = async {
            loop {
                let mut header = [0; 9];
                self.0.read_exact(&mut header).await.unwrap();
                let mut payload = vec![0; u32::from_be_bytes([0, header[0], header[1], header[2]]) as usize];
                self.0.read_exact(&mut payload).await.unwrap();
                if is_wanted(header[3], header[4]) {
                    return payload;
                }
            }
        };
        in_time("a frame", frames).await.unwrap()
    }

    /// Reads to the end of the connection.
    async fn read_to_end(&mut self) {
        let mut rest = Vec::new();
        // A reset of the connection is an end as well.
        let _ = in_time("the end", self.0.read_to_end(&mut rest)).await.unwrap();
    }
}

/// A raw client of a hyper server. The server shuts down gracefully when the sender is used, and
/// the receiver gets how its connection ended.
async fn raw_client() -> (Raw, oneshot::Sender<()>, oneshot::Receiver<Result<(), String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (socket, _) = listener.accept().await.unwrap();
    let (shut_down, asked) = oneshot::channel();
    let (ended, end) = oneshot::channel();
    tokio::spawn(async move {
        let result = serve(socket, asked).await;
        let _ = ended.send(result.map_err(|error| format!("{error:?}")));
    });
    (Raw(client), shut_down, end)
}

#[tokio::test]
async fn a_graceful_shutdown_of_hyper_ends_although_the_client_never_answers() {
    let _alone = with(Deadlines::new()).await;
    let (mut client, shut_down, end) = raw_client().await;
    client.send(&[PREFACE, SETTINGS, SETTINGS_ACK]).await;
    shut_down.send(()).unwrap();
    assert_eq!(client.read_until(goaway).await[..4], [0x7f, 0xff, 0xff, 0xff]);
    client.read_until(ping).await;
    virtual_time::advance(10 * SECOND);
    assert_eq!(client.read_until(goaway).await, [0; 8]);
    client.read_to_end().await;
    assert_eq!(in_time("the end", end).await.unwrap().unwrap(), Ok(()));
}

#[tokio::test]
async fn a_client_that_says_nothing_does_not_hold_a_connection_of_hyper() {
    let _alone = with(Deadlines::new().handshake_timeout(10 * SECOND)).await;
    let (mut client, _shut_down, end) = raw_client().await;
    // The first frame of the server shows that it waits.
    let mut settings = [0; 9];
    client.0.read_exact(&mut settings).await.unwrap();
    tokio::task::yield_now().await;
    virtual_time::advance(10 * SECOND);
    let error = in_time("the end", end).await.unwrap().unwrap().unwrap_err();
    assert!(error.contains("sent no preface within 10s"), "{error}");
}

#[tokio::test]
async fn an_unused_connection_of_hyper_shuts_down() {
    let _alone = with(Deadlines::new().idle_timeout(IdleTimeout::new(60 * SECOND))).await;
    let (mut client, _shut_down, end) = raw_client().await;
    client.send(&[PREFACE, SETTINGS, SETTINGS_ACK, &[0, 0, 8, PING, 0, 0, 0, 0, 0], &[7; 8]]).await;
    // The acknowledgement shows that all that was read.
    client.read_until(ping_ack).await;
    virtual_time::advance(60 * SECOND);
    client.read_until(goaway).await;
    client.read_until(ping).await;
    virtual_time::advance(10 * SECOND);
    client.read_until(goaway).await;
    assert_eq!(in_time("the end", end).await.unwrap().unwrap(), Ok(()));
}

#[tokio::test]
async fn a_server_that_is_gone_fails_the_requests_of_reqwest_and_tonic() {
    let keep_alive = KeepAlive::new(10 * SECOND).timeout(5 * SECOND).jitter_percent(0);
    let _alone = with(Deadlines::new().keep_alive(keep_alive)).await;
    for make in [Client::of_reqwest, Client::of_tonic] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let client = make(listener.local_addr().unwrap()).unwrap();
        let request =
            tokio::spawn(async move { client.send("/0", 0).await.map(drop).map_err(|error| error.to_string()) });
        let mut server = Raw(listener.accept().await.unwrap().0);
        server.send(&[SETTINGS, SETTINGS_ACK]).await;
        let mut preface = [0; 24];
        server.0.read_exact(&mut preface).await.unwrap();
        server.read_until(headers).await;
        // All that is left is to wait for the server.
        tokio::task::yield_now().await;
        virtual_time::advance(10 * SECOND);
        server.read_until(ping).await;
        virtual_time::advance(5 * SECOND);
        let result = in_time("the end of the request", request).await.unwrap().unwrap();
        assert!(result.is_err(), "nothing answered");
        server.read_to_end().await;
    }
}
