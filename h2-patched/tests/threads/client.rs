//! The client: a task for each request, beside the task of the connection.

use std::time::Duration;

use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use h2::insight::Connection;
use h2::{Reason, RecvStream, SendStream};
use http::Request;
use tokio::net::TcpStream;
use tokio::task::{yield_now, JoinHandle, JoinSet};
use tokio::time::sleep;

use super::random::Random;
use super::server;

pub struct Client {
    requests: SendRequest<Bytes>,
    insight: Connection,
}

/// Connects with settings of all kinds.
pub async fn connect(stream: TcpStream, mut random: Random) -> (Client, JoinHandle<()>) {
    let mut builder = Builder::new();
    builder
        .initial_window_size(random.one(&[1_000, 65_535, 1 << 20]))
        .initial_connection_window_size(random.one(&[65_535, 1 << 20]))
        .max_concurrent_streams(random.one(&[1, 10, 100]))
        .adaptive_window(random.chance(50))
        .enable_push(random.chance(50));
    let (requests, mut connection) = builder.handshake(stream).await.expect("both ends are ours");
    let insight = connection.insight();
    let driver = tokio::spawn(async move {
        let changes = random.chance(30);
        loop {
            tokio::select! {
                _ = &mut connection => return,
                () = sleep(Duration::from_millis(3)), if changes => {
                    connection.set_target_window_size(random.one(&[65_535, 200_000, 1 << 20]));
                }
            }
        }
    });
    (Client { requests, insight }, driver)
}

impl Client {
    pub fn insight(&self) -> Connection {
        self.insight.clone()
    }

    /// The server's end, which a request asks for.
    pub async fn server(&self) -> Connection {
        let mut requests = self.requests.clone().ready().await.expect("it is open");
        let (response, _) = requests.send_request(request(server::WHO), true).expect("it is open");
        let response = response.await.expect("an answer");
        let id: u64 = response.headers()[server::ID].to_str().expect("digits").parse().expect("a number");
        drop(response);
        h2::insight::connections().into_iter().find(|connection| connection.id() == id).expect("it is open")
    }

    /// Makes requests in tasks of their own, and waits for all of them.
    pub async fn start(&self, mut random: Random) {
        let mut tasks = JoinSet::new();
        for _ in 0..2 + random.below(12) {
            let (requests, mut random) = (self.requests.clone(), random.fork());
            tasks.spawn(async move {
                for _ in 0..1 + random.below(6) {
                    // The connection may have ended.
                    let Ok(requests) = requests.clone().ready().await else { return };
                    exchange(requests, random.fork()).await;
                }
            });
        }
        while let Some(task) = tasks.join_next().await {
            task.expect("a task does not panic");
        }
    }
}

fn request(path: &str) -> Request<()> {
    Request::post(format!("http://localhost{path}")).body(()).expect("a request")
}

/// One request, which goes as it may.
async fn exchange(mut requests: SendRequest<Bytes>, mut random: Random) {
    let octets = random.octets();
    let Ok((mut response, mut body)) = requests.send_request(request("/"), octets == 0) else { return };
    drop(requests);
    if random.chance(10) {
        // Given up at once, perhaps before it was sent.
        return;
    }
    if random.chance(30) {
        let mut pushes = response.push_promises();
        let mut random = random.fork();
        tokio::spawn(async move {
            while let Some(Ok(push)) = pushes.push_promise().await {
                let (_, response) = push.into_parts();
                if random.chance(70) {
                    if let Ok(response) = response.await {
                        read(response.into_body(), random.fork()).await;
                    }
                }
            }
        });
    }
    if octets > 0 {
        let mut choices = random.fork();
        // Beside the response: a server may answer early, and take no more of the request until its
        // answer was read.
        tokio::spawn(async move {
            write(&mut body, octets, &mut choices).await;
            if choices.chance(10) {
                body.send_reset(Reason::CANCEL);
            }
        });
    }
    if random.chance(10) {
        return;
    }
    if let Ok(response) = response.await {
        read(response.into_body(), random).await;
    }
}

/// Writes as the window allows; now and then without asking for capacity.
pub async fn write(body: &mut SendStream<Bytes>, octets: usize, random: &mut Random) {
    let mut left = octets;
    while left > 0 {
        let piece = left.min(1 + random.below(30_000) as usize);
        if random.chance(80) {
            body.reserve_capacity(piece);
            match std::future::poll_fn(|cx| body.poll_capacity(cx)).await {
                Some(Ok(_)) => {}
                _ => return,
            }
        }
        let granted = if random.chance(80) { piece.min(body.capacity()) } else { piece };
        left -= granted;
        if body.send_data(Bytes::from(vec![7; granted]), left == 0).is_err() {
            return;
        }
        // A body that ends in the middle needs a reset: its reader would wait for the rest.
        if random.chance(5) {
            body.send_reset(Reason::INTERNAL_ERROR);
            return;
        }
    }
}

/// Reads a body: to its end or not, releasing what it read at once, late, or never.
pub async fn read(mut body: RecvStream, mut random: Random) {
    let mut held = 0;
    let releases = random.one(&[0_u64, 50, 100, 100]);
    while let Some(Ok(data)) = body.data().await {
        held += data.len();
        if random.chance(releases) {
            let _ = body.flow_control().release_capacity(held);
            held = 0;
        }
        match random.below(40) {
            // What was read and not released would stay so while there is another handle.
            0 => {
                let _ = body.flow_control().release_capacity(held);
                return;
            }
            1 => yield_now().await,
            2 => sleep(Duration::from_millis(1)).await,
            _ => {}
        }
        // A reader that holds all that the window has would wait for itself.
        if held > 500 {
            let _ = body.flow_control().release_capacity(held);
            held = 0;
        }
    }
}
