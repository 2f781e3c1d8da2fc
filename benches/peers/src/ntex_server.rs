//! ntex's.

use std::io;

use ntex::error::Error;
use ntex_h2::{server, Control, Message, MessageKind, OperationError};
use ntex_http::{HeaderMap, StatusCode};

/// Serves until it is ended.
///
/// # Errors
///
/// The port cannot be had.
#[ntex::main]
pub(crate) async fn serve(port: u16) -> io::Result<()> {
    let serve = async move |_: ntex::server::Config| {
        server::Server::new(ntex::fn_service(answer))
            .control(|message: Control<_>| async move { Ok::<_, io::Error>(message.ack()) })
    };
    ntex::server::build().workers(1).bind("h2c", ("127.0.0.1", port), serve)?.stop_runtime().run().await
}

async fn answer(message: Message) -> Result<(), Error<OperationError>> {
    let Message { stream, kind } = message;
    if let MessageKind::Headers { pseudo, .. } = kind {
        let content = super::content(pseudo.path.as_deref().unwrap_or_default());
        stream.send_response(StatusCode::OK, HeaderMap::default(), false)?;
        stream.send_payload(content, true).await?;
    }
    Ok(())
}
