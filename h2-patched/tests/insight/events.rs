//! Each event comes once and in order, with its reason, and is delivered without a lock.

use std::sync::Arc;

use h2::{server, Reason};
use h2_conformance::wire::build::{
    data, get, goaway, headers, ping, post, push_promise, reset, settings, window_update,
};
use h2_conformance::wire::code::error::{CANCEL, ENHANCE_YOUR_CALM, NO_ERROR};
use h2_conformance::wire::code::setting;

use crate::ends::{by_hand, octets, pass, read, Server};
use crate::recorder::Recorder;

#[test]
fn a_request_from_open_to_end() {
    let recorder = Recorder::default();
    let mut server = recorder.server(settings());
    assert_eq!(recorder.news(), ["- opened by peer"]);
    let (_body, mut respond) = server.accept(get(1));
    assert_eq!(recorder.news(), ["1 opened by peer", "1 accepted"]);
    respond.send_response(http::Response::new(()), true).unwrap();
    server.turn();
    assert_eq!(recorder.news(), ["1 closed ended"]);
    drop((_body, respond));
    server.connection.graceful_shutdown();
    server.turn();
    let ping_of_shutdown = server.peer.receive().into_iter().find(|frame| frame.kind == 6).unwrap();
    server.send(ping(ping_of_shutdown.payload.try_into().unwrap()).ack());
    server.turn();
    assert_eq!(recorder.news(), ["- going away NO_ERROR 2147483647 by us", "- going away NO_ERROR 1 by us"]);
    drop(server.connection);
    assert_eq!(recorder.news(), ["- closed NO_ERROR by us"]);
}

#[test]
fn a_client_and_what_is_pushed_to_it() {
    let recorder = Recorder::default();
    let mut client = recorder.client(settings());
    assert_eq!(recorder.news(), ["- opened by us"]);
    let (mut response, _body) = client.request(true);
    assert_eq!(recorder.news(), ["1 opened by us"]);
    client.send(push_promise(1, 2));
    assert_eq!(recorder.news(), ["2 opened by peer"]);
    let mut pushes = response.push_promises();
    let mut cx = by_hand();
    let push = match pushes.poll_push_promise(&mut cx) {
        std::task::Poll::Ready(Some(Ok(push))) => push,
        other => panic!("a push is there: {other:?}"),
    };
    let _ = client.turn();
    assert_eq!(recorder.news(), ["2 accepted"]);
    drop(push);
    let _ = client.turn();
    assert_eq!(recorder.news(), ["2 reset CANCEL by us", "2 closed CANCEL by us"]);
    client.send(goaway(0, ENHANCE_YOUR_CALM));
    let at_end = recorder.news();
    assert_eq!(
        at_end[..2],
        ["- going away ENHANCE_YOUR_CALM 0 by peer", "1 closed ENHANCE_YOUR_CALM by peer"],
        "{at_end:?}"
    );
    drop((client, response, pushes, _body));
    let last = recorder.news().pop();
    assert_eq!(last.as_deref(), Some("- closed ENHANCE_YOUR_CALM by peer"));
}

#[test]
fn resets_of_both_sides_and_refusals() {
    let recorder = Recorder::default();
    let mut server =
        Server::with(server::Builder::new().max_concurrent_streams(1).observer(Arc::new(recorder.clone())), settings());
    let (_a, mut respond) = server.accept(post(1));
    recorder.news();
    server.send(post(3));
    assert_eq!(recorder.news(), ["3 reset REFUSED_STREAM by us"]);
    respond.send_reset(Reason::INTERNAL_ERROR);
    server.turn();
    assert_eq!(recorder.news(), ["1 reset INTERNAL_ERROR by us", "1 closed INTERNAL_ERROR by us"]);
    let (_b, _respond) = server.accept(post(5));
    recorder.news();
    server.send(reset(5, CANCEL));
    assert_eq!(recorder.news(), ["5 reset CANCEL by peer", "5 closed CANCEL by peer"]);
    let (body, respond) = server.accept(post(7));
    recorder.news();
    drop((body, respond));
    server.turn();
    assert_eq!(recorder.news(), ["7 reset CANCEL by us", "7 closed CANCEL by us"]);
}

