//! What a connection keeps for an application that does not read, by an allocator that counts.
//!
//! The connection reads raw frames from a buffer that was made before, so that nothing else
//! allocates while it is measured.

#[path = "support/heap.rs"]
mod heap;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::server::{Builder, Connection, SendResponse};
use h2::RecvStream;
use h2_conformance::wire::build::{data, headers, opening, post, settings, POST};
use h2_conformance::wire::feed::Feed;
use h2_conformance::wire::wake::{by_hand, WakeFlag};
use h2_conformance::wire::Frame;
use http::Request;

/// Octets of content that are kept.
const CONTENT: usize = 2 * MIB;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// The bytes that a connection may keep beside 1.25 times the content: excess of allocations, read
/// buffer and a growing queue.
const FIXED: usize = 192 * KIB;

/// The bytes that a queued chunk may cost beside its content.
const CHUNK: usize = KIB;

/// A server whose application accepts requests and holds their bodies.
struct Server {
    connection: Connection<Feed, Bytes>,
    wire: Feed,
    held: Vec<(Request<RecvStream>, SendResponse<Bytes>)>,
    before: isize,
}

impl Server {
    fn new(builder: &Builder) -> Self {
        let wire = Feed::with_capacity(16 * MIB);
        wire.write(&opening(&settings()));
        let handshake = pin!(builder.handshake(wire.clone()));
        let Poll::Ready(connection) = handshake.poll(&mut by_hand()) else { panic!("the preface is there") };
        let connection = connection.expect("the preface is right");
        let mut server = Server { connection, wire, held: Vec::with_capacity(4096), before: 0 };
        server.poll();
        server
    }

    /// A connection with windows that hold all the content of a test.
    fn with_frames(max_frame_size: usize) -> Self {
        let mut builder = Builder::new();
        builder.initial_window_size(64 << 20).initial_connection_window_size(64 << 20);
        builder.max_frame_size(max_frame_size as u32).max_concurrent_streams(4096);
        // What the budget for small frames rules out is not looked at here.
        builder.data_frame_budget(usize::MAX);
        Self::new(&builder)
    }

    /// Polls as often as the connection wakes its task.
    fn poll(&mut self) {
        let woken = WakeFlag::set();
        let waker = woken.waker();
        while woken.take() {
            while let Poll::Ready(request) = self.connection.poll_accept(&mut Context::from_waker(&waker)) {
                let request = request.expect("the connection goes on");
                self.held.push(request.expect("the connection is sound"));
            }
        }
    }

    fn send(&mut self, octets: &[u8]) {
        self.wire.write(octets);
        self.poll();
    }

    fn measure(&mut self) {
        self.before = heap::live();
        heap::reset_peak();
    }

    fn peak(&self) -> usize {
        (heap::peak() - self.before) as usize
    }

    fn kept(&self) -> usize {
        (heap::live() - self.before).max(0) as usize
    }

    /// All that a stream holds, read now.
    fn read(&mut self, number: usize) -> Vec<u8> {
        let body = self.held[number].0.body_mut();
        let mut content = Vec::new();
        while let Poll::Ready(Some(chunk)) = body.poll_data(&mut by_hand()) {
            content.extend_from_slice(&chunk.expect("the stream is sound"));
        }
        content
    }
}

fn encoded(frames: &[Frame]) -> Vec<u8> {
    let mut octets = Vec::new();
    frames.iter().for_each(|frame| frame.encode(&mut octets));
    octets
}

/// A frame of an unknown type, which is read and ignored.
fn filler(octets: usize) -> Frame {
    Frame::new(0xf0, 0, 0, vec![0; octets])
}

/// Sends `frames`, which hold so many octets of content, until `content` octets are kept; the peak
/// in bytes.
fn peak_of(server: &mut Server, frames: &[Frame], octets: usize, content: usize) -> usize {
    server.send(&encoded(&[post(1)]));
    let frames = encoded(frames);
    server.measure();
    (0..content / octets).for_each(|_| server.send(&frames));
    server.peak()
}

#[track_caller]
fn assert_bounded(what: &str, content: usize, chunks: usize, peak: usize) {
    let bound = content + content / 4 + FIXED + chunks * CHUNK;
    println!("{what}: {content} octets of content cost {peak} bytes at the peak, {bound} are the most");
    assert!(peak <= bound, "{what}: {content} octets of content cost {peak} bytes, more than {bound}");
}

