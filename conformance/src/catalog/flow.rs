//! Pieces of scripts that the topics about flow control share.

use super::prelude::*;
use crate::wire::code::DEFAULT_WINDOW;
use crate::wire::Frame;

/// Server: a request on a fresh stream whose reader waits for as much as the default windows hold and gives nothing
/// back. The peer can send all of it only if not one octet of earlier credit is missing. See [`whole_window`].
pub(super) fn fill(s: &mut Script, stream: u32) {
    s.send(post(stream));
    s.app(App::Read { stream, octets: DEFAULT_WINDOW as usize });
    s.upload_in(body(stream, DEFAULT_WINDOW.into()));
}

/// As [`fill`] where the subject is a client: a response.
pub(super) fn fill_response(s: &mut Script, stream: u32) {
    ask(s, stream);
    s.app(App::Read { stream, octets: DEFAULT_WINDOW as usize });
    s.upload_in(body(stream, DEFAULT_WINDOW.into()));
}

/// The connection's credit is exactly home: after [`fill`] on this stream all of it was sent, and not one octet more
/// could be.
pub(super) fn whole_window(stream: u32) -> Expect {
    uploaded(stream, DEFAULT_WINDOW.into()).and(window(0, 0)).and(alive())
}

/// A body without END_STREAM in frames of up to 16 384 octets.
pub(super) fn body(stream: u32, length: u64) -> Upload {
    Upload { stream, length, frame: DEFAULT_FRAME_SIZE, padding: None, end: false }
}

/// Client: the application makes a GET request and gets the head of its response.
pub(super) fn ask(s: &mut Script, stream: u32) {
    s.app(App::Request { method: "GET", end: true });
    s.send(response(stream, 200));
    s.app(App::AwaitResponse { stream });
}

/// The head of a POST request with this content-length.
pub(super) fn post_of(stream: u32, length: &str) -> Frame {
    let mut fields = POST.to_vec();
    fields.push(("content-length", length));
    headers(stream, &fields)
}

/// The head of a response with this content-length.
pub(super) fn response_of(stream: u32, length: &str) -> Frame {
    headers(stream, &[(":status", "200"), ("content-length", length)])
}

/// DATA with `content` octets, plain and with the least and the most padding: three frames.
pub(super) fn in_paddings(stream: u32, content: usize) -> [Frame; 3] {
    [data(stream, content), data(stream, content).padded(0), data(stream, content).padded(255)]
}
