//! What it costs to look: a snapshot of a connection with many streams, and the totals of the
//! process.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use criterion::{criterion_group, criterion_main, Criterion};
use h2::{client, insight};
use tokio::io::{duplex, AsyncWrite, DuplexStream};

const STREAMS: usize = 1000;

/// A client with that many uploads, some of which wait for a window: the rest of the pipe is never
/// read.
struct Client {
    connection: client::Connection<DuplexStream, Bytes>,
    _uploads: Vec<(client::ResponseFuture, h2::SendStream<Bytes>)>,
    _peer: DuplexStream,
}

impl Client {
    fn new() -> Self {
        let mut cx = Context::from_waker(Waker::noop());
        let (pipe, mut peer) = duplex(1 << 24);
        let handshake = pin!(client::handshake(pipe)).poll(&mut cx);
        let Poll::Ready(Ok((mut requests, mut connection))) = handshake else {
            panic!("a client opens without waiting")
        };
        let empty_settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        assert!(pin!(&mut peer).poll_write(&mut cx, &empty_settings).is_ready());
        assert!(pin!(&mut connection).poll(&mut cx).is_pending());
        let mut upload = || {
            let request = http::Request::post("http://example.com/").body(()).expect("it is well-formed");
            let (response, mut writer) = requests.send_request(request, false).expect("streams are not limited");
            writer.send_data(Bytes::from_static(&[0; 100]), false).expect("the stream is open");
            assert!(pin!(&mut connection).poll(&mut cx).is_pending());
            (response, writer)
        };
        let _uploads = (0..STREAMS).map(|_| upload()).collect();
        Client { connection, _uploads, _peer: peer }
    }
}

fn looks(c: &mut Criterion) {
    let client = Client::new();
    let handle = client.connection.insight();
    let snapshot = handle.snapshot().expect("it is there");
    assert_eq!(snapshot.streams.len(), STREAMS);
    assert!(snapshot.streams.iter().any(|stream| stream.writer.is_some()));
    c.bench_function("insight/snapshot-of-1000-streams", |b| b.iter(|| black_box(handle.snapshot())));
    c.bench_function("insight/totals", |b| b.iter(|| black_box(insight::totals())));
}

criterion_group!(benches, looks);
criterion_main!(benches);
