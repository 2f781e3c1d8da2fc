//! Each stall is counted while it lasts, and reported with its end, whatever ends it.

use std::sync::{Arc, Mutex};

use h2::insight::{BlockedOn, Connection, EndedStall, Event, EventKind, Role, Side, StallEnd, Stalled};
use h2::{client, server, Reason};
use h2_conformance::wire::build::{data, get, goaway, post, reset, settings, window_update};
use h2_conformance::wire::code::error::{CANCEL, NO_ERROR};
use h2_conformance::wire::code::setting;
use h2_conformance::wire::Frame;

use crate::ends::{octets, pass, read, Client, Server};

/// Stalls that began and ended, by the observer's events.
#[derive(Clone, Default)]
struct Recorder {
    begun: Arc<Mutex<usize>>,
    ended: Arc<Mutex<Vec<EndedStall>>>,
}

impl Recorder {
    fn observer(&self) -> Arc<dyn h2::insight::Observer> {
        let recorder = self.clone();
        Arc::new(move |event: &Event<'_>| {
            *recorder.begun.lock().unwrap() += usize::from(matches!(event.kind, EventKind::Stalled { .. }));
            recorder.ended.lock().unwrap().extend(event.kind.ended_stall());
        })
    }

    fn server(&self, first: Frame) -> Server {
        pass(0);
        Server::with(server::Builder::new().max_connection_receive_buffer_size(0).observer(self.observer()), first)
    }

    fn client(&self, first: Frame) -> Client {
        pass(0);
        Client::with(client::Builder::new().observer(self.observer()), first)
    }

    /// The stalls that ended since this was asked last.
    fn ended(&self) -> Vec<(Side, BlockedOn, u64, StallEnd)> {
        let ended = std::mem::take(&mut *self.ended.lock().unwrap());
        *self.begun.lock().unwrap() -= ended.len();
        ended.into_iter().map(|stall| (stall.who, stall.on, stall.lasted.as_secs(), stall.end)).collect()
    }

    /// Whether every stall that began has ended.
    fn is_even(&self) -> bool {
        *self.begun.lock().unwrap() == self.ended.lock().unwrap().len()
    }
}

/// What is stalled on a connection: side, obstacle, streams, connections.
fn now(connection: &Connection) -> Vec<(Side, BlockedOn, u64, u64)> {
    let stalled = connection.stalled();
    let other = if connection.role() == Role::Client { Role::Server } else { Role::Client };
    assert!(stalled.iter().all(|cause| cause.role != other || cause.streams + cause.connections == 0));
    stalled
        .iter()
        .filter(|cause| cause.streams + cause.connections > 0)
        .map(|cause| (cause.who, cause.on, cause.streams, cause.connections))
        .collect()
}

use BlockedOn::{ConnectionWindow, SendBuffer, StreamLimit, StreamWindow, Transport};
use Side::{Local, Peer};

/// A response that waits for the stream's window.
fn blocked_response(recorder: &Recorder) -> (Server, h2::RecvStream, h2::SendStream<bytes::Bytes>) {
    let mut server = recorder.server(settings().with(setting::INITIAL_WINDOW_SIZE, 10));
    let (body, mut writer) = server.answer(post(1));
    writer.send_data(octets(100), true).unwrap();
    server.turn();
    assert_eq!(now(&server.connection.insight()), [(Local, StreamWindow, 1, 0)]);
    pass(7);
    (server, body, writer)
}

#[test]
fn a_stall_ends_when_the_peer_resets_the_stream() {
    let recorder = Recorder::default();
    let (mut server, _body, _writer) = blocked_response(&recorder);
    server.send(reset(1, CANCEL));
    assert_eq!(recorder.ended(), [(Local, StreamWindow, 7, StallEnd::Reset)]);
    assert!(server.connection.insight().stalled().is_zero());
}

#[test]
fn a_stall_ends_when_the_application_resets_the_stream() {
    let recorder = Recorder::default();
    let (mut server, _body, mut writer) = blocked_response(&recorder);
    writer.send_reset(Reason::INTERNAL_ERROR);
    server.turn();
    assert_eq!(recorder.ended(), [(Local, StreamWindow, 7, StallEnd::Reset)]);
    assert!(server.connection.insight().stalled().is_zero());
}