/// A promise whose handle is dropped is reset by us, unless the connection ends first.
#[test]
fn a_promise_given_up_is_closed_with_the_connection() {
    let recorder = Recorder::default();
    let builder = server::Builder::new().max_concurrent_reset_streams(0).observer(Arc::new(recorder.clone())).clone();
    let mut server = Server::with(&builder, settings());
    let (_body, mut respond) = server.accept(get(1));
    let request = http::Request::get("http://example.com/").body(()).unwrap();
    let push = respond.push_request(request).unwrap();
    server.turn();
    let insight = server.connection.insight();
    recorder.news();
    drop(push);
    drop(server.connection);
    assert_eq!(recorder.news(), ["1 closed BrokenPipe", "2 closed BrokenPipe", "- closed ended"]);
    let counts = insight.counts();
    assert_eq!(counts.streams_opened + counts.streams_received, counts.streams_closed);
}

#[test]
fn stalls_of_streams() {
    pass(0);
    let recorder = Recorder::default();
    let mut client = recorder.client(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
    client.send(window_update(0, 1 << 20));
    let (_a, mut first) = client.request(false);
    recorder.news();
    first.send_data(octets(65_536), false).unwrap();
    let _ = client.turn();
    assert_eq!(recorder.news(), ["1 stalls us on stream-window"]);
    pass(2);
    let _second = client.request(true);
    let _third = client.request(true);
    assert_eq!(
        recorder.news(),
        ["3 opened by us", "3 stalls us on stream-limit", "5 opened by us", "5 stalls us on stream-limit"]
    );
    pass(1);
    client.send(window_update(1, 1));
    assert_eq!(recorder.news(), ["1 resumes us on stream-window after 3"]);
    first.send_reset(Reason::CANCEL);
    let _ = client.turn();
    assert_eq!(
        recorder.news(),
        ["1 reset CANCEL by us", "1 closed CANCEL by us", "3 resumes us on stream-limit after 1"]
    );
    // A request that is given up does not go on.
    drop(_third);
    let _ = client.turn();
    assert_eq!(recorder.news(), ["5 stall of us on stream-limit ends after 1: reset", "5 closed CANCEL by us"]);
}

/// The response is complete and its handles are gone: a reset without an error follows all of it.
#[test]
fn a_response_without_handles_resumes() {
    pass(0);
    let recorder = Recorder::default();
    let mut server = recorder.server(settings().with(setting::INITIAL_WINDOW_SIZE, 10));
    let (body, mut writer) = server.answer(post(1));
    writer.send_data(octets(100), true).unwrap();
    drop((body, writer));
    server.turn();
    recorder.news();
    pass(3);
    server.send(window_update(1, 5));
    assert_eq!(recorder.news(), ["1 resumes us on stream-window after 3", "1 stalls us on stream-window"]);
}

#[test]
fn several_that_wait_to_be_opened_resume_in_their_order() {
    let recorder = Recorder::default();
    let mut client = recorder.client(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
    let request = || http::Request::get("http://example.com/").body(()).unwrap();
    let waiting: Vec<_> = (0..3).map(|_| client.requests.clone().send_request(request(), true).unwrap()).collect();
    let _ = client.turn();
    let recorder = recorder.news();
    assert_eq!(
        recorder[recorder.len() - 3..],
        ["1 stalls us on stream-limit", "3 stalls us on stream-limit", "5 stalls us on stream-limit"]
    );
    drop(waiting);
}

#[test]
fn queued_requests_are_closed_at_once() {
    let recorder = Recorder::default();
    let mut client = recorder.client(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
    let (_response, mut writer) = client.request(false);
    let _second = client.request(false);
    recorder.news();
    writer.send_reset(Reason::CANCEL);
    assert!(client.turn().is_pending());
    assert_eq!(recorder.news(), ["1 stall of us on stream-limit ends after 0: reset", "1 closed CANCEL by us"]);
    drop((client.connection, client.requests));
    assert_eq!(
        recorder.news(),
        ["3 stall of us on stream-limit ends after 0: connection-ended", "3 closed BrokenPipe", "- closed ended"]
    );
}

#[test]
fn a_stall_of_the_connection_is_reported_once() {
    pass(0);
    let recorder = Recorder::default();
    let mut server = recorder.server(settings().with(setting::INITIAL_WINDOW_SIZE, 1 << 20));
    let (_a, mut first) = server.answer(get(1));
    let (_b, mut second) = server.answer(get(3));
    recorder.news();
    first.send_data(octets(100_000), false).unwrap();
    second.send_data(octets(100_000), false).unwrap();
    server.turn();
    server.turn();
    assert_eq!(recorder.news(), ["- stalls us on connection-window"]);
    pass(5);
    server.send(window_update(0, 1 << 20));
    assert_eq!(recorder.news(), ["- resumes us on connection-window after 5"]);
}

#[test]
fn a_stall_of_the_connection_ends_when_no_stream_waits() {
    pass(0);
    let recorder = Recorder::default();
    let mut server = recorder.server(settings().with(setting::INITIAL_WINDOW_SIZE, 1 << 20));
    let (_a, mut first) = server.answer(get(1));
    let (_b, mut second) = server.answer(get(3));
    first.send_data(octets(100_000), true).unwrap();
    server.turn();
    second.reserve_capacity(10);
    recorder.news();
    pass(2);
    server.send(reset(1, CANCEL));
    assert_eq!(recorder.news(), ["1 reset CANCEL by peer", "1 closed CANCEL by peer"]);
    assert!(server.snapshot().writer.is_some(), "the other one waits");
    pass(3);
    server.was_woken();
    second.reserve_capacity(0);
    assert!(server.was_woken(), "nothing can be sent, and yet there is something to tell");
    server.turn();
    assert_eq!(recorder.news(), ["- stall of us on connection-window ends after 5: withdrawn"]);
    assert_eq!(server.snapshot().writer, None);
    pass(3600);
    server.send(window_update(0, 1000));
    assert!(recorder.news().is_empty(), "no stream waited all the time");
}

/// The second one did not begin to wait in a call of its own: it was queued when the first took
/// what was left.
#[test]
fn a_stall_of_the_connection_ends_when_all_are_reset() {
    pass(0);
    let recorder = Recorder::default();
    let mut server = recorder.server(settings().with(setting::INITIAL_WINDOW_SIZE, 1 << 20));
    let (_a, mut first) = server.answer(get(1));
    let (_b, mut second) = server.answer(get(3));
    first.send_data(octets(100_000), true).unwrap();
    // Each is a frame of its own, and the codec has none of the next one.
    (0..10).for_each(|_| second.send_data(octets(16_384), false).unwrap());
    server.turn();
    server.send(reset(1, CANCEL));
    second.send_reset(Reason::CANCEL);
    assert_eq!(server.snapshot().writer, None);
    server.turn();
    let news = recorder.news();
    assert!(news.contains(&"- stall of us on connection-window ends after 0: withdrawn".to_owned()), "{news:?}");
}

#[test]
fn stalls_of_the_transport() {
    let recorder = Recorder::default();
    let mut server = Server::in_pipe(4096, server::Builder::new().observer(Arc::new(recorder.clone())), settings());
    let (_body, mut writer) = server.answer(get(1));
    recorder.news();
    writer.send_data(octets(60_000), false).unwrap();
    server.turn();
    pass(1);
    server.turn();
    assert_eq!(recorder.news(), ["- stalls us on transport"]);
    for _ in 0..100 {
        server.peer.receive();
        server.turn();
    }
    assert_eq!(recorder.news().first().map(String::as_str), Some("- resumes us on transport after 1"));
}

#[test]
fn stalls_of_the_peer() {
    pass(0);
    let recorder = Recorder::default();
    let mut server = recorder.server(settings());
    let (mut body, _respond) = server.accept(post(1));
    for len in [16_384, 16_384, 16_384] {
        server.send(data(1, len));
    }
    recorder.news();
    server.send(data(1, 16_383));
    assert_eq!(recorder.news(), ["1 stalls peer on stream-window", "- stalls peer on connection-window"]);
    pass(6);
    while let Some(octets) = read(&mut body) {
        body.flow_control().release_capacity(octets.len()).unwrap();
    }
    server.turn();
    let mut resumed = recorder.news();
    resumed.sort();
    assert_eq!(resumed, ["- resumes peer on connection-window after 6", "1 resumes peer on stream-window after 6"]);

    // Once is enough: the next update ends no stall.
    for len in [16_384, 16_384] {
        server.send(data(1, len));
    }
    while let Some(octets) = read(&mut body) {
        body.flow_control().release_capacity(octets.len()).unwrap();
    }
    server.turn();
    assert!(server.snapshot().counts.updates_sent > 2 && recorder.news().is_empty());
}

#[test]
fn a_peer_that_sends_nothing_or_nothing_more_does_not_stall() {
    let recorder = Recorder::default();
    let mut server = recorder.server(settings());
    let (_body, _respond) = server.accept(post(1));
    for len in [16_384, 16_384, 16_384] {
        server.send(data(1, len));
    }
    recorder.news();
    server.send(data(1, 16_383).end_stream());
    assert_eq!(recorder.news(), ["- stalls peer on connection-window"]);
    let (_other, _respond) = server.accept(post(3));
    recorder.news();
    server.send(data(3, 0));
    assert!(recorder.news().is_empty());
}

#[test]
fn a_larger_initial_window_lets_the_peer_go_on() {
    let recorder = Recorder::default();
    let mut server =
        Server::with(server::Builder::new().initial_window_size(10).observer(Arc::new(recorder.clone())), settings());
    let (_body, _respond) = server.accept(post(1));
    server.send(data(1, 10));
    assert_eq!(recorder.news().last().map(String::as_str), Some("1 stalls peer on stream-window"));
    server.connection.set_initial_window_size(5).unwrap();
    server.turn();
    server.send(settings().ack());
    server.connection.set_initial_window_size(20).unwrap();
    server.turn();
    assert!(recorder.news().is_empty());
    server.send(settings().ack());
    assert_eq!(recorder.news(), ["1 resumes peer on stream-window after 0"]);
    assert_eq!(server.stream(1).peer, None);
}

#[test]
fn a_peer_that_ends_its_stream_is_not_resumed() {
    let trailers = headers(1, &[("checksum", "0")]).end_stream();
    for end in [data(1, 0).end_stream(), trailers] {
        pass(0);
        let recorder = Recorder::default();
        let mut server = recorder.narrow_server();
        let _exchange = server.accept(post(1));
        server.send(data(1, 10));
        pass(4);
        recorder.news();
        server.send(end);
        assert_eq!(recorder.news(), ["1 stall of peer on stream-window ends after 4: stream-ended"]);
    }
}

#[test]
fn a_larger_initial_window_resumes_nothing_that_was_reset() {
    let recorder = Recorder::default();
    let mut server = recorder.narrow_server();
    let (_body, mut respond) = server.accept(post(1));
    server.send(data(1, 10));
    respond.send_reset(Reason::CANCEL);
    server.connection.set_initial_window_size(20).unwrap();
    server.turn();
    recorder.news();
    server.send(settings().ack());
    assert!(recorder.news().is_empty());
}

#[test]
fn what_handles_do_is_delivered_soon() {
    let recorder = Recorder::default();
    let mut server = recorder.server(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
    let (_body, mut writer) = server.answer(get(1));
    server.turn();
    recorder.news();
    server.was_woken();
    writer.send_data(octets(10), false).unwrap();
    assert!(server.was_woken(), "nothing can be sent, and yet there is something to tell");
    assert!(recorder.news().is_empty());
    server.turn();
    assert_eq!(recorder.news(), ["1 stalls us on stream-window"]);
    assert!(!server.was_woken(), "nothing is left to tell");
}

#[test]
fn what_is_left_is_delivered_when_the_connection_is_dropped() {
    let recorder = Recorder::default();
    let mut server = recorder.server(settings());
    let (_body, _respond) = server.accept(post(1));
    server.send(goaway(0, NO_ERROR));
    recorder.news();
    drop(server.connection);
    let recorder = recorder.news();
    assert_eq!(recorder.len(), 2, "{recorder:?}");
    assert!(recorder[0].starts_with("1 closed"), "{recorder:?}");
    assert_eq!(recorder[1], "- closed NO_ERROR by peer");
}
