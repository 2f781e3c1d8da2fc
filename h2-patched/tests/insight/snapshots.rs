//! Each thing that a snapshot says, where it is not trivial.

use std::sync::Arc;
use std::time::Duration;

use h2::insight::{Blocked, BlockedOn, CloseReason, Event, Role, Side, StreamState};
use h2::{client, server, Reason};
use h2_conformance::wire::build::{data, get, goaway, ping, post, reset, settings, window_update};
use h2_conformance::wire::code::error::{CANCEL, NO_ERROR, REFUSED_STREAM};
use h2_conformance::wire::code::{kind, setting};

use crate::ends::{by_hand, octets, pass, read, Client, Server};

fn waits(blocked: Option<Blocked>) -> Option<(BlockedOn, Option<u64>)> {
    blocked.map(|blocked| (blocked.on, blocked.lasting.as_ref().map(Duration::as_secs)))
}

#[test]
fn data_waits_for_the_streams_window() {
    pass(0);
    let mut server = Server::new();
    server.send(window_update(0, 1 << 20));
    let (_body, mut writer) = server.answer(get(1));
    writer.send_data(octets(70_000), false).unwrap();
    server.turn();
    pass(3);

    let stream = server.stream(1);
    assert_eq!(waits(stream.writer), Some((BlockedOn::StreamWindow, Some(3))));
    assert_eq!((stream.send.window, stream.send.queued), (0, 70_000 - 65_535));
    assert_eq!((stream.state, stream.handles), (StreamState::HalfClosedRemote, 2));
    let connection = server.snapshot();
    assert_eq!(connection.writer, None);
    assert_eq!((connection.send.window, connection.send.queued), (1 << 20, 70_000 - 65_535));

    server.send(window_update(1, 10_000));
    let stream = server.stream(1);
    assert_eq!((stream.writer, stream.send.queued), (None, 0));
    assert_eq!((stream.send.window, stream.updates_received), (10_000 - (70_000 - 65_535), 1));
}

#[test]
fn a_window_below_nothing_is_shown_so() {
    let mut server = Server::new();
    let (_body, mut writer) = server.answer(get(1));
    writer.send_data(octets(1000), false).unwrap();
    server.turn();
    server.send(settings().with(setting::INITIAL_WINDOW_SIZE, 100));
    assert_eq!(server.stream(1).send.window, -900);
}

#[test]
fn data_waits_for_the_connections_window() {
    pass(0);
    let mut server = Server::with(&server::Builder::new(), settings().with(setting::INITIAL_WINDOW_SIZE, 1 << 20));
    let (_a, mut first) = server.answer(get(1));
    let (_b, mut second) = server.answer(get(3));
    let (_c, mut third) = server.answer(get(5));
    first.send_data(octets(100_000), false).unwrap();
    server.turn();
    pass(2);
    // Comes when nothing is left.
    second.send_data(octets(10), false).unwrap();
    third.reserve_capacity(10);
    server.turn();
    pass(1);

    assert_eq!(waits(server.stream(1).writer), Some((BlockedOn::ConnectionWindow, Some(3))));
    assert_eq!(waits(server.stream(3).writer), Some((BlockedOn::ConnectionWindow, Some(1))));
    assert_eq!(waits(server.stream(5).writer), Some((BlockedOn::ConnectionWindow, Some(1))));
    let reserved = server.stream(5).send;
    assert_eq!((reserved.queued, reserved.reserved, reserved.capacity), (0, 10, 0));
    let connection = server.snapshot();
    assert_eq!(waits(connection.writer), Some((BlockedOn::ConnectionWindow, Some(3))));
    assert_eq!((connection.send.window, connection.send.reserved), (0, 10));

    server.send(window_update(0, 1 << 20));
    let connection = server.snapshot();
    assert_eq!((connection.writer, connection.send.queued, connection.send.capacity), (None, 0, 10));
    assert!(connection.streams.iter().all(|stream| stream.writer.is_none()));
}