#[test]
fn a_stall_ends_with_the_connection() {
    for ends in [|server: Server| drop(server), |mut server: Server| server.send(data(0, 1))] {
        let recorder = Recorder::default();
        let (server, _body, _writer) = blocked_response(&recorder);
        let connection = server.connection.insight();
        ends(server);
        assert_eq!(recorder.ended(), [(Local, StreamWindow, 7, StallEnd::ConnectionEnded)]);
        assert!(connection.stalled().is_zero(), "{:?}", now(&connection));
    }
}

#[test]
fn a_writer_that_wants_no_more_withdraws() {
    let recorder = Recorder::default();
    let mut server = recorder.server(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
    let (_body, mut writer) = server.answer(get(1));
    writer.reserve_capacity(10);
    server.turn();
    pass(3);
    writer.reserve_capacity(0);
    server.turn();
    assert_eq!(recorder.ended(), [(Local, StreamWindow, 3, StallEnd::Withdrawn)]);
    assert!(server.connection.insight().stalled().is_zero());
}

#[test]
fn a_request_beyond_the_stream_limit_ends_in_each_way() {
    let recorder = Recorder::default();
    let mut client = recorder.client(settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
    let connection = client.connection.insight();
    let _first = client.request(true);
    let _second = client.request(true);
    let third = client.request(true);
    let _fourth = client.request(true);
    assert_eq!(now(&connection), [(Local, StreamLimit, 3, 0)]);
    pass(1);
    drop(third);
    let _ = client.turn();
    assert_eq!(now(&connection), [(Local, StreamLimit, 2, 0)]);
    client.send(reset(1, CANCEL));
    assert_eq!(now(&connection), [(Local, StreamLimit, 1, 0)]);
    pass(1);
    drop((client.connection, client.requests));
    let ends = [(1, StallEnd::Reset), (1, StallEnd::Resumed), (2, StallEnd::ConnectionEnded)];
    assert_eq!(recorder.ended(), ends.map(|(lasted, end)| (Local, StreamLimit, lasted, end)));
    assert!(connection.stalled().is_zero());
}

#[test]
fn a_request_beyond_goaway_ends_with_the_connection() {
    let recorder = Recorder::default();
    let mut client = recorder.client(settings().with(setting::MAX_CONCURRENT_STREAMS, 0));
    let _request = client.request(true);
    client.send(goaway(0, NO_ERROR));
    assert_eq!(recorder.ended(), [(Local, StreamLimit, 0, StallEnd::ConnectionEnded)]);
}

#[test]
fn a_peer_that_waits_for_our_windows_ends_in_each_way() {
    /// What ends it, and how the stall of the stream and that of the connection end.
    type End = (fn(&mut Server), StallEnd);
    let ends: [End; 3] = [
        (|server| server.send(reset(1, CANCEL)), StallEnd::Reset),
        (|server| server.send(data(1, 0).end_stream()), StallEnd::StreamEnded),
        (|server| server.send(data(0, 1)), StallEnd::ConnectionEnded),
    ];
    for (ends, end) in ends {
        let recorder = Recorder::default();
        let mut server = recorder.server(settings());
        let connection = server.connection.insight();
        let (_body, _respond) = server.accept(post(1));
        for len in [16_384, 16_384, 16_384, 16_383] {
            server.send(data(1, len));
        }
        assert_eq!(now(&connection), [(Peer, StreamWindow, 1, 0), (Peer, ConnectionWindow, 0, 1)]);
        pass(4);
        ends(&mut server);
        assert!(recorder.ended().contains(&(Peer, StreamWindow, 4, end)), "{end:?}");
        drop((server, _body, _respond));
        assert!(connection.stalled().is_zero() && recorder.is_even(), "{end:?}: {:?}", now(&connection));
    }
}

#[test]
fn a_reset_of_ours_ends_the_peers_stall() {
    let recorder = Recorder::default();
    let builder = server::Builder::new()
        .max_connection_receive_buffer_size(0)
        .initial_window_size(10)
        .observer(recorder.observer())
        .clone();
    pass(0);
    let mut server = Server::with(&builder, settings());
    let (_body, mut respond) = server.accept(post(1));
    server.send(data(1, 10));
    pass(2);
    respond.send_reset(Reason::CANCEL);
    server.turn();
    assert_eq!(recorder.ended(), [(Peer, StreamWindow, 2, StallEnd::Reset)]);
    assert!(server.connection.insight().stalled().is_zero());
}

#[test]
fn streams_that_wait_for_the_connections_window_are_counted() {
    let recorder = Recorder::default();
    let mut server = recorder.server(settings().with(setting::INITIAL_WINDOW_SIZE, 1 << 20));
    let connection = server.connection.insight();
    let mut writers: Vec<_> = [1, 3, 5].into_iter().map(|id| server.answer(get(id))).collect();
    writers.iter_mut().for_each(|(_, writer)| writer.send_data(octets(100_000), false).unwrap());
    server.turn();
    assert_eq!(now(&connection), [(Local, ConnectionWindow, 3, 1)]);
    pass(5);
    server.send(reset(1, CANCEL));
    assert_eq!(now(&connection), [(Local, ConnectionWindow, 2, 1)]);
    server.send(window_update(0, 1 << 20));
    assert_eq!(now(&connection), []);
    assert_eq!(recorder.ended(), [(Local, ConnectionWindow, 5, StallEnd::Resumed)]);

    let mut writers: Vec<_> = [7, 9].into_iter().map(|id| server.answer(get(id))).collect();
    writers.iter_mut().for_each(|(_, writer)| writer.send_data(octets(1 << 20), false).unwrap());
    // One poll does not write all that the window takes.
    while server.was_woken() {
        server.turn();
    }
    pass(6);
    drop(server);
    assert_eq!(recorder.ended().pop(), Some((Local, ConnectionWindow, 6, StallEnd::ConnectionEnded)));
    assert!(connection.stalled().is_zero() && recorder.is_even());
}

#[test]
fn a_stall_of_the_transport_ends_with_the_connection() {
    pass(0);
    let recorder = Recorder::default();
    let mut server = Server::in_pipe(4096, server::Builder::new().observer(recorder.observer()), settings());
    let connection = server.connection.insight();
    let (_body, mut writer) = server.answer(get(1));
    writer.send_data(octets(60_000), false).unwrap();
    server.turn();
    assert_eq!(now(&connection), [(Local, Transport, 0, 1)]);
    pass(8);
    drop(server);
    assert_eq!(recorder.ended(), [(Local, Transport, 8, StallEnd::ConnectionEnded)]);
    assert!(connection.stalled().is_zero());
}

#[test]
fn a_stall_for_room_in_the_buffer_is_counted() {
    let recorder = Recorder::default();
    pass(0);
    let builder = server::Builder::new().max_connection_send_buffer_size(1000).observer(recorder.observer()).clone();
    let mut server = Server::with(&builder, settings().with(setting::INITIAL_WINDOW_SIZE, 0));
    let (_a, mut first) = server.answer(get(1));
    let (_b, mut second) = server.answer(get(3));
    first.send_data(octets(1000), false).unwrap();
    server.turn();
    server.send(window_update(3, 1000));
    second.reserve_capacity(10);
    server.turn();
    let connection = server.connection.insight();
    assert_eq!(now(&connection), [(Local, StreamWindow, 1, 0), (Local, SendBuffer, 1, 0)]);
    second.send_reset(Reason::CANCEL);
    server.turn();
    assert_eq!(now(&connection), [(Local, StreamWindow, 1, 0)]);
    drop((server, first));
    assert!(connection.stalled().is_zero() && recorder.is_even());
}

/// Counting needs no observer, and a stream that goes on is stalled no more.
#[test]
fn stalls_are_counted_without_an_observer() {
    let mut server = Server::with(server::Builder::new().max_connection_receive_buffer_size(0), settings());
    let connection = server.connection.insight();
    let (mut body, _respond) = server.accept(post(1));
    for len in [16_384, 16_384, 16_384, 16_383] {
        server.send(data(1, len));
    }
    let stalled = connection.stalled();
    assert_eq!(stalled.streams(Role::Server, Peer, StreamWindow), 1);
    assert_eq!(stalled.connections(Role::Server, Peer, ConnectionWindow), 1);
    assert_eq!(stalled.streams(Role::Client, Peer, StreamWindow), 0);
    assert_eq!(stalled.streams(Role::Server, Peer, StreamLimit), 0, "a peer's wait for the stream limit is not known");
    while let Some(octets) = read(&mut body) {
        body.flow_control().release_capacity(octets.len()).unwrap();
    }
    server.turn();
    assert_eq!(connection.stalled(), Stalled::default());
}
