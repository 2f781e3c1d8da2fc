//! hyper's server on a socket. The workspace's `[patch.crates-io]` makes it run on the fork.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};

use super::server::ANSWER;
use crate::wire::code::DEFAULT_WINDOW;

/// Serves one connection to its end, which it gives back.
pub async fn serve<S>(stream: S) -> Result<(), hyper::Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    Builder::new(TokioExecutor::new())
        // The windows of RFC 9113, so that cases which count credit mean the same as with h2
        // itself.
        .initial_stream_window_size(DEFAULT_WINDOW)
        .initial_connection_window_size(DEFAULT_WINDOW)
        .serve_connection(TokioIo::new(stream), service_fn(answer))
        .await
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // hyper leaves it to the application that a response to HEAD has no content.
    let content = if request.method() == Method::HEAD { b"" } else { ANSWER };
    let mut body = request.into_body();
    // An error of the request is the peer's doing: hyper has answered it, and drops what comes now.
    while let Some(Ok(_)) = body.frame().await {}
    Ok(Response::new(Full::new(Bytes::from_static(content))))
}
