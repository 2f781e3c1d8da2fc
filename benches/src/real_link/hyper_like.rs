//! hyper's server and client.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;

use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper::{client, server, Method, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use super::content::{Endless, Meter};
use super::{AddressSender, Direction, Error, Stack};

/// Answers a GET with content without end, and reads the content of everything else.
pub(super) async fn serve(stack: Stack, meter: Meter, address_sender: AddressSender) -> Result<(), Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    address_sender.send(listener.local_addr()?)?;
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let meter = meter.clone();
        tokio::spawn(async move {
            let mut builder = server::conn::http2::Builder::new(TokioExecutor::new());
            builder.timer(TokioTimer::new());
            if stack == Stack::HyperAdaptive {
                builder.adaptive_window(true);
            }
            let of_requests = meter.clone();
            let service = service_fn(move |request| answer(request, of_requests.clone()));
            if let Err(error) = builder.serve_connection(TokioIo::new(socket), service).await {
                meter.fails(&error);
            }
        });
    }
}

type Answer = Pin<Box<dyn Body<Data = Bytes, Error = Infallible> + Send>>;

async fn answer(request: Request<Incoming>, meter: Meter) -> Result<Response<Answer>, Infallible> {
    if request.method() == Method::GET {
        return Ok(Response::new(Box::pin(Endless::new(meter))));
    }
    read(request.into_body(), &meter).await;
    Ok(Response::new(Box::pin(http_body_util::Empty::new())))
}

/// Makes one request and reads its response.
pub(super) async fn request(
    stack: Stack,
    direction: Direction,
    address: SocketAddr,
    meter: Meter,
    address_sender: AddressSender,
) -> Result<(), Error> {
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let mut builder = client::conn::http2::Builder::new(TokioExecutor::new());
    builder.timer(TokioTimer::new());
    if stack == Stack::HyperAdaptive {
        builder.adaptive_window(true);
    }
    let (mut sender, connection) = builder.handshake::<_, Answer>(TokioIo::new(socket)).await?;
    tokio::spawn(async move { drop(connection.await) });
    address_sender.send(address)?;
    let body: Answer = match direction {
        Direction::Download => Box::pin(http_body_util::Empty::new()),
        Direction::Upload => Box::pin(Endless::new(meter.clone())),
    };
    let method = if direction == Direction::Download { Method::GET } else { Method::POST };
    let request = Request::builder().method(method).uri(format!("http://{address}/")).body(body)?;
    let response = sender.send_request(request).await.inspect_err(|error| meter.fails(error))?;
    read(response.into_body(), &meter).await;
    Ok(())
}

async fn read(mut body: Incoming, meter: &Meter) {
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        match frame {
            Ok(frame) => meter.arrived(frame.data_ref().map_or(0, Bytes::len)),
            Err(error) => return meter.fails(&error),
        }
    }
}
