//! A connection that is attacked: set up as hyper sets up its own, in memory.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2_conformance_wire::wake::WakeFlag;
use http::{Request, Response};

use super::h2::{client, server, RecvStream, SendStream};
use super::{answer, handshaken};
use crate::hostile::{VictimEnd, Wire};
use crate::subject::{self, Stance, CANCELLED, CLIENT_WINDOWS, SERVER_WINDOWS};

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
    requester: Option<client::SendRequest<Bytes>>,
    awaited: Vec<client::ResponseFuture>,
    responses: Vec<SendStream<Bytes>>,
}

enum Connection {
    Server(server::Connection<VictimEnd, Bytes>, Stance),
    Client(client::Connection<VictimEnd, Bytes>, Stance),
}

impl Victim {
    /// What the attacker opens its connection with is on the wire already.
    pub(super) fn new(wire: &Wire, stance: Stance) -> Result<Self, String> {
        let (woken, mut requester, mut awaited) = (WakeFlag::set(), None, Vec::new());
        let connection = match stance {
            Stance::Requests | Stance::Cancels => {
                let (mut sender, connection) = handshaken(&woken, client().handshake::<_, Bytes>(wire.victim()))?;
                if stance == Stance::Requests {
                    awaited.push(request(&mut sender)?);
                }
                requester = Some(sender);
                Connection::Client(connection, stance)
            }
            _ => Connection::Server(handshaken(&woken, server().handshake(wire.victim()))?, stance),
        };
        woken.wake();
        let (requests, responses) = (Vec::new(), Vec::new());
        Ok(Victim { woken, connection: Some(connection), requests, requester, awaited, responses })
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.connection {
            None => Poll::Ready(()),
            Some(Connection::Client(connection, _)) => Pin::new(connection).poll(cx).map(drop),
            Some(Connection::Server(connection, Stance::NeverAccepts)) => connection.poll_closed(cx).map(drop),
            Some(Connection::Server(connection, stance)) => {
                while let Poll::Ready(request) = connection.poll_accept(cx) {
                    let Some(Ok((request, mut respond))) = request else { return Poll::Ready(()) };
                    if *stance == Stance::Ignores {
                        // A stream that is reset already gets no answer.
                        let _ = answer(respond);
                        continue;
                    }
                    if *stance == Stance::Responds {
                        // A stream that is reset already gets no response.
                        self.responses.extend(respond.send_response(Response::new(()), false));
                    }
                    self.requests.push((request, respond));
                }
                if *stance == Stance::Serves {
                    self.requests =
                        std::mem::take(&mut self.requests).into_iter().filter_map(|it| serve(it, cx)).collect();
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
        if let (Some(Connection::Client(_, Stance::Cancels)), Some(requester)) = (&self.connection, &mut self.requester)
        {
            self.awaited.clear();
            self.awaited.extend((0..CANCELLED).map_while(|_| request(requester).ok()));
            self.woken.wake();
        }
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

fn request(requester: &mut client::SendRequest<Bytes>) -> Result<client::ResponseFuture, String> {
    let request = Request::get("http://example.test/").body(()).expect("a plain request");
    let (response, _) = requester.send_request(request, true).map_err(|error| error.to_string())?;
    Ok(response)
}

/// Reads what there is of a request and answers it at its end. Returns it if it goes on.
fn serve(
    (mut request, respond): (Request<RecvStream>, server::SendResponse<Bytes>),
    cx: &mut Context<'_>,
) -> Option<(Request<RecvStream>, server::SendResponse<Bytes>)> {
    loop {
        match request.body_mut().poll_data(cx) {
            // The window has room for what was just taken from it.
            Poll::Ready(Some(Ok(data))) => request.body_mut().flow_control().release_capacity(data.len()).ok()?,
            Poll::Ready(Some(Err(_))) => return None,
            Poll::Ready(None) => {
                // A stream that is reset already gets no answer.
                let _ = answer(respond);
                return None;
            }
            Poll::Pending => return Some((request, respond)),
        }
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
