//! xitca-http's.

use std::convert::Infallible;
use std::io;

use xitca_http::body::Full;
use xitca_http::bytes::Bytes;
use xitca_http::h2::RequestBody;
use xitca_http::http::{Request, RequestExt, Response};
use xitca_http::HttpServiceBuilder;
use xitca_service::{fn_service, Service, ServiceExt};

/// Serves until it is ended: one task a connection.
///
/// # Errors
///
/// The port cannot be had.
pub(crate) fn serve(port: u16) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        let service = fn_service(answer).enclosed(HttpServiceBuilder::h2()).call(()).await;
        let service = std::rc::Rc::new(service.map_err(|_| io::Error::other("there is no service"))?);
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
        loop {
            let (socket, address) = listener.accept().await?;
            socket.set_nodelay(true)?;
            let service = service.clone();
            let socket = xitca_io::net::TcpStream::from(socket);
            // A connection that fails is one that the client misses.
            tokio::task::spawn_local(async move { drop(service.call((socket, address)).await) });
        }
    })
}

async fn answer(request: Request<RequestExt<RequestBody>>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::new(Bytes::from_static(super::content(request.uri().path())))))
}
