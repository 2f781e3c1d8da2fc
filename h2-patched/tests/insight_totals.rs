//! The sums over all connections of the process. Alone in its process: others would be counted too.

#[path = "insight/ends.rs"]
#[allow(dead_code)]
mod ends;

use h2::insight::{connections, open_by_label, totals, BlockedOn, Counts, Role, Side};
use h2::tuning::{self, Tuning};
use h2::{client, server};
use h2_conformance::wire::build::{data, post, settings};
use h2_conformance::wire::code::setting;

use ends::{read, Client, Server};

#[test]
fn totals_are_of_all_connections_that_are_and_were() {
    assert_eq!((totals().connections_opened, totals().counts), (0, Counts::default()));
    let mut server = Server::with(&server::Builder::new(), settings());
    let (_body, _respond) = server.accept(post(1));
    server.send(data(1, 100));
    let mut client = Client::with(&client::Builder::new(), settings());
    let _exchange = client.request(true);

    let both = totals();
    assert_eq!((both.connections_opened, both.connections_open), (2, 2));
    assert_eq!((both.counts.octets_received, both.counts.streams_received, both.counts.streams_opened), (100, 1, 1));
    let ids: Vec<u64> = connections().iter().map(|connection| connection.id()).collect();
    assert_eq!(ids, [server.connection.insight().id(), client.connection.insight().id()]);

    // What an ended connection counted stays.
    drop((server, _body, _respond));
    let one = totals();
    assert_eq!((one.connections_opened, one.connections_open), (2, 1));
    assert_eq!((one.counts.octets_received, one.counts.streams_closed), (100, 1));
    drop((client, _exchange));
    assert_eq!((totals().connections_open, totals().counts.streams_closed), (0, 2));

    // A handshake that fails was no connection.
    let (pipe, far) = tokio::io::duplex(64);
    drop(far);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(runtime.block_on(server::handshake(pipe)).is_err());
    assert_eq!(totals().connections_opened, 2);

    // Stalls of all connections together, while they last.
    assert!(totals().stalled.is_zero());
    let no_streams = || settings().with(setting::MAX_CONCURRENT_STREAMS, 0);
    let mut clients = [(); 2].map(|()| Client::with(client::Builder::new().label("pool"), no_streams()));
    let requests: Vec<_> = clients.iter_mut().flat_map(|client| [client.request(true), client.request(true)]).collect();
    assert_eq!(totals().stalled.streams(Role::Client, Side::Local, BlockedOn::StreamLimit), 4);
    let by_label = open_by_label();
    let pool = &by_label[&Some("pool".into())];
    assert_eq!((by_label.len(), pool.connections_open), (1, 2));
    assert_eq!(pool.stalled.streams(Role::Client, Side::Local, BlockedOn::StreamLimit), 4);
    drop((clients, requests));
    assert!(totals().stalled.is_zero() && open_by_label().is_empty());

    the_process_receive_buffer_is_shown();
}

/// Two connections leave content unread, and there is not enough for both.
fn the_process_receive_buffer_is_shown() {
    tuning::set_defaults(Tuning::new().max_process_receive_buffer_size(100_000));
    let before = totals().process_receive_buffer;
    assert_eq!((before.max, before.used, before.waiting, before.refused), (100_000, 0, 0, 0));
    let mut servers: Vec<_> = (0..8)
        .map(|_| {
            let mut server = Server::with(&server::Builder::new(), settings());
            let mut exchanges: Vec<_> = [1, 3, 5].into_iter().map(|id| server.accept(post(id))).collect();
            assert!(read(&mut exchanges[2].0).is_none(), "its reader waits");
            for id in [1, 3] {
                [16_384, 16_384, 16_384].into_iter().for_each(|len| {
                    server.send(data(id, len));
                });
            }
            (server, exchanges)
        })
        .collect();
    let full = totals().process_receive_buffer;
    assert!(full.used > 0 && full.used <= 100_000 && full.waiting > 0, "{full:?}");
    let charged: u64 = servers.iter().map(|(server, _)| server.snapshot().receive_buffer.charged).sum();
    assert_eq!(charged, full.used);
    servers.clear();
    let after = totals().process_receive_buffer;
    assert_eq!((after.used, after.waiting), (0, 0));
    tuning::set_defaults(Tuning::new());
}