#[test]
fn one_stream() {
    let attacks = [
        ("256 octets behind a filler", vec![filler(16 * KIB), data(1, 256)], 256),
        ("256 octets", vec![data(1, 256)], 256),
        ("1000 octets behind a filler", vec![filler(16 * KIB), data(1, 1000)], 1000),
        ("1100 octets behind a filler", vec![filler(16 * KIB), data(1, 1100)], 1100),
        ("4 KiB behind a filler", vec![filler(16 * KIB), data(1, 4 * KIB)], 4 * KIB),
        ("4 KiB", vec![data(1, 4 * KIB)], 4 * KIB),
        ("4 KiB and 256 octets", vec![data(1, 4 * KIB), data(1, 256)], 4 * KIB + 256),
        ("6 KiB behind a filler", vec![filler(8 * KIB), data(1, 6 * KIB)], 6 * KIB),
        ("10 KiB and 300 octets", vec![data(1, 10 * KIB), data(1, 300)], 10 * KIB + 300),
        ("12 KiB", vec![data(1, 12 * KIB)], 12 * KIB),
        ("16 KiB", vec![data(1, 16 * KIB)], 16 * KIB),
        ("256 octets, padded", vec![data(1, 256).padded(255)], 256),
    ];
    for (what, frames, octets) in attacks {
        let content = CONTENT / octets * octets;
        let peak = peak_of(&mut Server::with_frames(16 * KIB), &frames, octets, content);
        assert_bounded(what, content, 0, peak);
    }
}

#[test]
fn single_octets() {
    let peak = peak_of(&mut Server::with_frames(16 * KIB), &[data(1, 1)], 1, 20_000);
    assert_bounded("1 octet", 20_000, 0, peak);
}

#[test]
fn large_frames_first() {
    let mut server = Server::with_frames(MIB * 15);
    server.send(&encoded(&[filler(MIB * 15)]));
    let peak = peak_of(&mut server, &[data(1, 256)], 256, CONTENT);
    assert_bounded("256 octets after a filler of 15 MiB", CONTENT, 0, peak);
    let peak = peak_of(&mut Server::with_frames(MIB), &[filler(MIB), data(1, 20 * KIB)], 20 * KIB, CONTENT);
    assert_bounded("20 KiB behind fillers of 1 MiB", CONTENT, 0, peak - MIB);
}

#[test]
fn many_streams() {
    for (what, frames) in [("a small frame each", 1), ("two small frames each", 2)] {
        const STREAMS: usize = 500;
        let mut server = Server::with_frames(16 * KIB);
        let ids = (0..STREAMS).map(|number| 2 * number as u32 + 1);
        ids.clone().for_each(|id| server.send(&encoded(&[post(id)])));
        let all: Vec<Vec<u8>> = ids.map(|id| encoded(&[filler(16 * KIB), data(id, 256)])).collect();
        server.measure();
        (0..frames).for_each(|_| all.iter().for_each(|octets| server.send(octets)));
        assert_bounded(what, 256 * frames * STREAMS, STREAMS, server.peak());
    }
}

/// A large frame leaves no large read buffer behind.
#[test]
fn idle_connection() {
    let mut server = Server::with_frames(MIB * 15);
    server.measure();
    server.send(&encoded(&[filler(MIB * 15)]));
    assert!(server.kept() <= 64 * KIB, "{} bytes are kept", server.kept());
}

/// Field values are slices of what was read, too.
#[test]
fn held_requests() {
    const REQUESTS: usize = 200;
    let mut server = Server::with_frames(16 * KIB);
    let requests: Vec<Vec<u8>> = (0..REQUESTS)
        .map(|number| {
            let fields = [POST.as_slice(), &[("x-token", "0123456789")]].concat();
            encoded(&[filler(16 * KIB), headers(2 * number as u32 + 1, &fields)])
        })
        .collect();
    server.measure();
    requests.iter().for_each(|octets| server.send(octets));
    assert_eq!(server.held.len(), REQUESTS);
    assert!(server.kept() / REQUESTS <= 8 * KIB, "a held request costs {} bytes", server.kept() / REQUESTS);
}

/// Joined or not, the content is what the peer sent.
#[test]
fn content_stays_in_order() {
    let mut server = Server::with_frames(16 * KIB);
    server.send(&encoded(&[post(1), post(3)]));
    let mut sent = [Vec::new(), Vec::new()];
    let mut octet = 0u8;
    for size in [1, 255, 5000, 3, 16_384, 900, 900, 16_000, 380, 4, 5, 8_000, 8_384, 1].into_iter().cycle().take(200) {
        for (stream, sent) in [1, 3].into_iter().zip(&mut sent) {
            octet = octet.wrapping_add(1);
            let payload = vec![octet; size];
            server.send(&encoded(&[Frame::new(0, 0, stream, payload.clone()), filler(9_000)]));
            sent.extend_from_slice(&payload);
        }
    }
    for (number, sent) in sent.iter().enumerate() {
        assert!(server.read(number) == *sent, "the content of stream {number} differs");
    }
}
