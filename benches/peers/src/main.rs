//! A server of a Rust stack that has an HTTP/2 of its own, in clear text on loopback, on one
//! thread.
//!
//! To a GET of `/1MiB` each answers 1 MiB, and to any other 12 octets. Each is as it is without a
//! setting, and hands over all content of an answer at once. It serves until it is ended.

mod monoio_server;
mod ntex_server;
mod xitca_server;

use std::io;
use std::process::ExitCode;

const LARGE_PATH: &str = "/1MiB";
static SMALL: &[u8] = b"hello, world";
static LARGE: [u8; 1 << 20] = [b'h'; 1 << 20];

/// What a GET of this path is answered with.
fn content(path: &str) -> &'static [u8] {
    match path {
        LARGE_PATH => &LARGE,
        _ => SMALL,
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os().skip(1).filter_map(|word| word.into_string().ok()).collect();
    let expected = "peer-servers: expected ntex, monoio or xitca, and a port";
    let [name, port] = arguments.as_slice() else {
        eprintln!("{expected}");
        return ExitCode::from(2);
    };
    let serve: fn(u16) -> io::Result<()> = match name.as_str() {
        "ntex" => ntex_server::serve,
        "monoio" => monoio_server::serve,
        "xitca" => xitca_server::serve,
        _ => {
            eprintln!("{expected}");
            return ExitCode::from(2);
        }
    };
    let served = port.parse().map_err(io::Error::other).and_then(serve);
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("peer-servers: {name}: {error}");
            ExitCode::from(3)
        }
    }
}
