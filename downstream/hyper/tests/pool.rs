//! A pool above hyper opens a second connection when the first is full.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use downstream_hyper::pool::Pool;
use http_body_util::Empty;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::Response;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio::sync::Barrier;

/// Streams that the server allows on a connection, and requests that it answers together.
const ALLOWED: u32 = 2;
const TOGETHER: usize = 5;

async fn serve(listener: TcpListener) {
    let barrier = Arc::new(Barrier::new(TOGETHER));
    while let Ok((socket, _)) = listener.accept().await {
        let barrier = Arc::clone(&barrier);
        let service = service_fn(move |_| {
            let barrier = Arc::clone(&barrier);
            async move {
                barrier.wait().await;
                Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
            }
        });
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.max_concurrent_streams(ALLOWED);
        let connection = builder.serve_connection(TokioIo::new(socket), service);
        tokio::spawn(async move { drop(connection.await) });
    }
}

/// On one connection the requests beyond its limit would wait for those that wait for them.
#[tokio::test]
async fn full_connections_are_joined_by_others() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let pool = Arc::new(Pool::new(listener.local_addr().unwrap()));
    let server = tokio::spawn(serve(listener));
    let requests: Vec<_> = (0..TOGETHER)
        .map(|_| {
            tokio::spawn({
                let pool = Arc::clone(&pool);
                async move { pool.get().await.map(drop) }
            })
        })
        .collect();
    for request in requests {
        tokio::time::timeout(Duration::from_secs(60), request).await.expect("it ends").unwrap().unwrap();
    }
    assert_eq!(pool.open_connections().await, TOGETHER.div_ceil(ALLOWED as usize));
    server.abort();
}