#[test]
fn a_request_waits_for_the_stream_limit() {
    pass(0);
    let mut client = Client::with(&client::Builder::new(), settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
    let _first = client.request(true);
    let _second = client.request(true);
    pass(4);
    let _third = client.request(true);
    pass(1);

    assert_eq!(client.stream(1).writer, None);
    assert_eq!(waits(client.stream(3).writer), Some((BlockedOn::StreamLimit, Some(5))));
    assert_eq!(waits(client.stream(5).writer), Some((BlockedOn::StreamLimit, Some(1))));
    let connection = client.snapshot();
    assert_eq!((connection.waiting_to_open, connection.role), (2, Role::Client));
    assert_eq!((connection.local_streams.active, connection.local_streams.max), (1, 1));

    client.send(reset(1, CANCEL));
    assert_eq!(client.stream(3).writer, None);
    assert_eq!(client.snapshot().waiting_to_open, 1);
}

#[test]
fn a_writer_waits_for_room_in_the_buffer() {
    let builder = server::Builder::new().max_connection_send_buffer_size(1000).clone();
    let mut server = Server::with(&builder, settings().with(setting::INITIAL_WINDOW_SIZE, 0));
    let (_a, mut first) = server.answer(get(1));
    let (_b, mut second) = server.answer(get(3));
    first.send_data(octets(1000), false).unwrap();
    server.turn();
    server.send(window_update(3, 1000));
    second.reserve_capacity(10);
    server.turn();
    pass(7);
    assert_eq!(waits(server.stream(1).writer), Some((BlockedOn::StreamWindow, Some(7))));
    assert_eq!(waits(server.stream(3).writer), Some((BlockedOn::SendBuffer, Some(7))));

    server.send(window_update(1, 1000));
    assert_eq!((server.stream(3).writer, server.stream(3).send.capacity), (None, 10));
}

#[test]
fn a_request_that_waits_to_be_opened_fills_no_buffer() {
    let builder = client::Builder::new().max_connection_send_buffer_size(1000).clone();
    let mut client = Client::with(&builder, settings().with(setting::MAX_CONCURRENT_STREAMS, 1));
    let (_response, mut first) = client.request(false);
    let (_waiting, mut second) = client.request(false);
    second.send_data(octets(2000), true).unwrap();
    first.reserve_capacity(10);
    assert!(client.turn().is_pending());
    assert_eq!((client.stream(1).writer, client.stream(1).send.capacity), (None, 10));
    assert_eq!(waits(client.stream(3).writer).map(|(on, _)| on), Some(BlockedOn::StreamLimit));
    assert_eq!(client.snapshot().send.queued, 2000);

    // Once the request is open, its content counts. It waits for the window of its stream.
    client.send(settings().with(setting::INITIAL_WINDOW_SIZE, 0));
    client.send(settings().with(setting::MAX_CONCURRENT_STREAMS, 2));
    client.send(window_update(1, 20));
    first.reserve_capacity(20);
    assert!(client.turn().is_pending());
    assert_eq!(waits(client.stream(3).writer).map(|(on, _)| on), Some(BlockedOn::StreamWindow));
    assert_eq!(waits(client.stream(1).writer).map(|(on, _)| on), Some(BlockedOn::SendBuffer));
}

#[test]
fn all_wait_for_the_transport() {
    let mut server = Server::in_pipe(4096, &server::Builder::new(), settings());
    let (_body, mut writer) = server.answer(get(1));
    let (_other, _writer) = server.answer(get(3));
    server.turn();
    writer.send_data(octets(60_000), false).unwrap();
    server.turn();
    pass(2);
    server.turn();
    assert_eq!(waits(server.snapshot().writer), Some((BlockedOn::Transport, Some(2))));
    assert_eq!(server.stream(3).writer, None, "it has nothing to send");
    assert_eq!(waits(server.stream(1).writer), Some((BlockedOn::Transport, Some(2))));
    for _ in 0..100 {
        server.peer.receive();
        server.turn();
    }
    assert_eq!(server.snapshot().writer, None);
    assert_eq!(server.stream(1).writer, None);
}

#[test]
fn unread_octets_are_beside_the_target_while_another_stream_is_read() {
    let mut server = Server::new();
    let (_body, _respond) = server.accept(post(1));
    let (mut other, _respond) = server.accept(post(3));
    assert!(read(&mut other).is_none(), "its reader waits");
    for len in [16_384, 16_384, 16_384, 16_383] {
        server.send(data(1, len));
    }
    let receive = server.snapshot().receive;
    assert_eq!((receive.announced, receive.available, receive.target), (49_152, 65_535, 65_535));
    assert_eq!((receive.in_flight, receive.unread), (65_535, 65_535));
}

#[test]
fn unread_octets_hold_the_peer() {
    let mut server = Server::with(server::Builder::new().max_connection_receive_buffer_size(0), settings());
    let (mut body, _respond) = server.accept(post(1));
    for len in [16_384, 16_384, 16_384, 16_383] {
        server.send(data(1, len));
    }
    pass(9);

    let stream = server.stream(1);
    assert_eq!(waits(stream.peer), Some((BlockedOn::StreamWindow, Some(9))));
    assert_eq!((stream.receive.announced, stream.receive.available, stream.receive.target), (0, 0, 65_535));
    assert_eq!((stream.receive.in_flight, stream.receive.unread), (65_535, 65_535));
    let connection = server.snapshot();
    assert_eq!(waits(connection.peer), Some((BlockedOn::ConnectionWindow, Some(9))));
    assert_eq!((connection.receive.in_flight, connection.receive.unread), (65_535, 65_535));

    // Read, and its capacity kept.
    let octets = read(&mut body).unwrap().len();
    let receive = server.stream(1).receive;
    assert_eq!((receive.in_flight, receive.unread), (65_535, 65_535 - 16_384));

    // Released, and not worth an update yet.
    body.flow_control().release_capacity(octets).unwrap();
    server.turn();
    let receive = server.stream(1).receive;
    assert_eq!((receive.announced, receive.available, receive.target), (0, 16_384, 65_535));
    assert!(server.stream(1).peer.is_some());

    read(&mut body).unwrap();
    body.flow_control().release_capacity(16_384).unwrap();
    server.turn();
    let stream = server.stream(1);
    assert_eq!((stream.peer, stream.updates_sent), (None, 1));
    assert_eq!((stream.receive.announced, stream.receive.available), (32_768, 32_768));
    assert_eq!((server.snapshot().peer, server.snapshot().receive.announced), (None, 32_768));
    assert_eq!(server.snapshot().counts.updates_sent, 2);
}

#[test]
fn a_peer_that_has_sent_all_is_not_held() {
    let mut server =
        Server::with(server::Builder::new().initial_window_size(10).max_connection_receive_buffer_size(0), settings());
    let (_body, _respond) = server.accept(post(1));
    server.send(data(1, 10).end_stream());
    let stream = server.stream(1);
    assert_eq!((stream.receive.announced, stream.peer), (0, None));
}

#[test]
fn padding_is_not_unread() {
    let mut server = Server::new();
    let (_body, _respond) = server.accept(post(1));
    server.send(data(1, 100).padded(50));
    let receive = server.stream(1).receive;
    assert_eq!((receive.in_flight, receive.unread), (100, 100));
    assert_eq!(server.snapshot().counts.octets_received, 151);
}

#[test]
fn readers_are_timed_for_observers() {
    let wait_of = |builder: &server::Builder| {
        let mut server = Server::with(builder, settings());
        let (mut body, _respond) = server.accept(post(1));
        assert_eq!(server.stream(1).reader, None);
        assert_eq!(read(&mut body), None);
        pass(3);
        // To ask again is no new wait.
        assert_eq!(read(&mut body), None);
        pass(2);
        let waits = waits(server.stream(1).reader);
        server.send(data(1, 1));
        assert_eq!(server.stream(1).reader, None);
        waits
    };
    let mut observed = server::Builder::new();
    observed.observer(Arc::new(|_: &Event<'_>| {}));
    assert_eq!(wait_of(&server::Builder::new()), Some((BlockedOn::Peer, None)));
    assert_eq!(wait_of(&observed), Some((BlockedOn::Peer, Some(5))));
}

#[test]
fn frames_are_counted() {
    let mut server = Server::with(server::Builder::new().max_concurrent_streams(2), settings());
    let (_a, mut first) = server.answer(get(1));
    let (_b, _second) = server.answer(post(3));
    let snapshot = server.snapshot();
    assert_eq!((snapshot.peer_streams.active, snapshot.local_streams.active), (2, 0));
    server.send(post(5));
    server.send(reset(3, CANCEL));
    let (_c, _third) = server.answer(post(7));
    server.send(reset(7, REFUSED_STREAM));
    server.send(window_update(0, 5));
    first.send_data(octets(20_000), false).unwrap();
    server.turn();
    first.send_reset(Reason::INTERNAL_ERROR);
    server.send(goaway(0, NO_ERROR));

    let counts = server.connection.insight().counts();
    assert_eq!((counts.streams_received, counts.streams_accepted, counts.streams_opened), (3, 3, 0));
    assert_eq!((counts.resets_sent, counts.refusals_sent), (2, 1));
    assert_eq!((counts.resets_received, counts.refusals_received), (2, 1));
    assert_eq!((counts.updates_received, counts.octets_sent), (1, 20_000));
    assert_eq!((counts.go_aways_received, counts.streams_closed), (1, 3));
    let sent = server.peer.receive();
    assert_eq!(sent.iter().filter(|frame| frame.kind == kind::RST_STREAM).count() as u64, counts.resets_sent);
    assert_eq!(sent.iter().filter(|frame| frame.kind == kind::GOAWAY).count() as u64, counts.go_aways_sent);
    let snapshot = server.snapshot();
    assert_eq!(snapshot.counts, counts);
    assert_eq!((snapshot.peer_streams.active, snapshot.peer_streams.max), (0, 2));
}

#[test]
fn the_side_that_goes_away_is_shown() {
    let mut client = Client::with(&client::Builder::new(), settings());
    let _exchange = client.request(true);
    client.send(goaway(1, NO_ERROR));
    let connection = client.snapshot();
    let away = connection.peer_going_away.unwrap();
    assert_eq!((away.reason, u32::from(away.last_stream)), (Reason::NO_ERROR, 1));
    assert_eq!((connection.going_away, connection.close_reason), (None, None));

    let mut server = Server::new();
    server.connection.graceful_shutdown();
    server.turn();
    let away = server.snapshot().going_away.unwrap();
    assert_eq!((away.reason, u32::from(away.last_stream)), (Reason::NO_ERROR, (1 << 31) - 1));
}

#[test]
fn a_connection_is_seen_as_long_as_anything_of_it_is_there() {
    pass(0);
    let mut client = Client::with(&client::Builder::new(), settings());
    let handle = client.connection.insight();
    let (response, _body) = client.request(true);
    pass(60);
    assert_eq!(handle.snapshot().unwrap().age.as_secs(), 60);
    assert!(h2::insight::connections().iter().any(|connection| connection.id() == handle.id()));

    let Client { connection, requests, peer, .. } = client;
    drop((connection, requests, peer));
    let left = handle.snapshot().unwrap();
    assert_eq!((left.close_reason, left.streams.len()), (Some(CloseReason::Ended), 1));
    assert_eq!((left.streams[0].state, left.streams[0].send.queued), (StreamState::Closed, 0));
    assert!(!h2::insight::connections().iter().any(|connection| connection.id() == handle.id()));

    drop((response, _body));
    assert!(handle.snapshot().is_none());
    assert_eq!(handle.counts().streams_opened, 1);
}

#[test]
fn why_a_connection_ended_is_shown() {
    let mut server = Server::new();
    let handle = server.connection.insight();
    let (_body, _respond) = server.accept(post(1));
    server.peer.send(window_update(0, 0));
    server.turn();
    let by_us = handle.snapshot().unwrap().close_reason;
    assert!(
        matches!(by_us, Some(CloseReason::Code { by: Side::Local, reason: Reason::PROTOCOL_ERROR, .. })),
        "{by_us:?}"
    );

    let mut server = Server::new();
    let handle = server.connection.insight();
    let (_body, _respond) = server.accept(post(1));
    drop(server.peer);
    let mut connection = server.connection;
    let _ = connection.poll_closed(&mut by_hand());
    let by_transport = handle.snapshot().unwrap().close_reason;
    assert_eq!(by_transport, Some(CloseReason::Transport(std::io::ErrorKind::UnexpectedEof)));

    let mut server = Server::new();
    let handle = server.connection.insight();
    server.connection.graceful_shutdown();
    server.turn();
    let ping_of_shutdown = server.peer.receive().into_iter().find(|frame| frame.kind == kind::PING).unwrap();
    assert_eq!(handle.snapshot().unwrap().close_reason, None);
    server.send(ping(ping_of_shutdown.payload.try_into().unwrap()).ack());
    let in_order = handle.snapshot().unwrap().close_reason;
    assert!(
        matches!(in_order, Some(CloseReason::Code { by: Side::Local, reason: Reason::NO_ERROR, .. })),
        "{in_order:?}"
    );
}

#[test]
fn the_round_trip_is_that_of_the_settings() {
    pass(0);
    let mut server = Server::new();
    assert_eq!(server.snapshot().round_trip, None, "no time passed");
    server.connection.set_initial_window_size(70_000).unwrap();
    server.turn();
    h2::virtual_time::advance(Duration::from_millis(30));
    server.send(settings().ack());
    assert_eq!(server.snapshot().round_trip, Some(Duration::from_millis(30)));
}

/// More than fit into a few batches, and places in between that are empty.
#[test]
fn a_snapshot_holds_every_stream_once() {
    let mut server = Server::with(server::Builder::new().max_connection_receive_buffer_size(0), settings());
    let mut exchanges: Vec<_> = (0..300).map(|n| server.answer(post(1 + 2 * n))).collect();
    let mut expected: Vec<u32> = (0..300).map(|n| 1 + 2 * n).collect();
    for n in (20..100).rev() {
        server.send(reset(expected.remove(n), CANCEL));
        drop(exchanges.remove(n));
    }
    server.send(data(1, 100));
    server.send(data(599, 200));
    exchanges[219].1.reserve_capacity(70_000);
    let snapshot = server.snapshot();
    let mut found: Vec<u32> = snapshot.streams.iter().map(|stream| stream.id.into()).collect();
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!((snapshot.receive.unread, snapshot.send.reserved), (300, 70_000));
}

#[test]
fn unread_octets_are_those_that_are_queued() {
    let mut server = Server::with(server::Builder::new().max_connection_receive_buffer_size(0), settings());
    let (mut body, respond) = server.accept(post(1));
    // The first chunk is too large for the second one to be joined to it.
    server.send(data(1, 5000));
    server.send(data(1, 50).padded(9));
    assert_eq!((server.stream(1).receive.unread, server.snapshot().receive.unread), (5050, 5050));
    read(&mut body);
    assert_eq!(server.stream(1).receive.unread, 50);
    server.send(reset(1, CANCEL));
    assert_eq!(server.stream(1).receive.unread, 50, "a reader may still take it");
    drop(body);
    assert_eq!(server.snapshot().receive.unread, 0);
    drop(respond);
}
