//! A setting of the release that a program changes means what it means in the release.

use std::iter::from_fn;
use std::time::Duration;

use h2::{client, server};
use h2_conformance::wire::build::{data, get, post, push_promise, reset};
use h2_conformance::wire::code::error::CANCEL;
use h2_conformance::wire::wake::by_hand;

use crate::endpoint::{time_passes, Client, Server};
use crate::{is_calm, stream};

/// How many of these a connection takes, an hour apart.
fn taken(server: &mut Server, mut one: impl FnMut(&mut Server, u32) -> Result<(), h2::Error>) -> Option<u32> {
    (1..2_000).find(|number| {
        time_passes(Duration::from_secs(3_600));
        is_calm(&one(server, *number))
    })
}

fn refusing(builder: &mut server::Builder) -> (Server, Vec<crate::endpoint::Accepted>) {
    let mut server = Server::new(builder.max_concurrent_streams(1));
    server.wire.send([post(1)]);
    let busy = server.accept().expect("a request");
    (server, busy)
}

#[test]
fn a_limit_of_errors_is_one_for_life() {
    let (mut server, _busy) = refusing(server::Builder::new().max_local_error_reset_streams(Some(10)));
    assert_eq!(taken(&mut server, |server, number| server.take([get(stream(number))])), Some(11));
}

#[test]
fn the_default_of_the_release_is_no_limit_for_life() {
    let (mut server, _busy) = refusing(server::Builder::new().max_local_error_reset_streams(Some(1_024)));
    assert_eq!(taken(&mut server, |server, number| server.take([get(stream(number))])), None);
}

#[test]
fn no_limit_of_errors_is_none() {
    let (mut server, _busy) = refusing(server::Builder::new().max_local_error_reset_streams(None));
    for batch in 0..30 {
        let refused = (1_000 * batch + 1..1_000 * batch + 1_001).map(|number| get(stream(number)));
        server.take(refused).expect("without limit");
    }
}

#[test]
fn a_limit_of_unaccepted_resets_is_one_of_those_that_wait() {
    let mut server = Server::new(server::Builder::new().max_pending_accept_reset_streams(5));
    let pairs = |count: u32, from: u32| (from..from + count).map(stream).flat_map(|id| [get(id), reset(id, CANCEL)]);
    server.wire.send(pairs(5, 0));
    assert_eq!(server.accept().expect("as many as may wait").len(), 5);
    server.wire.send(pairs(5, 5));
    assert_eq!(server.accept().expect("as many once more").len(), 5);
    assert!(is_calm(&server.take(pairs(6, 10))));
}

#[test]
fn a_limit_of_untaken_resets_is_one_of_pushes_that_wait() {
    let mut client = Client::new(client::Builder::new().max_pending_accept_reset_streams(5));
    let mut call = client.ask();
    client.take([]).expect("the request is sent");
    let mut pushes = call.push_promises();
    let pairs = |count: u32, from: u32| {
        (from..from + count).map(|number| 2 * number + 2).flat_map(|id| [push_promise(1, id), reset(id, CANCEL)])
    };
    client.take(pairs(5, 0)).expect("as many as may wait");
    let taken = from_fn(|| pushes.poll_push_promise(&mut by_hand()).is_ready().then_some(())).count();
    assert_eq!(taken, 5);
    client.take(pairs(5, 5)).expect("as many once more");
    assert!(is_calm(&client.take(pairs(1, 10))));
}

#[test]
fn a_budget_for_small_frames_is_one() {
    let mut server = Server::new(server::Builder::new().data_frame_budget(2_550));
    server.wire.send([post(1)]);
    let _busy = server.accept().expect("a request");
    assert_eq!(taken(&mut server, |server, _| server.take([data(1, 1)])), Some(11));
}
