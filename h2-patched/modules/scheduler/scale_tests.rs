//! Tests of what one event costs beside many streams, counted in moves between queues.

use super::super::peer::Dyn;
use super::super::test_config;
use super::*;

use bytes::Bytes;

/// The connection's window in octets, unless a test grows it.
const WINDOW: u64 = 65_535;

/// A connection with `streams` streams that reserve more than its window leaves and send nothing.
struct Idle {
    scheduler: Scheduler,
    store: Store,
    counts: Counts,
    buffer: Buffer<Frame<Bytes>>,
    codec: super::super::Codec<tokio::io::Join<tokio::io::Empty, tokio::io::Sink>, Prioritized<Bytes>>,
    keys: Vec<Key>,
    passes: u32,
}

impl Idle {
    fn new(streams: u32) -> Self {
        let config = Config { local_max_buffer_size: 1 << 20, ..test_config::server() };
        let mut idle = Idle {
            scheduler: Scheduler::new(&config),
            store: Store::new(),
            counts: Counts::new(Dyn::Server, &config),
            buffer: Buffer::new(),
            codec: super::super::Codec::new(tokio::io::join(tokio::io::empty(), tokio::io::sink())),
            keys: Vec::new(),
            passes: 0,
        };
        for id in (1..).step_by(2).take(streams as usize) {
            let mut stream = Stream::new(StreamId::from(id), 1 << 20, 0);
            stream.state.send_open(false).expect("a new stream");
            let mut stream = idle.store.insert(StreamId::from(id), stream);
            idle.scheduler.reserve(200_000, &mut stream, &mut None);
            idle.keys.push(stream.key());
        }
        idle.rest();
        idle
    }

    /// Writes as often as the connection asks for it.
    fn rest(&mut self) {
        loop {
            self.passes += 1;
            self.scheduler.buffer_pending(&mut self.buffer, &mut self.store, &mut self.counts, &mut self.codec);
            if !self.scheduler.wants_another_pass() {
                return;
            }
        }
    }

    /// Returns the number of moves between queues because of `event`, until the connection rests.
    fn moves(&mut self, event: impl FnOnce(&mut Self)) -> u64 {
        let before = self.scheduler.queues.moves;
        event(self);
        self.rest();
        self.scheduler.queues.moves - before
    }

    fn with(&mut self, at: usize, act: impl FnOnce(&mut Scheduler, &mut Ptr)) {
        act(&mut self.scheduler, &mut self.store.resolve(self.keys[at]));
    }

    fn advertised(&self, at: usize) -> WindowSize {
        self.store[self.keys[at]].outgoing.advertised
    }

    fn initial_window(&mut self, by: i32) {
        let (scheduler, octets) = (&mut self.scheduler, by.unsigned_abs());
        self.store.for_each(|mut stream| {
            let changed = if by < 0 {
                scheduler.shrink_stream(octets, &mut stream, &mut None)
            } else {
                scheduler.grow_stream(octets, &mut stream, &mut None)
            };
            changed.expect("a legal window");
        });
        self.scheduler.windows_shrank(&mut self.store, &mut None);
    }
}

#[test]
fn idle_reservations_get_the_window_in_few_passes() {
    for streams in [10, 1000, 20_000] {
        let idle = Idle::new(streams);
        assert!(idle.keys.iter().enumerate().all(|(at, _)| u64::from(idle.advertised(at)) == WINDOW));
        assert!(idle.passes <= 2 + streams.ilog2(), "{} passes for {streams} streams", idle.passes);
        let moves = idle.scheduler.queues.moves;
        assert!(moves <= 6 * u64::from(streams), "{moves} places for {streams} streams");
    }
}

