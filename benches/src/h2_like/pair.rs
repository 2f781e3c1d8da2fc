//! Client and server in memory, on one thread.

use std::future::poll_fn;

use bytes::Bytes;
use http::Request;
use tokio::runtime::Runtime;

use super::h2::{self, RecvStream};
use super::{answer, builder, write};
use crate::subject::{self, Handler, Shape};

/// Octets the pipe holds each way. More than one window of the smaller kind, so that flow control
/// and not the pipe limits.
const PIPE: usize = 256 << 10;

type Requester = h2::client::SendRequest<Bytes>;

pub(super) struct Pair {
    runtime: Runtime,
    requester: Requester,
    /// What uploads are cut from: made once, because making it costs as much as sending it.
    content: Bytes,
}

impl Pair {
    pub(super) fn new(shape: &Shape) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("needs nothing of the system");
        let (near, far) = tokio::io::duplex(PIPE);
        let handler = shape.handler;
        let server = builder(shape.window).handshake(far);
        runtime.spawn(async move {
            let mut connection = server.await.expect("both ends are ours");
            while let Some(request) = connection.accept().await {
                let (request, respond) = request.expect("both ends are ours");
                let body = request.into_body();
                match handler {
                    Handler::Inline if body.is_end_stream() => answer(respond).expect("the stream is open"),
                    // A body cannot be read inline: the loop that reads the socket would wait for
                    // itself.
                    _ => drop(tokio::spawn(serve(body, respond))),
                }
            }
        });
        let requester = runtime.block_on(async {
            let (requester, connection) = h2::client::handshake(near).await.expect("both ends are ours");
            tokio::spawn(connection);
            requester
        });
        Pair { runtime, requester, content: Bytes::new() }
    }
}

async fn serve(body: RecvStream, respond: h2::server::SendResponse<Bytes>) {
    read(body).await.and_then(|()| answer(respond)).expect("both ends are ours");
}

impl subject::Pair for Pair {
    fn requests(&mut self, count: usize) {
        let requester = &mut self.requester;
        let work = async {
            let mut responses = Vec::with_capacity(count);
            for _ in 0..count {
                poll_fn(|cx| requester.poll_ready(cx)).await?;
                responses.push(requester.send_request(request("GET"), true)?.0);
            }
            for response in responses {
                read(response.await?.into_body()).await?;
            }
            Ok::<_, h2::Error>(())
        };
        self.runtime.block_on(work).expect("both ends are ours");
    }

    fn upload(&mut self, octets: usize) {
        if self.content.len() < octets {
            self.content = Bytes::from(vec![b'u'; octets]);
        }
        let content = self.content.slice(..octets);
        let requester = &mut self.requester;
        let work = async {
            poll_fn(|cx| requester.poll_ready(cx)).await?;
            let (response, mut body) = requester.send_request(request("POST"), false)?;
            write(&mut body, content).await?;
            read(response.await?.into_body()).await
        };
        self.runtime.block_on(work).expect("both ends are ours");
    }
}

fn request(method: &str) -> Request<()> {
    Request::builder().method(method).uri("http://example.test/").body(()).expect("a plain request")
}

async fn read(mut body: RecvStream) -> Result<(), h2::Error> {
    while let Some(chunk) = body.data().await {
        body.flow_control().release_capacity(chunk?.len())?;
    }
    Ok(())
}
