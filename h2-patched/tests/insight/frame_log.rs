//! Lines of the frame log, with the windows after each frame.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use h2::insight::{connections, log_frames};
use h2::{client, server, Reason};
use h2_conformance::wire::build::{
    continuation, data, get, goaway, headers_block, ping, post, push_promise, reset, settings, unknown, window_update,
};
use h2_conformance::wire::code::error::CANCEL;
use h2_conformance::wire::code::setting;

use crate::ends::{octets, pass, read, Client, Server};

/// Keeps lines of all connections: tests of this module take turns, because there is one log.
struct Lines {
    lines: Arc<Mutex<Vec<String>>>,
    _turn: std::sync::MutexGuard<'static, ()>,
}

impl Lines {
    fn new() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = lines.clone();
        log_frames(Some(Arc::new(move |line: &str| {
            // A line comes without a lock: this would hang.
            connections().iter().for_each(|connection| drop(connection.snapshot()));
            sink.lock().unwrap().push(line.to_owned());
        })));
        Lines { lines, _turn: turn }
    }

    /// Returns the lines of a connection, without the beginning that they share and without the
    /// time.
    fn of(&self, id: u64) -> Vec<String> {
        self.timed(id).into_iter().map(|(_, line)| line).collect()
    }

    /// Returns the lines of a connection, without the beginning that they share: the time and the
    /// rest.
    fn timed(&self, id: u64) -> Vec<(String, String)> {
        let start = format!("h2 {id} ");
        let lines = std::mem::take(&mut *self.lines.lock().unwrap());
        let lines = lines.iter().filter_map(|line| line.strip_prefix(&start));
        lines.map(|line| line.split_once(' ').expect("a line has a time")).map(|(a, b)| (a.into(), b.into())).collect()
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        log_frames(None);
    }
}

#[test]
fn a_server_in_full() {
    let lines = Lines::new();
    let mut server = Server::with(
        server::Builder::new().max_concurrent_streams(7),
        settings().with(setting::INITIAL_WINDOW_SIZE, 70_000),
    );
    let id = server.connection.insight().id();
    assert_eq!(
        lines.of(id),
        [
            "sent SETTINGS stream=0 len=6 MAX_CONCURRENT_STREAMS=7",
            "received SETTINGS stream=0 len=6 INITIAL_WINDOW_SIZE=70000",
            "sent SETTINGS stream=0 len=0 flags=ACK connection-window=65535 initial-window=70000",
            "received SETTINGS stream=0 len=0 flags=ACK connection-window=65535 initial-window=65535",
        ]
        .map(str::to_owned)
        .to_vec()
    );

    a_request_in_full(&lines, id, &mut server);
    server.send(reset(1, CANCEL));
    server.connection.abrupt_shutdown(Reason::INTERNAL_ERROR);
    server.turn();
    assert_eq!(
        lines.of(id),
        [
            "received RST_STREAM stream=1 len=4 code=CANCEL",
            "sent GOAWAY stream=0 len=8 last-stream=1 code=INTERNAL_ERROR"
        ]
    );
}

