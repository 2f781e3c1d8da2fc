//! The load driver against servers that answer, and against servers that do not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use h2_benches::load::{parse, run, Report};
use h2_conformance_wire::build::{continuation, data, goaway, headers, ping, reset, response, settings, unknown};
use h2_conformance_wire::code::{error, kind, setting};
use h2_conformance_wire::{Frame, PeerReader};

#[path = "load/tls.rs"]
mod tls;

/// What a server does on a connection, after the preface: it is handed each frame of the client.
type Server = fn(&mut Connection, &Frame) -> std::io::Result<()>;

struct Connection {
    socket: TcpStream,
    /// The connection's number, from 0.
    number: usize,
    /// Requests on it so far.
    requests: u32,
}

impl Connection {
    fn send(&mut self, frames: &[Frame]) -> std::io::Result<()> {
        let octets: Vec<u8> = frames.iter().flat_map(Frame::to_bytes).collect();
        self.socket.write_all(&octets)
    }

    fn answer(&mut self, stream: u32) -> std::io::Result<()> {
        self.send(&[response(stream, 200), data(stream, 12).end_stream()])
    }

    fn serve(mut self, first: &[u8], server: Server) -> std::io::Result<()> {
        self.socket.write_all(first)?;
        let (mut reader, mut octets) = (PeerReader::new(true), [0; 4096]);
        loop {
            let length = self.socket.read(&mut octets)?;
            if length == 0 {
                return Ok(());
            }
            for frame in reader.read(&octets[..length]) {
                self.requests += u32::from(frame.kind == kind::HEADERS);
                server(&mut self, &frame)?;
            }
        }
    }
}

/// A server whose first octets are these. Its threads end with the connections.
fn serve(first: Vec<u8>, server: Server) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for (number, socket) in listener.incoming().map_while(Result::ok).enumerate() {
            let (first, connection) = (first.clone(), Connection { socket, number, requests: 0 });
            thread::spawn(move || connection.serve(&first, server));
        }
    });
    port
}

fn load(port: u16, words: &str) -> Report {
    let words = format!("http://127.0.0.1:{port}/x {words}");
    let order = parse(words.split_whitespace().map(Into::into)).expect("it is right").expect("it is no call for help");
    let begin = Instant::now();
    let report = run(order.plan, order.endpoint).expect("the environment works");
    assert!(begin.elapsed() < Duration::from_secs(20), "it does not hang");
    report
}

/// The failures of a server that begins with SETTINGS.
#[track_caller]
fn fails(server: Server, words: &str, expected: &[(&str, u64)]) {
    fails_after(settings().to_bytes(), server, words, expected);
}

#[track_caller]
fn fails_after(first: Vec<u8>, server: Server, words: &str, expected: &[(&str, u64)]) {
    let report = load(serve(first, server), words);
    let failed: Vec<(&str, u64)> = report.failed().iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    assert_eq!(failed, expected, "{report}");
}

fn is_request(frame: &Frame) -> bool {
    frame.kind == kind::HEADERS
}

fn answers(connection: &mut Connection, frame: &Frame) -> std::io::Result<()> {
    if is_request(frame) {
        connection.answer(frame.stream)?;
    }
    Ok(())
}

#[test]
fn every_request_is_answered() {
    let port = serve(settings().to_bytes(), answers);
    let report = load(port, "--requests 1000 --connections 3 --streams 7");
    assert_eq!((report.answered(), report.failed().len()), (1000, 0), "{report}");
    assert!(report.latency(1.0) >= report.latency(0.5) && report.latency(0.5) > Duration::ZERO);
    let json: serde_json::Value = serde_json::from_str(&report.to_json().expect("plain data")).expect("JSON");
    assert_eq!((&json["answered"], &json["octets"]), (&1000.into(), &12_000.into()), "{json}");
    let report = load(port, "--seconds 0.2");
    assert!(report.answered() > 0 && report.failed().is_empty(), "{report}");
}

#[test]
fn the_servers_limit_of_streams_is_kept() {
    // Answers come only for two at a time: a third one is answered by RST_STREAM.
    fn two(connection: &mut Connection, frame: &Frame) -> std::io::Result<()> {
        if !is_request(frame) {
            return Ok(());
        }
        match connection.requests % 2 {
            1 => Ok(()),
            _ => (connection.answer(frame.stream - 2)).and_then(|()| connection.answer(frame.stream)),
        }
    }
    let limit = settings().with(setting::MAX_CONCURRENT_STREAMS, 2).to_bytes();
    fails_after(limit, two, "--requests 100 --streams 50 --idle-timeout 2", &[]);
    let none = settings().with(setting::MAX_CONCURRENT_STREAMS, 0).to_bytes();
    fails_after(none, answers, "--requests 5 --read-timeout 0.3", &[("no streams allowed", 5)]);
}

