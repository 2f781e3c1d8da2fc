//! The clients: h2, and some that are written out frame by frame.

use std::fs;
use std::future::Future;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::exit;

use h2_conformance::wire::build::{get, goaway, headers, ping, post, reset, settings};
use h2_conformance::wire::code::error::PROTOCOL_ERROR;
use h2_conformance::wire::code::kind;
use h2_conformance::wire::{Frame, FrameReader, View, PREFACE};
use tokio::io::{AsyncRead, AsyncWrite};

const FAILED: i32 = 1;
const DID_NOT_COME: i32 = 3;

pub(super) fn run(kind: &str, url: &str) {
    match kind {
        "upstream" => finish(async { of_upstream(clear(url).await, Then::Stays).await }),
        "upstream-leaves" => finish(async { of_upstream(clear(url).await, Then::Leaves).await }),
        "patched" => finish(async { of_patched(clear(url).await, Then::Stays).await }),
        "patched-leaves" => finish(async { of_patched(clear(url).await, Then::Leaves).await }),
        #[cfg(feature = "tls")]
        "patched-tls" => finish(async { of_patched(super::tls::connect(url).await?, Then::Stays).await }),
        #[cfg(feature = "tls")]
        "patched-tls-http1" => finish(async { super::tls::connect_for(url, b"http/1.1").await.map(drop) }),
        "takes-everything" => Raw::asking(url, &[get(1)]).take(|_| Reaction::Go),
        "leaves" => Raw::asking(url, &[get(1)]).take(leave),
        // It takes its time, and says success however the response ended.
        "leaves-late" => {
            let raw = Raw::asking(url, &[get(1)]);
            // The connection stays open meanwhile.
            let _open = raw.stream.try_clone();
            raw.take(|frame| match leave(frame) {
                Reaction::Leave(_) if frame.kind != kind::RST_STREAM => late(0),
                Reaction::Leave(status) => Reaction::Leave(status),
                reaction => reaction,
            });
            late(0);
        }
        "leaves-padding" => Raw::asking(url, &[get(1)]).take(|frame| match frame.payload.first() {
            Some(3) if frame.kind == kind::HEADERS => Reaction::Leave(FAILED),
            _ => leave(frame),
        }),
        "leaves-in-silence" => Raw::asking(url, &[get(1)]).take(|frame| match leave(frame) {
            Reaction::Leave(_) => Reaction::Leave(0),
            reaction => reaction,
        }),
        "speaks-http1" => {
            let mut stream = connect(url);
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: example.test\r\n\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        }
        "says-nothing" => drop(connect(url).read_to_end(&mut Vec::new())),
        "asks-nothing" => Raw::asking(url, &[]).take(|_| Reaction::Go),
        "asks-on-three" => Raw::asking(url, &[get(3)]).take(|_| Reaction::Go),
        "asks-with-head" => {
            let fields = [(":method", "HEAD"), (":scheme", "http"), (":path", "/"), (":authority", "example.test")];
            Raw::asking(url, &[headers(1, &fields).end_stream()]).take(|_| Reaction::Go);
        }
        "resets-the-response" => Raw::asking(url, &[get(1), reset(1, PROTOCOL_ERROR)]).take(|_| Reaction::Go),
        "leaves-too-early" => Raw::asking(url, &[get(1)]).take(|_| Reaction::Leave(0)),
        "acknowledges-nothing" => Raw::asking(url, &[get(1)]).take(|frame| match frame.kind {
            kind::SETTINGS => Reaction::Ignore,
            _ => Reaction::Go,
        }),
        "asks-without-end" => Raw::asking(url, &[post(1)]).take(|_| Reaction::Go),
        "goes-away" => Raw::asking(url, &[get(1), goaway(0, PROTOCOL_ERROR)]).take(|_| Reaction::Leave(0)),
        "does-not-come" => refuse(),
        "waits" => loop {
            std::thread::park();
        },
        "comes-five-times" => {
            let (flag, url) = url.split_once(' ').expect("a file and an address");
            let times = fs::read(flag).unwrap_or_default().len();
            fs::write(flag, vec![b'x'; times + 1]).expect("a file that can be written");
            match times {
                0..=4 => Raw::asking(url, &[get(1)]).take(leave),
                _ => refuse(),
            }
        }
        other => panic!("no client is called {other}"),
    }
}