#[test]
fn an_event_beside_idle_reservations_does_not_visit_them() {
    let mut idle = Idle::new(20_000);
    let most = |event: &str, moves: u64| assert!(moves <= 6, "{event}: {moves} places");
    most("nothing", idle.moves(|_| {}));
    most(
        "an octet for the connection",
        idle.moves(|idle| {
            idle.scheduler.grow_connection(1, &mut idle.store).expect("a legal window");
        }),
    );
    for at in [0, 7, 19_999] {
        most(
            "an octet for a stream",
            idle.moves(|idle| {
                idle.with(at, |scheduler, stream| scheduler.grow_stream(1, stream, &mut None).expect("a legal window"));
            }),
        );
        most(
            "a higher reservation",
            idle.moves(|idle| {
                idle.with(at, |scheduler, stream| scheduler.reserve(300_000, stream, &mut None));
            }),
        );
        most(
            "a lower reservation",
            idle.moves(|idle| {
                idle.with(at, |scheduler, stream| scheduler.reserve(1, stream, &mut None));
            }),
        );
        most(
            "a reset",
            idle.moves(|idle| {
                idle.with(at, |scheduler, stream| {
                    stream.set_reset(Reason::CANCEL, Initiator::Remote);
                    let (id, mut buffer) = (stream.id, Buffer::<Frame<Bytes>>::new());
                    scheduler.clear(&mut buffer, stream, &mut None);
                    assert!(!stream.outgoing.is_queued(), "{id:?}");
                });
            }),
        );
    }
}

#[test]
fn a_stream_that_sends_beside_idle_reservations_does_not_visit_them() {
    let mut idle = Idle::new(20_000);
    let moves = idle.moves(|idle| {
        let mut stream = idle.store.resolve(idle.keys[3]);
        let data = frame::Data::new(stream.id, Bytes::from_static(&[0; 100]));
        idle.scheduler.send_data(data, &mut idle.buffer, &mut stream, &mut None).expect("an open stream");
    });
    assert!(moves <= 6, "{moves} places");
    assert_eq!(u64::from(idle.scheduler.window.octets()), WINDOW - 100);
}

#[test]
fn a_changed_initial_window_costs_each_stream_a_few_places() {
    let mut idle = Idle::new(20_000);
    for by in [-1, 1, -(1 << 20), 1 << 20, -(1 << 20), 1 << 20] {
        idle.passes = 0;
        let moves = idle.moves(|idle| idle.initial_window(by));
        assert!(moves <= 6 * 20_000, "{moves} places for {by}");
        assert!(idle.passes <= 2 + 20_000_u32.ilog2(), "{} passes for {by}", idle.passes);
    }
}

#[test]
fn a_window_twice_as_large_is_advertised_once() {
    let mut idle = Idle::new(1000);
    let moves = idle.moves(|idle| {
        for _ in 1..WINDOW {
            idle.scheduler.grow_connection(1, &mut idle.store).expect("a legal window");
        }
    });
    assert_eq!((moves, u64::from(idle.advertised(500))), (0, WINDOW));
    let moves = idle.moves(|idle| idle.scheduler.grow_connection(1, &mut idle.store).expect("a legal window"));
    assert!(moves <= 3 * 1000, "{moves} places");
    assert!(idle.keys.iter().enumerate().all(|(at, _)| u64::from(idle.advertised(at)) == 2 * WINDOW));
}

#[test]
fn a_window_that_holds_all_a_stream_wants_is_advertised_to_it() {
    let mut idle = Idle::new(1000);
    idle.with(500, |scheduler, stream| scheduler.reserve(WINDOW as WindowSize + 1, stream, &mut None));
    idle.moves(|idle| idle.scheduler.grow_connection(1, &mut idle.store).expect("a legal window"));
    assert_eq!((u64::from(idle.advertised(500)), u64::from(idle.advertised(501))), (WINDOW + 1, WINDOW));
}

#[test]
fn streams_that_are_ahead_are_not_visited_for_each_frame() {
    let mut idle = Idle::new(1000);
    let Idle { scheduler, store, keys, .. } = &mut idle;
    let queue = SendQueue::BulkData;
    for key in keys.iter() {
        scheduler.queues.place(&mut store.resolve(*key), Some(queue));
    }
    let (before, mut frames) = (scheduler.queues.moves, vec![0; keys.len()]);
    for _ in 0..10 * keys.len() {
        let next = scheduler.next_due(queue, store).expect("streams are in the queue");
        frames[keys.iter().position(|key| *key == next).expect("one of them")] += 1;
        // With so many active streams the virtual time hardly moves, as if others were queued and
        // sent nothing.
        store[next].outgoing.flow_time.charge(QUANTUM, 1 << 20, &mut scheduler.virtual_time);
        scheduler.queues.requeue(&mut store.resolve(next), queue);
    }
    assert!(frames.iter().all(|frames| *frames == 10), "unequal shares");
    let moves = scheduler.queues.moves - before;
    assert!(moves <= 4 * 10 * keys.len() as u64, "{moves} places");
}
