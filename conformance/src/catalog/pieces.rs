//! Pieces of scripts that several topics share.

use std::time::Duration;

use super::prelude::*;
use crate::wire::code::DEFAULT_WINDOW;
use crate::wire::{hpack, Frame};

/// Server: a request on a fresh stream whose reader waits for as much as the default windows hold
/// and gives nothing back. The peer can send all of it only if not one octet of earlier credit is
/// missing. See [`whole_window`].
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

/// The connection's credit is exactly home: after [`fill`] on this stream all of it was sent, and
/// not one octet more could be.
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

/// Server: what may become of a request on stream 1 after GOAWAY of the client: it is answered, and
/// the connection goes on or ends; or the connection ends before.
pub(super) fn answered_or_ended() -> Expect {
    one_of([answered(1), message(1).and(ends()), ends()])
}

/// A dynamic table size update (RFC 7541 section 6.3).
pub(super) fn size_update(octets: usize) -> Vec<u8> {
    let mut block = Vec::new();
    hpack::integer(&mut block, 5, 0x20, octets);
    block
}

/// DATA with `content` octets, plain and with the least and the most padding: three frames.
pub(super) fn in_paddings(stream: u32, content: usize) -> [Frame; 3] {
    [data(stream, content), data(stream, content).padded(0), data(stream, content).padded(255)]
}

/// A buffer that holds whatever these cases send.
pub(super) const BUFFER: Config = Config { send_buffer: Some(1 << 20), ..Config::DEFAULT };

/// Server: requests on these streams, each with the head of its response sent.
pub(super) fn responding(s: &mut Script, streams: &[u32]) {
    for &stream in streams {
        s.send(get(stream));
        s.app(App::Respond { stream, status: 200, end: false });
    }
}

/// Server: opens with this initial window for streams.
pub(super) fn open_with_window(s: &mut Script, octets: u32) {
    s.open_with(settings().with(setting::INITIAL_WINDOW_SIZE, octets));
}

/// One stream at a time.
pub(super) const ONE: Config = Config { max_concurrent: Some(1), ..Config::DEFAULT };

/// A window of the connection that no stream uses up.
pub(super) const ROOMY: Config = Config { connection_window: Some(1 << 20), ..Config::DEFAULT };

/// The application bounds what small DATA frames cost, by the least that the release has.
pub(super) const BUDGETED: Config = Config { data_frame_budget: Some(25_600), ..Config::DEFAULT };

/// No stream that was reset is remembered.
pub(super) const NO_RETENTION: Config =
    Config { reset_retention: Some((0, Duration::from_secs(30))), ..Config::DEFAULT };

/// Server: three streams, each used as `way` says, and then the whole window on stream 7.
pub(super) fn requests(s: &mut Script, way: fn(&mut Script, u32)) {
    s.open();
    [1, 3, 5].into_iter().for_each(|stream| way(s, stream));
    fill(s, 7);
}

/// The application drops all that it has of a stream.
pub(super) fn drop_all(s: &mut Script, stream: u32) {
    s.app(App::Drop { stream, what: Handles::All });
}

/// Client: three streams, each used as `way` says, and then the whole window on stream 7.
pub(super) fn responses(s: &mut Script, way: fn(&mut Script, u32)) {
    s.open();
    [1, 3, 5].into_iter().for_each(|stream| way(s, stream));
    fill_response(s, 7);
}

/// A request whose response comes with a push: PUSH_PROMISE of `promised`, and the head of the
/// pushed response.
pub(super) fn ask_and_be_pushed(s: &mut Script, stream: u32, promised: u32) {
    s.app(App::Request { method: "GET", end: true });
    s.burst([push_promise(stream, promised), response(promised, 200)]);
}

/// The response on this stream ends, the application takes it and drops all it has of the stream.
pub(super) fn response_taken_and_dropped(s: &mut Script, stream: u32) {
    s.send(response(stream, 200).end_stream());
    s.app(App::AwaitResponse { stream });
    s.app(App::Drop { stream, what: Handles::All });
}

/// Eight rounds, each with a push used as `way` says, and then the whole window on stream 17.
pub(super) fn rounds(s: &mut Script, way: fn(&mut Script, u32, u32)) {
    s.open();
    (0..8).for_each(|round| way(s, 2 * round + 1, 2 * round + 2));
    fill_response(s, 17);
}

/// Server: stream 1 is open and carries a promise; the peer has no place for the response on stream
/// 2, which waits.
pub(super) fn waiting_response(s: &mut Script) {
    s.open_with(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
    s.send(post(1));
    s.app(App::Promise { stream: 1 });
    s.app(App::Respond { stream: 2, status: 200, end: true });
    s.mark();
}

/// A GET request with this scheme, :authority and Host. The names are not the example's, which give
/// way to those of a server elsewhere.
pub(super) fn get_from(scheme: &str, authority: &str, host: &str) -> Frame {
    let pseudo = [(":method", "GET"), (":scheme", scheme), (":path", "/"), (":authority", authority)];
    headers(1, &[&pseudo[..], &[("host", host)]].concat()).end_stream()
}

/// The head of a response with a content-length of 5.
pub(super) fn of_five(stream: u32, status: &str) -> Frame {
    headers(stream, &[(":status", status), ("content-length", "5")])
}

/// A request, and the head of its response.
pub(super) fn asked(s: &mut Script, method: &'static str, status: &str) {
    s.open();
    s.app(App::Request { method, end: method != "CONNECT" });
    s.app(App::AwaitResponse { stream: 1 });
    s.send(of_five(1, status));
    s.app(App::ReadToEnd { stream: 1 });
}

/// The response with this status was read and had so many octets of content.
pub(super) fn read(status: u64, octets: u64) -> Expect {
    call_gives(1, status).and(call_gives(2, octets)).and(none_of(kind::RST_STREAM, 1)).and(alive())
}
