//! The connection and the task that polls it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::client::SendRequest;
use h2::PingPong;

use crate::handles::{serve, text, Handles, Shared};
use crate::pipe::H2End;
use crate::tasks::Tasks;

type ClientOpening = dyn Future<Output = Result<Client, h2::Error>>;
type Client = (SendRequest<Bytes>, h2::client::Connection<H2End>);

pub enum Connection {
    ServerOpening(h2::server::Handshake<H2End>),
    ClientOpening(Pin<Box<ClientOpening>>),
    Server(h2::server::Connection<H2End, Bytes>),
    Client(h2::client::Connection<H2End>),
    Ended,
}

impl Connection {
    pub fn server(builder: &h2::server::Builder, io: H2End) -> Connection {
        Connection::ServerOpening(builder.handshake(io))
    }

    pub fn client(builder: h2::client::Builder, io: H2End) -> Connection {
        Connection::ClientOpening(Box::pin(async move { builder.handshake(io).await }))
    }

    /// Never ready before the connection has ended. `by_itself`: requests are answered here and not by the steps.
    pub fn poll(&mut self, cx: &mut Context<'_>, held: &Shared, tasks: &Tasks, by_itself: bool) -> Poll<()> {
        let ended = match self {
            Connection::ServerOpening(opening) => match Pin::new(opening).poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(opened) => opened.map(|connection| *self = Connection::Server(connection)),
            },
            Connection::ClientOpening(opening) => match opening.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(opened) => opened.map(|(requester, connection)| {
                    held.borrow_mut().requester = Some(requester);
                    *self = Connection::Client(connection);
                    tasks.wake_all();
                }),
            },
            Connection::Server(connection) => match connection.poll_accept(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return self.end(Ok(())),
                Poll::Ready(Some(Err(error))) => Err(error),
                Poll::Ready(Some(Ok((request, respond)))) => {
                    let stream = respond.stream_id().as_u32();
                    println!("app     gets the request on stream {stream}");
                    let body = Some(request.into_body());
                    let handles = Handles { body, respond: Some(respond), ..Handles::default() };
                    held.borrow_mut().streams.insert(stream, handles);
                    if by_itself {
                        let held = held.clone();
                        // Why it cannot answer shows on the wire.
                        tasks.spawn(async move { drop(serve(&held, stream).await) });
                    }
                    Ok(())
                }
            },
            Connection::Client(connection) => match Pin::new(connection).poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(result) => return self.end(result),
            },
            Connection::Ended => return Poll::Ready(()),
        };
        if ended.is_err() {
            return self.end(ended);
        }
        // There may be more; the other tasks have their turn first.
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn end(&mut self, result: Result<(), h2::Error>) -> Poll<()> {
        *self = Connection::Ended;
        match result {
            Ok(()) => println!("app     connection ended"),
            Err(error) => println!("app     connection ended: {error}"),
        }
        Poll::Ready(())
    }

    pub fn pings(&mut self) -> Option<PingPong> {
        match self {
            Connection::Server(connection) => connection.ping_pong(),
            Connection::Client(connection) => connection.ping_pong(),
            _ => None,
        }
    }

    pub fn set_target_window(&mut self, octets: u32) -> Result<(), String> {
        match self {
            Connection::Server(connection) => connection.set_target_window_size(octets),
            Connection::Client(connection) => connection.set_target_window_size(octets),
            _ => return Err(NO_CALL.into()),
        }
        Ok(())
    }

    pub fn set_initial_window(&mut self, octets: u32) -> Result<(), String> {
        match self {
            Connection::Server(connection) => connection.set_initial_window_size(octets).map_err(text),
            Connection::Client(connection) => connection.set_initial_window_size(octets).map_err(text),
            _ => Err(NO_CALL.into()),
        }
    }

    pub fn shut_down(&mut self) -> Result<(), String> {
        let Connection::Server(connection) = self else { return Err(NO_CALL.into()) };
        connection.graceful_shutdown();
        Ok(())
    }

    pub fn abort(&mut self, code: u32) -> Result<(), String> {
        let Connection::Server(connection) = self else { return Err(NO_CALL.into()) };
        connection.abrupt_shutdown(code.into());
        Ok(())
    }
}

const NO_CALL: &str = "the connection offers no such call now";
