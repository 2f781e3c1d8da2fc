//! A connection that is attacked: set up as hyper sets up its own, in memory.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2_conformance_wire::wake::WakeFlag;
use http::{Request, Response};

use super::h2::{client, server, RecvStream, SendStream};
use super::handshaken;
use crate::hostile::{VictimEnd, Wire};
use crate::subject::{self, Stance, CLIENT_WINDOWS, SERVER_WINDOWS};

/// What hyper sets beside the windows.
const FRAME: u32 = 16 << 10;
const HEADER_LIST: u32 = 16 << 10;
const STREAMS: u32 = 200;
const SEND_BUFFER: usize = 400 << 10;

pub(super) struct Victim {
    woken: WakeFlag,
    connection: Option<Connection>,
    // Handles that the application keeps and does nothing with.
    requests: Vec<(Request<RecvStream>, server::SendResponse<Bytes>)>,
    _request: Option<(client::ResponseFuture, client::SendRequest<Bytes>)>,
    responses: Vec<SendStream<Bytes>>,
}

enum Connection {
    Server(server::Connection<VictimEnd, Bytes>, Stance),
    Client(client::Connection<VictimEnd, Bytes>),
}

impl Victim {
    /// What the attacker opens its connection with is on the wire already.
    pub(super) fn new(wire: &Wire, stance: Stance) -> Result<Self, String> {
        let (woken, mut own_request) = (WakeFlag::set(), None);
        let connection = match stance {
            Stance::Requests => {
                let (mut requester, connection) = handshaken(&woken, client().handshake::<_, Bytes>(wire.victim()))?;
                let request = Request::get("http://example.test/").body(()).expect("a plain request");
                let (response, _) = requester.send_request(request, true).map_err(|error| error.to_string())?;
                own_request = Some((response, requester));
                Connection::Client(connection)
            }
            _ => Connection::Server(handshaken(&woken, server().handshake(wire.victim()))?, stance),
        };
        woken.wake();
        let (requests, responses) = (Vec::new(), Vec::new());
        Ok(Victim { woken, connection: Some(connection), requests, _request: own_request, responses })
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.connection {
            None => Poll::Ready(()),
            Some(Connection::Client(connection)) => Pin::new(connection).poll(cx).map(drop),
            Some(Connection::Server(connection, Stance::NeverAccepts)) => connection.poll_closed(cx).map(drop),
            Some(Connection::Server(connection, stance)) => {
                while let Poll::Ready(request) = connection.poll_accept(cx) {
                    let Some(Ok((request, mut respond))) = request else { return Poll::Ready(()) };
                    if *stance == Stance::Responds {
                        // A stream that is reset already gets no response.
                        self.responses.extend(respond.send_response(Response::new(()), false));
                    }
                    self.requests.push((request, respond));
                }
                for response in &mut self.responses {
                    fill(response, cx);
                }
                Poll::Pending
            }
        }
    }
}

impl subject::Victim for Victim {
    fn turn(&mut self) -> bool {
        let waker = self.woken.waker();
        while self.woken.take() {
            if self.poll(&mut Context::from_waker(&waker)).is_ready() {
                self.connection = None;
                return false;
            }
        }
        self.connection.is_some()
    }
}

/// Hands over content for as long as there is capacity.
fn fill(response: &mut SendStream<Bytes>, cx: &mut Context<'_>) {
    response.reserve_capacity(SEND_BUFFER);
    while let Poll::Ready(Some(Ok(capacity))) = response.poll_capacity(cx) {
        if capacity == 0 || response.send_data(Bytes::from(vec![b'r'; capacity]), false).is_err() {
            return;
        }
        response.reserve_capacity(SEND_BUFFER);
    }
}

fn server() -> server::Builder {
    let mut builder = server::Builder::new();
    builder
        .initial_window_size(SERVER_WINDOWS.stream)
        .initial_connection_window_size(SERVER_WINDOWS.connection)
        .max_frame_size(FRAME)
        .max_header_list_size(HEADER_LIST)
        .max_concurrent_streams(STREAMS)
        .max_send_buffer_size(SEND_BUFFER);
    builder
}

fn client() -> client::Builder {
    let mut builder = client::Builder::new();
    builder
        .initial_window_size(CLIENT_WINDOWS.stream)
        .initial_connection_window_size(CLIENT_WINDOWS.connection)
        .max_frame_size(FRAME)
        .max_header_list_size(HEADER_LIST);
    builder
}
