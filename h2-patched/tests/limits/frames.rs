//! Frames that cost this end more than the peer, each beyond its limit and within it.

use std::time::Duration;

use bytes::Bytes;
use h2::{client, server, SendStream};
use h2_conformance::wire::build::{
    continuation, data, get, goaway, headers, headers_block, ping, post, priority, response, settings, unknown,
    window_update,
};
use h2_conformance::wire::Frame;

use crate::endpoint::{time_passes, Client, Server};
use crate::{heap, is_calm, stream, KIB};

/// How many of these frames, one after another and at once, end the connection of a server.
fn flood(mut frame: impl FnMut(u32) -> Vec<Frame>) -> u32 {
    let mut server = Server::new(&server::Builder::new());
    server.wire.send([post(1)]);
    let _busy = server.accept().expect("a request");
    let taken = (1..100_000).find(|number| is_calm(&server.take(frame(*number))));
    taken.expect("a flood ends the connection")
}

/// Whether a server takes so many of these frames each second for half a minute.
fn takes(per_second: u32, mut frame: impl FnMut(u32) -> Vec<Frame>) -> bool {
    let mut server = Server::new(&server::Builder::new());
    server.wire.send([post(1)]);
    let _busy = server.accept().expect("a request");
    let mut before = 0;
    for second in 0..30 {
        time_passes(Duration::from_secs(1));
        if server.take((0..per_second).flat_map(|number| frame(number + 1))).is_err() {
            return false;
        }
        if second == 10 {
            before = heap::live();
        }
    }
    assert!(heap::live() - before < 16 * KIB, "{} bytes", heap::live() - before);
    true
}

fn in_two_parts(number: u32) -> Vec<Frame> {
    let block = get(1).payload.clone();
    let id = stream(number);
    vec![headers_block(id, block[..1].to_vec()).continues().end_stream(), continuation(id, block[1..].to_vec())]
}

#[test]
fn each_kind_of_frame_has_its_limit() {
    // The SETTINGS of the handshake, and their acknowledgement.
    assert_eq!(flood(|_| vec![settings()]), 999);
    assert_eq!(flood(|_| vec![ping([1; 8])]), 20_001);
    assert_eq!(flood(|_| vec![ping([1; 8]).ack()]), 20_001);
    assert_eq!(flood(|_| vec![priority(1)]), 10_001);
    assert_eq!(flood(|_| vec![unknown(1)]), 20_001);
    assert_eq!(flood(|_| vec![goaway(u32::MAX >> 1, 0)]), 101);
    assert_eq!(flood(in_two_parts), 10_001);
}

#[test]
fn frames_within_the_rate_go_on_for_ever() {
    assert!(takes(100, |number| vec![settings().with(4, 65_535 + number)]));
    assert!(takes(10_000, |_| vec![ping([1; 8])]));
    assert!(takes(10_000, |_| vec![priority(1)]));
    assert!(takes(10_000, |_| vec![unknown(1)]));
}

#[test]
fn goaway_names_what_there_was_too_much_of() {
    let mut server = Server::new(&server::Builder::new());
    let ended = (0..1_100).find_map(|_| server.take([settings()]).err()).expect("a flood");
    assert!(ended.to_string().contains("too_many_settings"), "{ended}");
}

#[test]
fn requests_with_too_large_fields_end_the_connection() {
    let mut server = Server::new(server::Builder::new().max_header_list_size(100));
    let field = "x".repeat(200);
    let large = |number| headers(stream(number), &[(":method", "GET"), ("x-large", &field)]).end_stream();
    let taken = (0..10_000).find(|number| is_calm(&server.take([large(*number)])));
    assert_eq!(taken, Some(1_024));
}

/// A server that answers a request with content.
fn responding() -> (Server, SendStream<Bytes>) {
    let mut server = Server::new(server::Builder::new().max_send_buffer_size(1 << 20));
    server.wire.send([get(1)]);
    let (_, mut respond) = server.accept().expect("a request").remove(0);
    let body = respond.send_response(http::Response::new(()), false).expect("it waits");
    server.take([]).expect("the response is sent");
    (server, body)
}

#[test]
fn updates_for_each_frame_may_go_on_for_ever() {
    let (mut server, mut body) = responding();
    for _ in 0..100_000 {
        body.send_data(Bytes::from_static(b"a small message"), false).expect("the stream is open");
        server.take([]).expect("it is sent");
        server.take([window_update(0, 15), window_update(1, 15)]).expect("conforming");
    }
}

#[test]
fn updates_for_each_read_may_go_on_for_ever() {
    let (mut server, mut body) = responding();
    for _ in 0..500 {
        body.send_data(Bytes::from(vec![0; 16_384]), false).expect("the stream is open");
        server.take([]).expect("it is sent");
        for _ in 0..64 {
            server.take([window_update(0, 256), window_update(1, 256)]).expect("conforming");
        }
    }
}

#[test]
fn a_window_that_is_opened_by_the_octet_ends_the_connection() {
    let (mut server, mut body) = responding();
    body.send_data(Bytes::from(vec![0; 1 << 20]), false).expect("the stream is open");
    server.take([]).expect("the window is sent");
    let ten = || (0..10).flat_map(|_| [window_update(0, 1), window_update(1, 1)]);
    let taken = (1..100_000).find(|_| is_calm(&server.take(ten())));
    assert!(taken.is_some_and(|tens| (10_000..10_050).contains(&tens)), "{taken:?}");
}

#[test]
fn updates_of_nothing_end_the_connection() {
    let fifty = |stream| (0..50).map(|_| window_update(stream, 1)).collect();
    assert_eq!(flood(|_| fifty(1)), 4_001);
    // On a stream that is over.
    let over = |number| if number == 1 { vec![data(1, 0).end_stream()] } else { fifty(0) };
    assert_eq!(flood(over), 4_002);
}

#[test]
fn a_client_is_flooded_as_a_server_is() {
    let mut client = Client::new(&client::Builder::new());
    let _call = client.ask();
    client.take([]).expect("the request is sent");
    client.take([response(1, 200)]).expect("conforming");
    let taken = (1..100_000).find(|_| is_calm(&client.take([ping([0; 8])])));
    assert_eq!(taken, Some(20_001));
}
