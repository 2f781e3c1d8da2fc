//! Which h2 is below hyper, told from the wire: a PING of six octets is a FRAME_SIZE_ERROR (RFC
//! 9113 section 6.7) to the fork and a PROTOCOL_ERROR to the release.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Error, Server};

/// Error codes of RFC 9113 section 7.
pub const PROTOCOL_ERROR: u32 = 0x1;
pub const FRAME_SIZE_ERROR: u32 = 0x6;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const EMPTY_SETTINGS: [u8; 9] = [0, 0, 0, 0x4, 0, 0, 0, 0, 0];
const PING_OF_SIX: [u8; 15] = [0, 0, 6, 0x6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6];
const GOAWAY: u8 = 0x7;
const PATIENCE: Duration = Duration::from_secs(10);

/// The code of the GOAWAY with which a hyper server refuses a PING of six octets.
///
/// # Errors
/// When there is no GOAWAY.
pub async fn code_of_short_ping() -> Result<u32, Error> {
    let server = Server::start(0).await?;
    let mut socket = TcpStream::connect(server.address).await?;
    for octets in [PREFACE, &EMPTY_SETTINGS, &PING_OF_SIX] {
        socket.write_all(octets).await?;
    }
    tokio::time::timeout(PATIENCE, read_goaway(&mut socket)).await.map_err(|_| "no GOAWAY in time")?
}

async fn read_goaway(socket: &mut TcpStream) -> Result<u32, Error> {
    loop {
        let mut header = [0; 9];
        socket.read_exact(&mut header).await.map_err(|cause| format!("closed without GOAWAY: {cause}"))?;
        let length = u32::from_be_bytes([0, header[0], header[1], header[2]]);
        let mut payload = vec![0; length as usize];
        socket.read_exact(&mut payload).await?;
        if header[3] == GOAWAY {
            let code = payload.get(4..8).and_then(|code| code.try_into().ok()).ok_or("GOAWAY too short")?;
            return Ok(u32::from_be_bytes(code));
        }
    }
}
