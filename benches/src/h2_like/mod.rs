//! The workloads, for either h2; `super::h2` says which.

mod alone;
mod avalanche;
mod bulk;
mod crowd;
mod download;
mod hostile;
mod listen;
mod pair;
mod reader;
mod receive;
mod respond;
mod scale;
mod serve;
mod upload;

use std::future::{poll_fn, Future};

use bytes::Bytes;
use h2_conformance_wire::wake::WakeFlag;
use http::Response;

use super::h2::{self, SendStream};
use super::{limit_send_buffer, set_announcing, set_time, snapshot, totals, NAME};
use crate::subject::Subject;

pub(crate) const SUBJECT: Subject = Subject {
    name: NAME,
    upload: upload::upload,
    serve: serve::serve,
    bulk: bulk::bulk,
    download: download::download,
    listen: listen::listen,
    alone: |exchange| Box::new(alone::Server::new(exchange)),
    pair: |shape| Box::new(pair::Pair::new(shape)),
    respond: |answers| Box::new(respond::Server::new(answers)),
    receive: |intake| Box::new(receive::Receiver::new(intake)),
    set_time,
    victim: |wire, stance| Ok(Box::new(hostile::Victim::new(wire, stance)?)),
    crowd: crowd::crowd,
    avalanche: avalanche::avalanche,
    beside: scale::beside,
    connections: |count| Ok(Box::new(scale::Register::new(count)?)),
};

/// What answers a tiny request.
const ANSWER: &[u8] = b"hello, world";

/// The content of so many octets that answers each request.
fn content(octets: usize) -> Bytes {
    Bytes::from(ANSWER.iter().copied().cycle().take(octets).collect::<Vec<_>>())
}

fn answer(respond: h2::server::SendResponse<Bytes>) -> Result<(), h2::Error> {
    answer_with(respond, Bytes::from_static(ANSWER))
}

/// Hands over all content at once, whatever the capacity.
fn answer_with(mut respond: h2::server::SendResponse<Bytes>, content: Bytes) -> Result<(), h2::Error> {
    let mut body = respond.send_response(Response::new(()), false)?;
    body.send_data(content, true)
}

/// The connection whose handshake this is. All that it waits for was written.
fn handshaken<T>(woken: &WakeFlag, handshake: impl Future<Output = Result<T, h2::Error>>) -> Result<T, String> {
    let connection = woken.run(handshake).ok_or("the handshake waits though all it needs has come")?;
    connection.map_err(|error| error.to_string())
}

fn builder(window: Option<u32>) -> h2::server::Builder {
    let mut builder = h2::server::Builder::new();
    if let Some(octets) = window {
        builder.initial_window_size(octets).initial_connection_window_size(octets);
    }
    builder
}

/// Hands over content as capacity allows.
async fn write(body: &mut SendStream<Bytes>, mut rest: Bytes) -> Result<(), h2::Error> {
    while !rest.is_empty() {
        body.reserve_capacity(rest.len());
        let Some(capacity) = poll_fn(|cx| body.poll_capacity(cx)).await else {
            return body.send_data(Bytes::new(), true);
        };
        let now = rest.split_to(capacity?.min(rest.len()));
        body.send_data(now, rest.is_empty())?;
    }
    Ok(())
}
