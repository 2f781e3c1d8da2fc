//! Tests of the count of retained resets, in a time that the tests move.

use super::store::Resolve;
use super::*;
use crate::clock;
use crate::frame::{Reason, DEFAULT_INITIAL_WINDOW_SIZE};

/// What [`test_config`] sets.
const RETENTION: Duration = Duration::from_secs(1);

/// A server that remembers one reset stream at a time.
struct Server {
    recv: Recv,
    counts: Counts,
    store: Store,
}

impl Server {
    fn new() -> Self {
        clock::held::set(Some(Duration::ZERO));
        let config = test_config::server();
        let peer = peer::Dyn::Server;
        Server { recv: Recv::new(peer, &config), counts: Counts::new(peer, &config), store: Store::new() }
    }

    /// A stream that is reset behind a response of which this many octets wait for window.
    fn reset_behind(&mut self, id: u32, waiting: usize) -> store::Key {
        let id = StreamId::from(id);
        let stream = Stream::new(id, DEFAULT_INITIAL_WINDOW_SIZE, DEFAULT_INITIAL_WINDOW_SIZE);
        let mut stream = self.store.insert(id, stream);
        stream.state.set_scheduled_reset(Reason::NO_ERROR);
        stream.buffered_send_data = waiting;
        self.recv.enqueue_reset_expiration(&mut stream, &mut self.counts);
        stream.key()
    }

    fn time_passes(&mut self, time: Duration) {
        clock::held::advance(time);
        self.recv.clear_expired_reset_streams(&mut self.store, &mut self.counts);
    }

    /// What waited was sent, and the reset behind it.
    fn sent(&mut self, key: store::Key) {
        let stream = self.store.resolve(key);
        self.counts.transition(stream, |_, stream| {
            stream.buffered_send_data = 0;
            stream.set_reset(Reason::NO_ERROR, Initiator::Library);
        });
    }

    fn has_room(&self) -> bool {
        self.counts.can_inc_num_reset_streams()
    }
}

#[test]
fn retention_lasts_its_time() {
    let mut server = Server::new();
    server.reset_behind(1, 0);
    server.time_passes(RETENTION);
    assert!(!server.has_room());
    server.time_passes(Duration::from_nanos(1));
    assert!(server.has_room());
}

#[test]
fn retention_that_ends_before_its_stream_makes_room_once() {
    let mut server = Server::new();
    let blocked = server.reset_behind(1, 1);
    server.time_passes(2 * RETENTION);
    assert!(server.has_room());

    server.reset_behind(3, 0);
    assert!(!server.has_room());
    server.sent(blocked);
    assert!(!server.has_room(), "stream 3 is still retained");
    server.time_passes(2 * RETENTION);
    assert!(server.has_room());
}