#[test]
fn interim_responses_trailers_and_continuations_are_read() {
    fn whole(connection: &mut Connection, frame: &Frame) -> std::io::Result<()> {
        let stream = frame.stream;
        if !is_request(frame) {
            return Ok(());
        }
        let head = headers(stream, &[(":status", "204")]).continues();
        let rest = continuation(stream, h2_conformance_wire::hpack::encode(&[("a", "b")]));
        let trailers = headers(stream, &[("c", "d")]).end_stream();
        connection.send(&[response(stream, 103), head, rest, data(stream, 5).padded(3), unknown(stream), trailers])
    }
    fails(whole, "--requests 30", &[]);
}

#[test]
fn a_status_from_400_is_a_failure() {
    fn busy(connection: &mut Connection, frame: &Frame) -> std::io::Result<()> {
        let status = if frame.stream % 4 == 1 { 404 } else { 503 };
        if is_request(frame) {
            connection.send(&[response(frame.stream, status).end_stream()])?;
        }
        Ok(())
    }
    fails(busy, "--requests 10", &[("status 4xx", 5), ("status 5xx", 5)]);
}

#[test]
fn resets_are_counted_by_their_codes() {
    fn resets(connection: &mut Connection, frame: &Frame) -> std::io::Result<()> {
        let code = [error::REFUSED_STREAM, error::CANCEL, 0xdead_beef][connection.requests as usize % 3];
        if is_request(frame) {
            connection.send(&[reset(frame.stream, code)])?;
        }
        Ok(())
    }
    let expected = [("reset CANCEL", 3), ("reset REFUSED_STREAM", 3), ("reset with an unknown code", 3)];
    fails(resets, "--requests 9", &expected);
}

#[test]
fn after_goaway_another_connection_sends_the_rest() {
    // The server takes five requests of each connection.
    fn leaves(connection: &mut Connection, frame: &Frame) -> std::io::Result<()> {
        match connection.requests {
            1..=4 if is_request(frame) => connection.answer(frame.stream),
            5 if is_request(frame) => {
                connection.send(&[goaway(frame.stream, error::NO_ERROR)])?;
                connection.answer(frame.stream)
            }
            _ => Ok(()),
        }
    }
    let report = load(serve(settings().to_bytes(), leaves), "--requests 52 --streams 3");
    assert_eq!((report.answered(), report.failed().len()), (52, 0), "{report}");
}

#[test]
fn goaway_that_takes_nothing_or_names_an_error_fails() {
    fn takes_nothing(connection: &mut Connection, frame: &Frame) -> std::io::Result<()> {
        if is_request(frame) {
            connection.send(&[goaway(0, error::NO_ERROR)])?;
        }
        Ok(())
    }
    fails(takes_nothing, "--requests 20", &[("GOAWAY NO_ERROR", 20)]);
    fn calm(connection: &mut Connection, frame: &Frame) -> std::io::Result<()> {
        if is_request(frame) {
            connection.send(&[goaway(0, error::ENHANCE_YOUR_CALM)])?;
        }
        Ok(())
    }
    fails(calm, "--requests 20", &[("GOAWAY ENHANCE_YOUR_CALM", 20)]);
}

#[test]
fn a_closed_connection_fails_what_is_in_flight() {
    fn closes(connection: &mut Connection, frame: &Frame) -> std::io::Result<()> {
        match (is_request(frame), connection.number) {
            (true, 0) if connection.requests < 3 => connection.answer(frame.stream),
            (true, 0) => connection.socket.shutdown(std::net::Shutdown::Both),
            _ => answers(connection, frame),
        }
    }
    let report = load(serve(settings().to_bytes(), closes), "--requests 50 --streams 1");
    assert_eq!((report.answered(), report.failed().get("closed")), (49, Some(&1)), "{report}");
    let unused = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a port");
    let report = load(unused.port(), "--requests 7 --connections 2");
    assert_eq!((report.answered(), report.failed().get("refused")), (0, Some(&7)), "{report}");
    assert!(report.to_string().contains("first: cannot connect to"), "{report}");
}

