//! When a server polls its connection while it hands out requests.

use std::future::Future;
use std::io;
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use h2::server::{self, Builder, Connection, SendResponse};
use h2::tuning::{self, AbuseKind, AbuseLimits, Deadlines, Tuning};
use h2::{virtual_time, Reason, RecvStream};
use h2_conformance::wire::build::{data, get, opening, ping, post, reset, settings};
use h2_conformance::wire::code::kind::{DATA, GOAWAY, HEADERS, PING, RST_STREAM, SETTINGS, WINDOW_UPDATE};
use h2_conformance::wire::pipe::{pipe, PeerEnd, SubjectEnd};
use h2_conformance::wire::wake::{by_hand, WakeFlag};
use h2_conformance::wire::{Frame, FrameReader};
use http::{Request, Response};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Requests that are handed out without a poll.
const BATCH: usize = 8;

/// What a transport has done, and what it is to do.
#[derive(Clone, Default)]
struct Watch {
    /// How often the connection asked for octets.
    reads: Arc<AtomicUsize>,
    /// Reads end with an error.
    is_broken: Arc<AtomicBool>,
}

struct Transport {
    end: SubjectEnd,
    watch: Watch,
}

impl AsyncRead for Transport {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.watch.reads.fetch_add(1, Relaxed);
        if self.watch.is_broken.load(Relaxed) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.end).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Transport {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.end).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_shutdown(cx)
    }
}

type Accepted = (Request<RecvStream>, SendResponse<Bytes>);

struct Server {
    pipe: PeerEnd,
    watch: Watch,
    connection: Connection<Transport, Bytes>,
    woken: WakeFlag,
    /// The next stream of the peer.
    next: u32,
    /// Requests that were handed out. Those that are dropped are reset.
    held: Vec<Accepted>,
}

impl Server {
    fn new() -> Self {
        Self::of(&Builder::new())
    }

    fn of(builder: &Builder) -> Self {
        let (pipe, end) = pipe();
        pipe.write(&opening(&settings()));
        let watch = Watch::default();
        let woken = WakeFlag::set();
        let waker = woken.waker();
        let handshake = pin!(builder.handshake(Transport { end, watch: watch.clone() }));
        let Poll::Ready(Ok(connection)) = handshake.poll(&mut Context::from_waker(&waker)) else {
            panic!("the preface is there")
        };
        let mut server = Server { pipe, watch, connection, woken, next: 1, held: Vec::new() };
        assert!(server.poll_accept().is_pending());
        server.sent();
        server
    }

    fn send(&self, frames: &[Frame]) {
        self.pipe.write(&encoded(frames));
    }

    /// The peer sends that many requests.
    fn request(&mut self, count: u32) {
        let streams = (0..count).map(|number| self.next + 2 * number);
        self.send(&streams.map(get).collect::<Vec<_>>());
        self.next += 2 * count;
    }

    fn poll_accept(&mut self) -> Poll<Option<Result<Accepted, h2::Error>>> {
        let waker = self.woken.waker();
        self.connection.poll_accept(&mut Context::from_waker(&waker))
    }

    fn poll_closed(&mut self) -> Poll<Result<(), h2::Error>> {
        let waker = self.woken.waker();
        self.connection.poll_closed(&mut Context::from_waker(&waker))
    }

    /// Returns the next request. The server holds it.
    fn accept(&mut self) -> &mut Accepted {
        let Poll::Ready(accepted) = self.poll_accept() else { panic!("a request was received") };
        self.held.push(accepted.expect("the peer stays").expect("the peer conforms"));
        self.held.last_mut().expect("it was pushed")
    }

    /// Another task has the connection from now on. Returns the one before.
    fn moves_to(&mut self, task: &WakeFlag) -> WakeFlag {
        std::mem::replace(&mut self.woken, task.clone())
    }

    /// The types of the frames that were sent since the last call.
    fn sent(&self) -> Vec<u8> {
        let mut frames = FrameReader::default();
        frames.push(&self.pipe.read());
        std::iter::from_fn(|| frames.next_frame()).map(|frame| frame.kind).collect()
    }

    fn reads(&self) -> usize {
        self.watch.reads.load(Relaxed)
    }
}

fn encoded(frames: &[Frame]) -> Vec<u8> {
    let mut octets = Vec::new();
    frames.iter().for_each(|frame| frame.encode(&mut octets));
    octets
}

fn answer((_, respond): &mut Accepted) {
    let mut body = respond.send_response(Response::new(()), false).expect("the stream is open");
    body.send_data(Bytes::from_static(b"hello"), true).expect("the stream is open");
}

/// A server that has handed out one of five requests.
fn with_requests(builder: &Builder) -> Server {
    let mut server = Server::of(builder);
    server.request(5);
    server.accept();
    assert!(server.sent().is_empty());
    server
}

