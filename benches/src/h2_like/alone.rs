//! A server of small requests in memory, without a client: what it executes and allocates is its
//! own and its runtime's.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use bytes::Bytes;
use h2_conformance_wire::feed::Feed;
use tokio::runtime::Runtime;
use tokio::task::LocalSet;

use super::h2::server::Connection;
use super::{answer_with, builder, content};
use crate::small_requests::Requests;
use crate::subject::{self, Exchange, Handler};

pub(super) struct Server {
    runtime: Runtime,
    tasks: LocalSet,
    connection: Connection<Feed, Bytes>,
    wire: Feed,
    handler: Handler,
    content: Bytes,
    requests: Requests,
    octets: Vec<u8>,
}

impl Server {
    pub(super) fn new(exchange: Exchange) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("needs nothing of the system");
        let wire = Feed::with_capacity(1 << 16);
        wire.write(&Requests::opening());
        let connection = runtime.block_on(builder(None).handshake(wire.clone())).expect("the peer conforms");
        let Exchange { handler, octets } = exchange;
        Server {
            runtime,
            tasks: LocalSet::new(),
            connection,
            wire,
            handler,
            content: content(octets),
            requests: Requests::default(),
            octets: Vec::new(),
        }
    }
}

impl subject::Alone for Server {
    fn requests(&mut self, count: u32) {
        self.octets.clear();
        self.requests.encode(count, &mut self.octets);
        self.wire.write(&self.octets);
        let answered = Rc::new(Cell::new(0));
        let connection = &mut self.connection;
        let (handler, content) = (self.handler, &self.content);
        let serve = poll_fn(|cx| {
            while let Poll::Ready(request) = connection.poll_accept(cx) {
                let (_, respond) = request.expect("the peer stays").expect("the peer conforms");
                let (answered, content) = (answered.clone(), content.clone());
                let work = move || {
                    answer_with(respond, content).expect("the stream is open");
                    answered.set(answered.get() + 1);
                };
                match handler {
                    Handler::Inline => work(),
                    Handler::Spawned => drop(tokio::task::spawn_local(async { work() })),
                }
            }
            match answered.get() == count {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        });
        self.tasks.block_on(&self.runtime, serve);
    }
}
