//! Connections that the application names: by the builder, by a scope, by the transport, and later.

use std::future::{poll_fn, Future};
use std::io;
use std::pin::{pin, Pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::insight::{self, connections_labelled, with_label, with_label_sync, Event};
use h2::{client, server};
use h2_conformance::wire::build::settings;
use h2_conformance::wire::PREFACE;
use tokio::io::{duplex, AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use crate::ends::{by_hand, now, Client, Server};

fn label(connection: &insight::Connection) -> Option<String> {
    connection.label().map(|label| label.to_string())
}

/// A transport whose other end has sent what a server waits for.
fn transport() -> (DuplexStream, DuplexStream) {
    let (near, mut far) = duplex(1 << 16);
    let octets = [&PREFACE[..], &settings().to_bytes()].concat();
    let written = pin!(&mut far).poll_write(&mut by_hand(), &octets);
    assert!(matches!(written, Poll::Ready(Ok(len)) if len == octets.len()));
    (near, far)
}

#[test]
fn a_builder_names_its_connections() {
    let recorder = Arc::new(Mutex::new(Vec::new()));
    let labels = recorder.clone();
    let observer = move |event: &Event<'_>| labels.lock().unwrap().push(label(event.connection));
    let server = Server::with(server::Builder::new().label("by-builder").observer(Arc::new(observer)), settings());
    let client = Client::with(client::Builder::new().label("by-builder"), settings());
    assert_eq!(server.snapshot().label.as_deref(), Some("by-builder"));
    let found: Vec<u64> = connections_labelled("by-builder").iter().map(insight::Connection::id).collect();
    assert_eq!(found, [server.snapshot().id, client.snapshot().id]);
    assert_eq!(connections_labelled("by-build").len(), 0);
    drop(server);
    assert_eq!(*recorder.lock().unwrap(), [Some("by-builder".to_owned()), Some("by-builder".to_owned())]);
}

#[test]
fn a_connection_is_named_later() {
    let server = Server::new();
    let connection = server.connection.insight();
    assert_eq!(label(&connection), None);
    connection.set_label("later");
    assert_eq!(connections_labelled("later").len(), 1);
    assert_eq!(server.snapshot().label.as_deref(), Some("later"));
    connection.clear_label();
    assert_eq!(label(&connection), None);
}

#[test]
fn a_scope_names_what_is_opened_in_it() {
    let open = || async {
        let (near, _far) = transport();
        server::handshake(near).await.map(|connection: server::Connection<_, Bytes>| label(&connection.insight()))
    };
    assert_eq!(now(with_label("outer", open())).unwrap().as_deref(), Some("outer"));
    assert_eq!(now(open()).unwrap(), None);
    let nested = with_label("outer", async {
        let inner = with_label("inner", open()).await.unwrap();
        (inner, open().await.unwrap())
    });
    assert_eq!(now(nested), (Some("inner".to_owned()), Some("outer".to_owned())));
    assert_eq!(with_label_sync("sync", || label(&Server::new().connection.insight())).as_deref(), Some("sync"));
    let own = || Client::with(client::Builder::new().label("own"), settings());
    assert_eq!(with_label_sync("sync", || label(&own().connection.insight())).as_deref(), Some("own"));
}

/// As below a library that makes the handshake in a call and spawns what drives it.
#[test]
fn a_scope_at_the_beginning_of_a_handshake_is_enough() {
    let (near, _far) = transport();
    let handshake = with_label_sync("at-the-call", || server::handshake(near));
    let connection: server::Connection<_, Bytes> = now(handshake).unwrap();
    assert_eq!(label(&connection.insight()).as_deref(), Some("at-the-call"));
}

#[test]
fn a_scope_ends_between_polls_and_after_a_panic() {
    let mut polls = 0;
    let mut future = pin!(with_label(
        "now-and-then",
        poll_fn(move |_| {
            polls += 1;
            assert!(polls < 2, "on purpose");
            Poll::<()>::Pending
        })
    ));
    let mut cx = by_hand();
    assert!(future.as_mut().poll(&mut cx).is_pending());
    assert_eq!(label(&Server::new().connection.insight()), None);
    let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| future.as_mut().poll(&mut cx)));
    assert!(polled.is_err());
    assert_eq!(label(&Server::new().connection.insight()), None);
}

/// Enters a scope while it is read or written.
struct Named<T>(T, &'static str);

impl<T: AsyncRead + Unpin> AsyncRead for Named<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        with_label_sync(self.1, || Pin::new(&mut self.0).poll_read(cx, buf))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Named<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        with_label_sync(self.1, || Pin::new(&mut self.0).poll_write(cx, octets))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with_label_sync(self.1, || Pin::new(&mut self.0).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with_label_sync(self.1, || Pin::new(&mut self.0).poll_shutdown(cx))
    }
}

#[test]
fn a_transport_names_the_connection_of_a_server() {
    let (near, mut far) = duplex(1 << 16);
    let mut cx = by_hand();
    let mut handshake = pin!(server::handshake(Named(near, "transport")));
    assert!(handshake.as_mut().poll(&mut cx).is_pending());
    // Another connection on this thread meanwhile, and one whose transport has no name.
    let (other, _far) = transport();
    let other: server::Connection<_, Bytes> = now(server::handshake(Named(other, "other"))).unwrap();
    let (plain, _far) = transport();
    let plain: server::Connection<_, Bytes> = now(server::handshake(plain)).unwrap();
    let octets = [&PREFACE[..], &settings().to_bytes()].concat();
    assert!(pin!(&mut far).poll_write(&mut cx, &octets).is_ready());
    let Poll::Ready(Ok(connection)) = handshake.as_mut().poll(&mut cx) else { panic!("the preface is there") };
    let connection: server::Connection<_, Bytes> = connection;
    assert_eq!(label(&connection.insight()).as_deref(), Some("transport"));
    assert_eq!(label(&other.insight()).as_deref(), Some("other"));
    assert_eq!(label(&plain.insight()), None);
}