#[test]
fn received_requests_are_handed_out_in_batches() {
    let mut server = Server::new();
    server.request(3 * BATCH as u32);
    server.accept();
    for _ in 0..2 {
        let reads = server.reads();
        for _ in 0..BATCH {
            server.accept();
        }
        assert_eq!(server.reads(), reads);
        server.accept();
        assert_eq!(server.reads(), reads + 1);
    }
}

#[test]
fn any_poll_begins_a_batch() {
    let mut server = Server::new();
    server.request(3 * BATCH as u32);
    for _ in 0..BATCH {
        server.accept();
    }
    assert!(server.poll_closed().is_pending());
    let reads = server.reads();
    for _ in 0..BATCH {
        server.accept();
    }
    assert_eq!(server.reads(), reads);
}

#[test]
fn a_task_that_is_told_to_wait_is_woken() {
    let mut server = Server::new();
    server.send(&[get(1), get(3), reset(3, 8)]);
    server.accept();
    let task = WakeFlag::default();
    server.moves_to(&task);
    assert!(server.poll_accept().is_pending());
    task.take();
    server.send(&[ping([1; 8])]);
    assert!(task.take());
}

#[test]
fn the_task_that_got_the_last_request_is_woken() {
    let mut server = with_requests(&Builder::new());
    let (reads, task) = (server.reads(), WakeFlag::default());
    let before = server.moves_to(&task);
    server.accept();
    assert_eq!(server.reads(), reads);
    before.take();
    server.send(&[ping([1; 8])]);
    assert_eq!((before.take(), task.take()), (false, true));
}

#[test]
fn a_task_that_does_not_poll_after_a_request_is_woken() {
    let mut server = with_requests(&Builder::new());
    let task = server.woken.clone();
    for stream in [11, 13] {
        server.accept();
        // It waits for something else here.
        task.take();
        server.send(&[get(stream)]);
        assert!(task.take());
    }
}

#[test]
fn a_connection_that_failed_hands_out_no_request() {
    let mut server = with_requests(&Builder::new());
    server.watch.is_broken.store(true, Relaxed);
    assert!(matches!(server.poll_closed(), Poll::Ready(Err(_))));
    for _ in 0..2 {
        assert!(matches!(server.poll_accept(), Poll::Ready(None | Some(Err(_)))));
    }
}

#[test]
fn a_connection_that_ended_hands_out_no_request() {
    let mut server = with_requests(&Builder::new());
    server.pipe.close();
    assert!(server.poll_closed().is_ready());
    for _ in 0..2 {
        assert!(matches!(server.poll_accept(), Poll::Ready(None)));
    }
}

#[test]
fn the_end_of_a_transport_is_learnt_when_it_wakes() {
    let mut server = with_requests(&Builder::new());
    server.pipe.close();
    assert!(matches!(server.poll_accept(), Poll::Ready(None)));
}

#[test]
fn an_answer_is_sent_before_the_next_request_is_handed_out() {
    let mut server = with_requests(&Builder::new());
    for request in 0..4 {
        answer(&mut server.held[request]);
        assert!(server.sent().is_empty());
        server.accept();
        assert_eq!(server.sent(), [HEADERS, DATA]);
    }
}

#[test]
fn an_answer_that_was_blocked_is_sent_before_the_next_request_is_handed_out() {
    let mut server = with_requests(&Builder::new());
    server.pipe.block(true);
    answer(&mut server.held[0]);
    server.accept();
    assert!(server.sent().is_empty());
    server.pipe.block(false);
    server.accept();
    assert_eq!(server.sent(), [HEADERS, DATA]);
}

#[test]
fn what_arrives_is_read_before_the_next_request_is_handed_out() {
    let mut server = with_requests(&Builder::new());
    server.send(&[ping([1; 8])]);
    server.accept();
    assert_eq!(server.sent(), [PING]);
    // Requests that were received are reset.
    server.send(&[reset(5, 8), reset(7, 8)]);
    assert_eq!(u32::from(server.accept().1.stream_id()), 9);
}

#[test]
fn what_one_poll_leaves_unread_is_read_before_the_next_request_is_handed_out() {
    let mut server = Server::new();
    server.request(3);
    server.send(&vec![ping([1; 8]); 200]);
    server.accept();
    let first = server.sent().len();
    assert!(0 < first && first < 200);
    server.accept();
    assert_eq!(first + server.sent().len(), 200);
}

#[test]
fn credit_is_announced_before_the_next_request_is_handed_out() {
    let mut server = Server::new();
    server.send(&[post(1), data(1, 16_384), data(1, 16_384), data(1, 16_384)]);
    server.next = 3;
    server.request(3);
    server.accept();
    server.accept();
    assert!(server.sent().is_empty());
    let flow_control = server.held[0].0.body_mut().flow_control();
    flow_control.release_capacity(3 * 16_384).expect("it was received");
    server.accept();
    assert!(server.sent().contains(&WINDOW_UPDATE));
}

