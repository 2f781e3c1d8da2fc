//! Snapshots and totals as JSON.
#![cfg(feature = "serde")]

#[path = "insight/ends.rs"]
#[allow(dead_code)]
mod ends;

use h2::insight::totals;
use h2::server;
use h2_conformance::wire::build::{data, goaway, post, settings};
use h2_conformance::wire::code::error::ENHANCE_YOUR_CALM;
use h2_conformance::wire::code::setting;
use serde_json::{json, Value};

use ends::{octets, pass, Server};

#[test]
fn a_snapshot_is_plain_json() {
    pass(0);
    let builder = server::Builder::new().label("listener-a").clone();
    let mut server = Server::with(&builder, settings().with(setting::INITIAL_WINDOW_SIZE, 10));
    let (_body, mut writer) = server.answer(post(1));
    server.send(data(1, 100));
    writer.send_data(octets(30), false).unwrap();
    server.turn();
    pass(2);
    let totals = serde_json::to_value(totals()).unwrap();
    let stalled = json!([{"role": "server", "who": "local", "on": "stream-window", "streams": 1, "connections": 0}]);
    assert_eq!((&totals["connections_open"], &totals["stalled"]), (&json!(1), &stalled));
    assert_eq!(totals["counts"]["octets_received"], 100);
    assert_eq!(totals["process_receive_buffer"]["used"], 0);

    server.peer.send(goaway(0, ENHANCE_YOUR_CALM));
    server.turn();
    let mut snapshot = serde_json::to_value(server.snapshot()).unwrap();
    let streams = snapshot["streams"].take();
    for (field, value) in [
        ("label", json!("listener-a")),
        ("role", json!("server")),
        ("age_seconds", json!(2.0)),
        ("round_trip_seconds", Value::Null),
        ("peer_streams", json!({"active": 1, "max": null})),
        ("receive_buffer", json!({"max": 64 << 20, "used": 65_535, "charged": 0})),
        ("peer_going_away", json!({"reason": "ENHANCE_YOUR_CALM", "last_stream": 0})),
        ("going_away", Value::Null),
        ("writer", Value::Null),
    ] {
        assert_eq!(snapshot[field], value, "{field}");
    }
    let stream = &streams[0];
    for (field, value) in [
        ("id", json!(1)),
        ("state", json!("open")),
        ("writer", json!({"on": "stream-window", "lasting_seconds": 2.0})),
        ("send", json!({"window": 0, "queued": 20, "reserved": 0, "capacity": 0})),
    ] {
        assert_eq!(stream[field], value, "{field}");
    }
    assert_eq!(stream["receive"]["unread"], 100);

    let connection = server.connection.insight();
    drop(server);
    let ended = serde_json::to_value(connection.snapshot().unwrap()).unwrap();
    assert_eq!(ended["close_reason"], json!({"code": {"by": "peer", "reason": "ENHANCE_YOUR_CALM"}}));
}
