//! The server: a task for each request, beside the task of the connection.

use std::time::Duration;

use bytes::Bytes;
use h2::server::{Builder, SendResponse};
use h2::{Reason, RecvStream};
use http::{Request, Response};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::client::{read, write};
use super::random::Random;

/// The path that asks which connection this is, and the field of the answer.
pub const WHO: &str = "/who";
pub const ID: &str = "x-connection";

pub async fn serve(stream: TcpStream, mut random: Random) {
    let mut builder = Builder::new();
    builder
        .initial_window_size(random.one(&[1_000, 65_535, 1 << 20]))
        .initial_connection_window_size(random.one(&[65_535, 1 << 20]))
        .max_concurrent_streams(random.one(&[1, 10, 100]))
        .adaptive_window(random.chance(50))
        .max_send_buffer_size(random.one(&[1_000, 400_000]));
    // The other end may be gone before.
    let Ok(mut connection) = builder.handshake::<_, Bytes>(stream).await else { return };
    let id = connection.insight().id();
    let mut tasks = JoinSet::new();
    let changes = random.chance(30);
    loop {
        tokio::select! {
            accepted = connection.accept() => match accepted {
                Some(Ok((request, respond))) => drop(tasks.spawn(answer(request, respond, id, random.fork()))),
                _ => break,
            },
            () = sleep(Duration::from_millis(3)), if changes => {
                connection.set_target_window_size(random.one(&[65_535, 200_000, 1 << 20]));
                let _ = connection.set_initial_window_size(random.one(&[1_000, 65_535]));
            }
        }
    }
    drop(connection);
    while let Some(task) = tasks.join_next().await {
        task.expect("a task does not panic");
    }
}

async fn answer(request: Request<RecvStream>, mut respond: SendResponse<Bytes>, id: u64, mut random: Random) {
    let (head, body) = request.into_parts();
    let response = Response::builder().header(ID, id.to_string()).body(()).expect("a response");
    if head.uri.path() == WHO {
        let _ = respond.send_response(response, true);
        return;
    }
    if random.chance(5) {
        respond.send_reset(Reason::REFUSED_STREAM);
        return;
    }
    if random.chance(20) {
        promise(&mut respond, &mut random).await;
    }
    match random.below(4) {
        // Not read at all.
        0 => drop(body),
        // Read while it is answered.
        1 => drop(tokio::spawn(read(body, random.fork()))),
        _ => read(body, random.fork()).await,
    }
    let octets = random.octets();
    if let Ok(mut body) = respond.send_response(response, octets == 0) {
        write(&mut body, octets, &mut random).await;
    }
}

async fn promise(respond: &mut SendResponse<Bytes>, random: &mut Random) {
    let request = Request::get("http://localhost/pushed").body(()).expect("a request");
    // The client may not want pushes.
    let Ok(mut push) = respond.push_request(request) else { return };
    let octets = random.octets();
    if let Ok(mut body) = push.send_response(Response::new(()), octets == 0) {
        let mut random = random.fork();
        tokio::spawn(async move { write(&mut body, octets, &mut random).await });
    }
}