fn a_request_in_full(lines: &Lines, id: u64, server: &mut Server) {
    let (mut body, mut writer) = server.answer(post(1));
    server.turn();
    let (request, response) = {
        let lines = lines.of(id);
        assert_eq!(lines.len(), 2, "{lines:?}");
        (lines[0].clone(), lines[1].clone())
    };
    assert!(
        request.starts_with("received HEADERS stream=1 len=") && request.ends_with(" flags=END_HEADERS"),
        "{request}"
    );
    assert!(
        response.starts_with("sent HEADERS stream=1 len=") && response.ends_with(" flags=END_HEADERS"),
        "{response}"
    );

    server.send(data(1, 16_384));
    server.send(data(1, 16_383).padded(0));
    assert_eq!(
        lines.of(id),
        [
            "received DATA stream=1 len=16384 connection-window=49151 stream-window=49151",
            "received DATA stream=1 len=16384 flags=PADDED connection-window=32767 stream-window=32767",
        ]
    );
    while let Some(octets) = read(&mut body) {
        body.flow_control().release_capacity(octets.len()).unwrap();
    }
    server.turn();
    assert_eq!(
        lines.of(id),
        [
            "sent WINDOW_UPDATE stream=0 len=4 increment=32768 connection-window=65535",
            "sent WINDOW_UPDATE stream=1 len=4 increment=32768 connection-window=65535 stream-window=65535",
        ]
    );
    writer.send_data(octets(20_000), false).unwrap();
    server.turn();
    server.send(window_update(1, 5));
    server.send(window_update(0, 7));
    assert_eq!(
        lines.of(id),
        [
            "sent DATA stream=1 len=16384 connection-window=49151 stream-window=53616",
            "sent DATA stream=1 len=3616 connection-window=45535 stream-window=50000",
            "received WINDOW_UPDATE stream=1 len=4 increment=5 connection-window=45535 stream-window=50005",
            "received WINDOW_UPDATE stream=0 len=4 increment=7 connection-window=45542",
        ]
    );
    writer.send_data(octets(1), true).unwrap();
    server.turn();
    server.send(ping([7; 8]));
    server.send(unknown(3));
    assert_eq!(
        lines.of(id)[..3],
        [
            "sent DATA stream=1 len=1 flags=END_STREAM connection-window=45541 stream-window=50004",
            "received PING stream=0 len=8",
            "sent PING stream=0 len=8 flags=ACK",
        ]
    );
}

#[test]
fn no_secret_is_in_it() {
    let lines = Lines::new();
    let mut server = Server::new();
    let id = server.connection.insight().id();
    let first = get(1);
    let (one, two) = first.payload.split_at(5);
    server.peer.send(headers_block(1, one.to_vec()).continues().end_stream());
    server.send_last(continuation(1, two.to_vec()));
    server.send(ping(*b"password"));
    let mut away = goaway(0, 0);
    away.payload.extend(b"password");
    server.send(away);
    let lines = lines.of(id);
    assert!(lines.iter().any(|line| line.starts_with("received CONTINUATION stream=1 len=")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("received GOAWAY stream=0 len=16 last-stream=0 code=NO_ERROR")));
    for line in lines {
        assert!(!line.contains("password") && !line.contains("example"), "{line}");
    }
}

#[test]
fn reserved_bits_and_padding_are_no_part_of_numbers() {
    let lines = Lines::new();
    let mut client = Client::with(&client::Builder::new(), settings());
    let id = client.requests.insight().id();
    let _exchange = client.request(true);
    lines.of(id);
    let mut frames = [window_update(0, 1), push_promise(1, 2).padded(3), goaway(1, 0)];
    // The promised stream comes after the length of the padding.
    for (frame, at) in frames.iter_mut().zip([0, 1, 0]) {
        frame.payload[at] |= 0x80;
    }
    frames.into_iter().for_each(|frame| client.send(frame));
    let lines = lines.of(id);
    for (line, says) in lines.iter().zip([" increment=1 ", " promised=2 ", " last-stream=1 "]) {
        assert!(format!("{line} ").contains(says), "{lines:?}");
    }
}

/// Also where its connection is never polled.
#[test]
fn frames_of_a_handshake_are_logged() {
    let lines = Lines::new();
    let (pipe, _far) = tokio::io::duplex(1 << 16);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (requests, connection) = runtime.block_on(client::handshake(pipe)).unwrap();
    let id = requests.insight().id();
    drop(connection);
    assert!(lines.of(id)[0].starts_with("sent SETTINGS stream=0 len="));
}

/// What is wrong is logged before the connection says so.
#[test]
fn frames_that_end_the_connection_are_logged() {
    let lines = Lines::new();
    let mut server = Server::new();
    let id = server.connection.insight().id();
    lines.of(id);
    server.peer.send(data(1, 3));
    server.turn();
    assert_eq!(
        lines.of(id),
        ["received DATA stream=1 len=3", "sent GOAWAY stream=0 len=8 last-stream=0 code=PROTOCOL_ERROR"]
    );
}

