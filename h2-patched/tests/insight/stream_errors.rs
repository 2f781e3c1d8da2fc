//! The event of a reset, and the error of the application, say what the peer did wrong.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use h2::{client, server};
use h2_conformance::wire::build::{
    data, get, headers, post, priority, push_promise, reset, response, settings, window_update, GET, POST,
};
use h2_conformance::wire::code::error::CANCEL;
use h2_conformance::wire::Frame;

use crate::ends::{by_hand, Client, Server};
use crate::recorder::Recorder;

/// What a server says of frames of its peer.
fn server_says(frames: &[Frame]) -> Vec<String> {
    let recorder = Recorder::default();
    let builder = &mut server::Builder::new();
    builder.initial_window_size(100).observer(Arc::new(recorder.clone()));
    let mut server = Server::with(builder, settings());
    let mut held = Vec::new();
    for frame in frames {
        server.peer.send(frame.clone());
        held.extend(server.turn());
    }
    errors(&recorder)
}

/// What a client says of frames of its peer, after it made a request: its event, and its error.
fn client_says(frames: &[Frame]) -> (Vec<String>, Option<String>) {
    let recorder = Recorder::default();
    let mut client =
        Client::with(client::Builder::new().max_header_list_size(300).observer(Arc::new(recorder.clone())), settings());
    let (call, _body) = client.request(true);
    frames.iter().for_each(|frame| client.send(frame.clone()));
    let error = match pin!(call).poll(&mut by_hand()) {
        Poll::Ready(Err(error)) => Some(error.to_string()),
        _ => None,
    };
    (errors(&recorder), error)
}

/// The words of the resets among the events.
fn errors(recorder: &Recorder) -> Vec<String> {
    let news = recorder.news();
    let words = news.iter().filter_map(|event| Some(event.split_once(" by us: ")?.1));
    words.map(str::to_owned).collect()
}

#[test]
fn a_server_says_what_was_wrong_with_a_request() {
    let with = |field: (&str, &str)| headers(1, &[&GET[..], &[field]].concat()).end_stream();
    let upload = |length: &str| headers(1, &[&POST[..], &[("content-length", length)]].concat());
    let cases: [(&[Frame], &str); 11] = [
        (&[with(("Upper", "1"))], "a malformed field section"),
        (&[headers(1, &GET[1..]).end_stream()], "wrong pseudo-header fields"),
        (&[upload("many")], "content-length is not the length of the content"),
        (&[upload("5"), data(1, 6)], "content-length is not the length of the content"),
        (&[post(1), headers(1, &[("a", "b")])], "trailers without END_STREAM"),
        (&[get(1), data(1, 1)], "a frame after the end of the stream"),
        (&[post(1), data(1, 101)], "more DATA than the window allows"),
        (&[post(1), window_update(1, 0)], "WINDOW_UPDATE of 0"),
        (&[post(1), window_update(1, 0x7fff_ffff)], "a window above 2^31-1"),
        (&[post(1), priority(1).payload(&[0, 0, 0, 1, 0])], "a stream that depends on itself"),
        (&[post(1), priority(1).payload(&[0; 4])], "a PRIORITY frame of a wrong length"),
    ];
    for (frames, expected) in cases {
        assert_eq!(server_says(frames), [expected], "{frames:?}");
    }
}

#[test]
fn a_client_says_what_was_wrong_with_a_response() {
    let said = |words: &str| {
        let error = format!("stream error detected: unspecific protocol error detected ({words})");
        (vec![words.to_owned()], Some(error))
    };
    assert_eq!(client_says(&[headers(1, &[("a", "b")])]), said("wrong pseudo-header fields"));
    assert_eq!(client_says(&[headers(1, &[(":status", "200"), ("Upper", "1")])]), said("a malformed field section"));
    assert_eq!(client_says(&[data(1, 1)]), said("DATA before the response"));
    let large = "x".repeat(300);
    let large = headers(1, &[(":status", "200"), ("large", large.as_str())]);
    assert_eq!(client_says(&[large]), said("header fields above the limit"));
    let promise_with_content = push_promise(1, 2).payload(&{
        let mut payload = 2_u32.to_be_bytes().to_vec();
        payload.extend(h2_conformance::wire::hpack::encode(&POST));
        payload
    });
    assert_eq!(client_says(&[promise_with_content]).0, ["a request that cannot be promised"]);
}

#[test]
fn a_reset_that_is_no_error_of_the_peer_has_no_words() {
    let none: [String; 0] = [];
    assert_eq!(server_says(&[post(1), reset(1, CANCEL)]), none);
    assert_eq!(client_says(&[response(1, 200), reset(1, CANCEL)]).0, none);
}
