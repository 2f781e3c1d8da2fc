//! monoio-http's, which is h2 moved to the traits of monoio.

use std::io;

use bytes::Bytes;
use monoio::net::{TcpListener, TcpStream};
use monoio_http::h2::server::{self, SendResponse};

/// Serves until it is ended: one task a connection, and one task a request.
///
/// # Errors
///
/// The port cannot be had.
pub(crate) fn serve(port: u16) -> io::Result<()> {
    let mut runtime = monoio::RuntimeBuilder::<monoio::LegacyDriver>::new().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        loop {
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            monoio::spawn(connection(socket));
        }
    })
}

/// Serves a connection to its end, however that comes.
async fn connection(socket: TcpStream) {
    let Ok(mut connection) = server::handshake(socket).await else { return };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let content = Bytes::from_static(super::content(request.uri().path()));
        // An answer that fails is one that the client misses.
        monoio::spawn(async move { drop(answer(respond, content)) });
    }
}

fn answer(mut respond: SendResponse<Bytes>, content: Bytes) -> Result<(), monoio_http::h2::Error> {
    respond.send_response(http::Response::new(()), false)?.send_data(content, true)
}