#[test]
fn it_can_be_switched_on_and_off_at_any_time() {
    let mut client = Client::with(&client::Builder::new(), settings());
    let id = client.connection.insight().id();
    let lines = Lines::new();
    lines.of(id);
    client.send(window_update(0, 1));
    assert_eq!(lines.of(id), ["received WINDOW_UPDATE stream=0 len=4 increment=1 connection-window=65536"]);
    drop(lines);
    client.send(window_update(0, 1));
    let lines = Lines::new();
    client.send(window_update(0, 1));
    assert_eq!(lines.of(id), ["received WINDOW_UPDATE stream=0 len=4 increment=1 connection-window=65538"]);
}

#[test]
fn a_stream_that_is_over_has_no_window() {
    let lines = Lines::new();
    let mut server = Server::with(&server::Builder::new(), settings().with(setting::INITIAL_WINDOW_SIZE, 10));
    let id = server.connection.insight().id();
    let (body, mut writer) = server.answer(post(1));
    // Answered in full, and let go while the peer still sends.
    writer.send_data(octets(100), true).unwrap();
    drop((body, writer));
    server.turn();
    lines.of(id);
    server.send(data(1, 60));
    assert_eq!(lines.of(id)[0], "received DATA stream=1 len=60 connection-window=65475");

    let (_body, mut writer) = server.answer(post(3));
    writer.send_data(octets(10), true).unwrap();
    server.turn();
    lines.of(id);
    server.send(window_update(3, 5));
    assert_eq!(lines.of(id), ["received WINDOW_UPDATE stream=3 len=4 increment=5 connection-window=65515"]);
}

#[test]
fn settings_acknowledged_behind_a_full_transport_have_their_windows() {
    let lines = Lines::new();
    let wide = settings().with(setting::INITIAL_WINDOW_SIZE, 1 << 20);
    let mut server = Server::in_pipe(4_096, &server::Builder::new(), wide);
    let id = server.connection.insight().id();
    let (_body, mut writer) = server.answer(get(1));
    writer.send_data(octets(60_000), false).unwrap();
    server.turn();
    server.peer.send(settings().with(setting::INITIAL_WINDOW_SIZE, 77));
    server.turn();
    server.connection.set_initial_window_size(70_000).unwrap();
    lines.of(id);
    for _ in 0..40 {
        server.peer.receive();
        server.turn();
    }
    let lines = lines.of(id);
    let acknowledged = lines.iter().find(|line| line.starts_with("sent SETTINGS stream=0 len=0 flags=ACK"));
    assert!(acknowledged.is_some_and(|line| line.ends_with(" initial-window=77")), "{lines:?}");
}

#[test]
fn each_line_has_the_time_since_the_handshake_began() {
    let lines = Lines::new();
    pass(0);
    let mut server = Server::new();
    let id = server.connection.insight().id();
    pass(12);
    h2::virtual_time::advance(Duration::from_nanos(345_678_901));
    server.send(ping([0; 8]));
    let timed = lines.timed(id);
    let times: Vec<&str> = timed.iter().map(|(time, _)| &**time).collect();
    assert_eq!(times, ["0.000000", "0.000000", "0.000000", "0.000000", "12.345678", "12.345678"], "{timed:?}");
}

#[test]
fn a_label_is_in_its_lines() {
    let lines = Lines::new();
    let mut server = Server::with(&server::Builder::new().label("a \"b\"\n").clone(), settings());
    let id = server.connection.insight().id();
    server.send(ping([0; 8]));
    let last = lines.of(id).pop();
    assert_eq!(last.as_deref(), Some(r#"sent PING label="a \"b\"\n" stream=0 len=8 flags=ACK"#));
    server.connection.insight().clear_label();
    server.send(ping([0; 8]));
    assert_eq!(lines.of(id).pop().as_deref(), Some("sent PING stream=0 len=8 flags=ACK"));
}