fn silent(_: &mut Connection, _: &Frame) -> std::io::Result<()> {
    Ok(())
}

#[test]
fn each_deadline_has_its_reason() {
    fails_after(vec![], silent, "--requests 4 --connect-timeout 0.2", &[("connect deadline", 4)]);
    fails(silent, "--requests 4 --idle-timeout 0.2", &[("idle deadline", 4)]);
    fails(silent, "--requests 4 --read-timeout 0.2", &[("read deadline", 4)]);
    fails(silent, "--seconds 0.1 --streams 3 --read-timeout 0.2", &[("read deadline", 3)]);
}

#[test]
fn a_late_answer_fails_alone() {
    fn late(connection: &mut Connection, frame: &Frame) -> std::io::Result<()> {
        match frame.stream {
            // Its answer comes with the last one, long after its deadline.
            3 => Ok(()),
            19 if is_request(frame) => connection.answer(3).and_then(|()| connection.answer(19)),
            _ if is_request(frame) => {
                thread::sleep(Duration::from_millis(200));
                connection.answer(frame.stream)
            }
            _ => Ok(()),
        }
    }
    let report = load(serve(settings().to_bytes(), late), "--requests 10 --streams 2 --read-timeout 1");
    assert_eq!((report.answered(), report.failed().get("read deadline")), (9, Some(&1)), "{report}");
}

/// The server sends PING as fast as it can and reads nothing. What the driver owes it is bounded,
/// and it is not waited for.
#[test]
fn a_server_that_reads_nothing_meets_the_write_deadline() {
    fn floods(connection: &mut Connection, _: &Frame) -> std::io::Result<()> {
        let pings: Vec<u8> = (0..4096).flat_map(|_| ping([7; 8]).to_bytes()).collect();
        loop {
            connection.socket.write_all(&pings)?;
        }
    }
    fails(floods, "--requests 4 --write-timeout 0.3", &[("write deadline", 4)]);
}

#[test]
fn what_is_no_http2_is_a_protocol_error() {
    let large = Frame { declared: Some(0xff_ffff), ..ping([0; 8]) }.to_bytes();
    for first in [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        ping([0; 8]).to_bytes(),
        [settings().to_bytes(), large].concat(),
        [settings().to_bytes(), response(1, 200).to_bytes()].concat(),
        [settings().to_bytes(), h2_conformance_wire::build::push_promise(1, 2).to_bytes()].concat(),
        settings().payload(&[0; 5]).to_bytes(),
    ] {
        fails_after(first, silent, "--requests 3 --idle-timeout 3", &[("protocol error", 3)]);
    }
    type Wrong = fn(&mut Connection, &Frame) -> std::io::Result<()>;
    let wrong: [Wrong; 4] = [
        |connection, frame| connection.send(&[data(frame.stream + 2, 1)]),
        |connection, frame| connection.send(&[response(frame.stream, 200).continues(), ping([0; 8])]),
        |connection, frame| connection.send(&[headers(frame.stream, &[]).payload(&[0xff, 0xff, 0xff])]),
        |connection, frame| connection.send(&[data(2, 1)]).and_then(|()| connection.answer(frame.stream)),
    ];
    for server in wrong {
        fails(server, "--requests 3 --streams 1 --idle-timeout 3", &[("protocol error", 3)]);
    }
}

/// Field sections without end, and any octets at all, end the connection and nothing else.
#[test]
fn garbage_is_survived() {
    fn endless(connection: &mut Connection, frame: &Frame) -> std::io::Result<()> {
        let part = continuation(frame.stream, vec![0x82; 16_384]).continues();
        connection.send(&[response(frame.stream, 200).continues()])?;
        (0..100).try_for_each(|_| connection.send(std::slice::from_ref(&part)))
    }
    fails(endless, "--requests 2 --streams 1", &[("protocol error", 2)]);
    let mut seed = 1u32;
    for _ in 0..50 {
        let mut octets = settings().to_bytes();
        for _ in 0..200 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let payload = (0..seed >> 28).map(|at| (seed >> at) as u8).collect();
            Frame::new((seed >> 24) as u8 % 11, (seed >> 16) as u8, seed >> 8 & 7, payload).encode(&mut octets);
        }
        let report = load(serve(octets, silent), "--requests 5 --read-timeout 0.3 --idle-timeout 0.3");
        assert_eq!(report.answered() + report.failed().values().sum::<u64>(), 5, "{report}");
    }
}
