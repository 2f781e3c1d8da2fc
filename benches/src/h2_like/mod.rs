//! The workloads, for either h2; `super::h2` says which.

mod pair;
mod serve;
mod upload;

use bytes::Bytes;
use http::Response;

use super::h2;
use crate::subject::Subject;

pub(crate) const SUBJECT: Subject =
    Subject { upload: upload::upload, serve: serve::serve, pair: |shape| Box::new(pair::Pair::new(shape)) };

/// What answers a tiny request.
const ANSWER: &[u8] = b"hello, world";

fn answer(mut respond: h2::server::SendResponse<Bytes>) -> Result<(), h2::Error> {
    let mut body = respond.send_response(Response::new(()), false)?;
    body.send_data(Bytes::from_static(ANSWER), true)
}

fn builder(window: Option<u32>) -> h2::server::Builder {
    let mut builder = h2::server::Builder::new();
    if let Some(octets) = window {
        builder.initial_window_size(octets).initial_connection_window_size(octets);
    }
    builder
}
