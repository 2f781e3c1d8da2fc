//! h2's own server and client.

use std::future::poll_fn;
use std::net::SocketAddr;

use bytes::Bytes;
use h2::{client, server, RecvStream, SendStream};
use hyper::{Method, Request, Response};
use tokio::net::{TcpListener, TcpStream};

use super::content::Meter;
use super::{AddressSender, Direction, Error};

/// Answers each request with content without end, or reads its content.
pub(super) async fn serve(direction: Direction, meter: Meter, address_sender: AddressSender) -> Result<(), Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    address_sender.send(listener.local_addr()?)?;
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let meter = meter.clone();
        tokio::spawn(async move {
            if let Err(error) = connection(socket, direction, meter.clone()).await {
                meter.fails(error.as_ref());
            }
        });
    }
}

async fn connection(socket: TcpStream, direction: Direction, meter: Meter) -> Result<(), Error> {
    let mut connection = server::handshake(socket).await?;
    while let Some(request) = connection.accept().await {
        let (request, mut respond) = request?;
        let meter = meter.clone();
        tokio::spawn(async move {
            let done = async {
                match direction {
                    Direction::Download => write(respond.send_response(Response::new(()), false)?, &meter).await,
                    Direction::Upload => read(request.into_body(), &meter).await,
                }
            };
            if let Err(error) = done.await {
                meter.fails(&error);
            }
        });
    }
    Ok(())
}

/// Makes one request and reads its response.
pub(super) async fn request(
    direction: Direction,
    address: SocketAddr,
    meter: Meter,
    address_sender: AddressSender,
) -> Result<(), Error> {
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let (requester, connection) = client::handshake(socket).await?;
    tokio::spawn(async move { drop(connection.await) });
    address_sender.send(address)?;
    let mut requester = requester.ready().await?;
    let is_download = direction == Direction::Download;
    let method = if is_download { Method::GET } else { Method::POST };
    let request = Request::builder().method(method).uri(format!("http://{address}/")).body(())?;
    let (response, body) = requester.send_request(request, is_download)?;
    if is_download {
        read(response.await?.into_body(), &meter).await?;
    } else {
        write(body, &meter).await?;
    }
    Ok(())
}

async fn read(mut body: RecvStream, meter: &Meter) -> Result<(), h2::Error> {
    while let Some(chunk) = body.data().await {
        let octets = chunk?.len();
        meter.arrived(octets);
        body.flow_control().release_capacity(octets)?;
    }
    Ok(())
}

async fn write(mut body: SendStream<Bytes>, meter: &Meter) -> Result<(), h2::Error> {
    loop {
        let mut rest = meter.chunk().await;
        while !rest.is_empty() {
            body.reserve_capacity(rest.len());
            let Some(capacity) = poll_fn(|cx| body.poll_capacity(cx)).await else { return Ok(()) };
            body.send_data(rest.split_to(capacity?.min(rest.len())), false)?;
        }
    }
}