#[test]
fn a_dropped_request_is_reset_before_the_next_one_is_handed_out() {
    let mut server = with_requests(&Builder::new());
    server.held.clear();
    server.accept();
    assert_eq!(server.sent(), [RST_STREAM]);
}

#[test]
fn what_the_application_sets_is_sent_before_the_next_request_is_handed_out() {
    type Change = fn(&mut Connection<Transport, Bytes>);
    let changes: [(Change, &[u8]); 4] = [
        (|connection| connection.set_initial_window_size(100_000).expect("it is allowed"), &[SETTINGS]),
        (|connection| connection.enable_connect_protocol().expect("it is allowed"), &[SETTINGS]),
        (|connection| connection.set_target_window_size(10 << 20), &[WINDOW_UPDATE]),
        (|connection| connection.graceful_shutdown(), &[GOAWAY, PING]),
    ];
    for (change, expected) in changes {
        let mut server = with_requests(&Builder::new());
        change(&mut server.connection);
        server.accept();
        assert_eq!(server.sent(), expected);
    }
}

#[test]
fn a_ping_is_sent_before_the_next_request_is_handed_out() {
    for accepted_before in 0..2 {
        let mut server = with_requests(&Builder::new());
        let mut pings = server.connection.ping_pong().expect("it was not taken");
        for _ in 0..accepted_before {
            server.accept();
        }
        assert!(server.sent().is_empty());
        pings.send_ping(h2::Ping::opaque()).expect("none is under way");
        server.accept();
        assert_eq!(server.sent(), [PING]);
    }
}

#[test]
fn a_connection_that_the_application_ends_hands_out_no_request() {
    let mut server = with_requests(&Builder::new());
    server.connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
    assert!(matches!(server.poll_accept(), Poll::Ready(None)));
    assert_eq!(server.sent(), [GOAWAY]);
    assert!(matches!(server.poll_accept(), Poll::Ready(None)));
}

#[test]
fn a_deadline_that_passed_is_met_before_the_next_request_is_handed_out() {
    virtual_time::advance(Duration::ZERO);
    let deadlines = Deadlines::new().max_age(Duration::from_secs(60));
    let mut server = with_requests(Builder::new().deadlines(deadlines));
    // The age of each connection differs by up to a tenth.
    virtual_time::advance(Duration::from_secs(70));
    server.accept();
    assert_eq!(server.sent(), [GOAWAY, PING]);
}

#[test]
fn reading_goes_on_after_a_pause_before_the_next_request_is_handed_out() {
    virtual_time::advance(Duration::ZERO);
    let limits = AbuseLimits::new().limit(AbuseKind::Ping, 10, 5);
    let mut server = Server::of(Builder::new().abuse_limits(limits));
    server.request(5);
    server.send(&vec![ping([1; 8]); 300]);
    // The first poll reads a part, and the second one begins a pause.
    server.accept();
    server.accept();
    server.sent();
    server.accept();
    assert!(server.sent().is_empty());
    virtual_time::advance(Duration::from_secs(60));
    server.accept();
    assert!(server.sent().contains(&PING));
}

#[test]
fn memory_that_becomes_free_is_granted_before_the_next_request_is_handed_out() {
    let little = Tuning::new().max_process_receive_buffer_size(0);
    tuning::set_defaults(little);
    let mut server = Server::of(Builder::new().adaptive_window(false));
    server.send(&[post(1), post(3)]);
    server.next = 5;
    server.accept();
    // The reader of stream 3 waits while stream 1 holds the connection's window.
    let (request, _) = server.accept();
    assert!(request.body_mut().poll_data(&mut by_hand()).is_pending());
    server.send(&[data(1, 16_384), data(1, 16_384), data(1, 16_384), data(1, 16_383)]);
    server.request(3);
    server.accept();
    assert!(server.sent().is_empty());
    tuning::set_defaults(little.max_process_receive_buffer_size(1 << 20));
    server.accept();
    assert!(server.sent().contains(&WINDOW_UPDATE));
    tuning::set_defaults(Tuning::new());
}

#[test]
fn a_task_that_is_polled_only_when_it_is_woken_serves_all_requests() {
    let (pipe, end) = pipe();
    let woken = WakeFlag::set();
    let mut serve = pin!(async {
        let mut connection = server::handshake(end).await.expect("the preface is right");
        let mut served = 0;
        while let Some(request) = connection.accept().await {
            answer(&mut request.expect("the peer conforms"));
            served += 1;
        }
        served
    });
    assert!(woken.run(serve.as_mut()).is_none());
    pipe.write(&opening(&settings()));
    assert!(woken.run(serve.as_mut()).is_none());
    for first in [1, 101] {
        let requests: Vec<_> = (0..50).map(|number| get(first + 2 * number)).collect();
        pipe.write(&encoded(&requests));
        assert!(woken.run(serve.as_mut()).is_none());
    }
    pipe.close();
    assert_eq!(woken.run(serve.as_mut()), Some(100));
}
