//! A promise that cannot be made leaves nothing behind.

use http::Method;

use super::*;
use crate::frame::Pseudo;

/// A server with a request on stream 1.
struct Server {
    streams: Streams<Bytes, server::Peer>,
    request: StreamRef<Bytes>,
}

impl Server {
    fn new() -> Self {
        let mut streams = Streams::new(super::super::test_config::server());
        let uri = "http://example.test/".parse().expect("a URI");
        let head = frame::Headers::new(1.into(), Pseudo::request(Method::GET, uri, None), HeaderMap::new());
        assert!(matches!(streams.as_dyn().recv_headers(head), Ok(RecvOutcome::Processed)));
        let request = streams.next_incoming().expect("the request");
        Server { streams, request }
    }

    fn stores(&self, id: u32) -> bool {
        self.streams.inner.lock().expect("no panic before").store.find_mut(&id.into()).is_some()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.streams.recv_eof(true).expect("no panic before");
    }
}

fn promised(method: Method) -> Request<()> {
    Request::builder().method(method).uri("http://example.test/").body(()).expect("a request")
}

#[test]
fn a_promise_is_stored() {
    let mut server = Server::new();
    assert!(server.request.send_push_promise(promised(Method::GET)).is_ok());
    assert!(server.stores(2));
}

#[test]
fn no_stream_waits_for_its_promise_after_the_end_of_the_connection() {
    let mut server = Server::new();
    drop(server.request.send_push_promise(promised(Method::GET)).expect("a promise"));
    {
        let mut inner = server.streams.inner.lock().expect("no panic before");
        let Inner { actions, store, counts, .. } = &mut *inner;
        actions.send.clear_queues(store, counts);
        // Others may still look its reset up; nothing else keeps it.
        let kept = store.find_mut(&2.into()).expect("a stream that was reset lately");
        assert!(!kept.is_pending_push && !kept.outgoing.is_queued());
    }
}

#[test]
fn a_promise_that_cannot_be_made_is_not_stored() {
    let mut server = Server::new();
    assert!(server.request.send_push_promise(promised(Method::POST)).is_err());
    assert!(!server.stores(2));
}

#[test]
fn a_promise_on_a_stream_that_was_reset_is_not_stored() {
    let mut server = Server::new();
    server.request.send_reset(Reason::CANCEL);
    assert!(server.request.send_push_promise(promised(Method::GET)).is_err());
    assert!(!server.stores(2));
}