/// What a client does when its request is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Stays as long as the connection does.
    Stays,
    /// Closes the connection, and its exit status says whether the request succeeded.
    Leaves,
}

/// A client of one h2 that makes its request and reads what comes.
macro_rules! client_of {
    ($name:ident, $h2:ident) => {
        async fn $name(stream: impl AsyncRead + AsyncWrite + Unpin, then: Then) -> Result<(), String> {
            let (mut requester, mut connection) = $h2::client::handshake(stream).await.map_err(|e| e.to_string())?;
            let request = http::Request::get("http://example.test/").body(()).expect("a request");
            let (response, _) = requester.send_request(request, true).map_err(|e| e.to_string())?;
            let read = async {
                let mut body = response.await.map_err(|e| e.to_string())?.into_body();
                while let Some(chunk) = body.data().await {
                    let chunk = chunk.map_err(|e| e.to_string())?;
                    let _ = body.flow_control().release_capacity(chunk.len());
                }
                body.trailers().await.map_err(|e| e.to_string()).map(drop)
            };
            tokio::pin!(read);
            // What becomes of the connection does not matter to a response that was read.
            let over = tokio::select! {
                biased;
                over = &mut read => over,
                _ = &mut connection => return read.await,
            };
            if then == Then::Leaves {
                drop(requester);
            }
            let _ = connection.await;
            over
        }
    };
}

client_of!(of_upstream, h2_upstream);
client_of!(of_patched, h2);

/// Runs a client, whose error is its failure.
fn finish(client: impl Future<Output = Result<(), String>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    if let Err(error) = runtime.expect("a runtime").block_on(client) {
        eprintln!("{error}");
        exit(FAILED);
    }
}

async fn clear(url: &str) -> tokio::net::TcpStream {
    tokio::net::TcpStream::connect(authority(url)).await.expect("a server")
}

fn refuse() {
    eprintln!("no such option");
    exit(DID_NOT_COME);
}

pub(super) fn authority(url: &str) -> String {
    url.trim_start_matches("http://").trim_start_matches("https://").trim_end_matches('/').to_owned()
}

fn connect(url: &str) -> TcpStream {
    TcpStream::connect(authority(url)).expect("a server")
}

/// What a client does about a frame.
enum Reaction {
    Go,
    /// Answers nothing that the frame asks for.
    Ignore,
    /// Ends with this exit status.
    Leave(i32),
}

fn late(status: i32) -> Reaction {
    std::thread::sleep(std::time::Duration::from_millis(150));
    Reaction::Leave(status)
}

/// The client ends when its response has, and fails if it is reset.
fn leave(frame: &Frame) -> Reaction {
    match frame.kind {
        kind::RST_STREAM => Reaction::Leave(FAILED),
        _ if frame.stream == 1 && frame.ends_stream() => Reaction::Leave(0),
        _ => Reaction::Go,
    }
}

/// A client that answers SETTINGS and PING and looks at nothing else.
struct Raw {
    stream: TcpStream,
    reader: FrameReader,
}

impl Raw {
    fn asking(url: &str, frames: &[Frame]) -> Self {
        let mut stream = connect(url);
        let mut octets = [&PREFACE[..], &settings().to_bytes()].concat();
        frames.iter().for_each(|frame| frame.encode(&mut octets));
        let _ = stream.write_all(&octets);
        Raw { stream, reader: FrameReader::default() }
    }

    fn take(mut self, react: impl Fn(&Frame) -> Reaction) {
        let mut octets = [0; 4096];
        loop {
            while let Some(frame) = self.reader.next_frame() {
                let answer = match View::from(&frame) {
                    View::Settings(_) => Some(settings().ack()),
                    View::Ping { opaque } => Some(ping(opaque).ack()),
                    _ => None,
                };
                let reaction = react(&frame);
                if let (Some(answer), Reaction::Go) = (answer, &reaction) {
                    let _ = self.stream.write_all(&answer.to_bytes());
                }
                if let Reaction::Leave(status) = reaction {
                    exit(status);
                }
            }
            match self.stream.read(&mut octets) {
                Ok(0) | Err(_) => return,
                Ok(count) => self.reader.push(&octets[..count]),
            }
        }
    }
}
