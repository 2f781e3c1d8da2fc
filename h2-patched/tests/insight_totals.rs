//! The sums over all connections of the process. Alone in its process: others would be counted too.

#[path = "insight/ends.rs"]
#[allow(dead_code)]
mod ends;

use h2::insight::{connections, totals, Counts};
use h2::{client, server};
use h2_conformance::wire::build::{data, post, settings};

use ends::{Client, Server};

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
}
