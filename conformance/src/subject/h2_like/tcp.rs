//! h2 as a server on a socket, with the application that answers each request.

use bytes::Bytes;
use tokio::task::spawn_local;

use super::super::super::server::ANSWER;
use super::h2;
use crate::transport::socket::Stream;

/// Serves one connection to its end.
pub(super) async fn serve(stream: Box<dyn Stream>) {
    let Ok(mut connection) = h2::server::handshake(stream).await else {
        return;
    };
    while let Some(Ok((request, respond))) = connection.accept().await {
        spawn_local(async {
            // A request that fails is the peer's doing and has been answered by h2.
            let has_content = *request.method() != http::Method::HEAD;
            let _ = answer(request.into_body(), respond, has_content).await;
        });
    }
}

/// Reads the request, returns its credit, and answers.
async fn answer(
    mut body: h2::RecvStream,
    mut respond: h2::server::SendResponse<Bytes>,
    has_content: bool,
) -> Result<(), h2::Error> {
    while let Some(chunk) = body.data().await {
        let length = chunk?.len();
        body.flow_control().release_capacity(length)?;
    }
    body.trailers().await?;
    let mut send = respond.send_response(http::Response::new(()), !has_content)?;
    let mut left = Bytes::from_static(if has_content { ANSWER } else { b"" });
    while !left.is_empty() {
        send.reserve_capacity(left.len());
        let Some(capacity) = std::future::poll_fn(|cx| send.poll_capacity(cx)).await else {
            return Ok(());
        };
        let now = left.split_to(capacity?.min(left.len()));
        send.send_data(now, left.is_empty())?;
    }
    Ok(())
}
