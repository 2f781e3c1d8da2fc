//! The connections of the process, in shards by their number. A shard is locked when one of its
//! connections is opened or ends, and while it is summed up or copied; nothing else is locked
//! meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Connection, Counts, ProcessReceiveBuffer, Stalled};

/// A power of two. With 20,000 connections a shard holds fewer than 100, so that it is locked for
/// microseconds.
const SHARDS: usize = 256;

/// Connections that follow each other and are in the same shard.
const NEIGHBOURS: usize = 16;

/// All connections of the process together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Totals {
    /// Connections that were opened: their handshake was sent, and a server has the client's
    /// preface.
    pub connections_opened: u64,
    /// The number of connections that are not over yet.
    pub connections_open: u64,
    /// The sums over all of them, ended ones included.
    pub counts: Counts,
    /// The streams and connections that are stalled now.
    pub stalled: Stalled,
    /// The memory for receiving that connections share.
    pub process_receive_buffer: ProcessReceiveBuffer,
}

#[derive(Debug)]
struct Shard {
    /// By number.
    live: Vec<(u64, Connection)>,
    opened: u64,
    ended: Counts,
}

/// A cache line of its own, or two: neighbours do not slow each other down.
#[derive(Debug)]
#[repr(align(128))]
struct Aligned(Mutex<Shard>);

impl Aligned {
    #[allow(clippy::declare_interior_mutable_const)] // It is what each element of the array begins as.
    const NEW: Aligned = Aligned(Mutex::new(Shard { live: Vec::new(), opened: 0, ended: Counts::NONE }));

    fn lock(&self) -> MutexGuard<'_, Shard> {
        // Whatever happened to a holder, the entries are whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

static REGISTER: [Aligned; SHARDS] = [Aligned::NEW; SHARDS];

fn shard(id: u64) -> MutexGuard<'static, Shard> {
    // Numbers are given one after the other, so that shards fill evenly. Neighbours stay together,
    // as they are in memory.
    REGISTER[id as usize / NEIGHBOURS % SHARDS].lock()
}

pub(super) fn enter(connection: Connection) {
    let id = connection.id();
    let mut shard = shard(id);
    shard.opened += 1;
    // Numbers rise: it is the last one, or nearly.
    let place = shard.live.iter().rposition(|(before, _)| *before < id).map_or(0, |before| before + 1);
    shard.live.insert(place, (id, connection));
}

pub(super) fn leave(id: u64) {
    let mut shard = shard(id);
    let Ok(place) = shard.live.binary_search_by_key(&id, |(id, _)| *id) else { return };
    let (_, connection) = shard.live.remove(place);
    shard.ended += connection.counts();
    // What is left of the connection is freed without the lock.
    drop(shard);
}

/// The sums over all connections that the process has and had. Takes no connection's lock.
///
/// Connections are opened and end meanwhile: what is summed up last is a little newer than what is
/// summed up first. No count falls from one call to the next.
pub fn totals() -> Totals {
    let mut totals = Totals { process_receive_buffer: ProcessReceiveBuffer::read(), ..Totals::default() };
    for shard in &REGISTER {
        // A connection that leaves later is counted in `ended` next time: nothing is counted twice
        // or missed.
        let shard = shard.lock();
        totals.connections_opened += shard.opened;
        totals.connections_open += shard.live.len() as u64;
        totals.counts += shard.ended;
        for (_, connection) in &shard.live {
            totals.counts += connection.counts();
            connection.add_stalled(&mut totals.stalled);
        }
    }
    totals
}

/// All open connections of the process, in the order in which they were opened.
///
/// Connections are opened and end meanwhile: the list may hold one that has ended since, and may
/// lack the newest.
pub fn connections() -> Vec<Connection> {
    let mut connections = Vec::new();
    for shard in &REGISTER {
        connections.extend(shard.lock().live.iter().map(|(_, connection)| connection.clone()));
    }
    // Runs of it are sorted already.
    connections.sort_by_key(Connection::id);
    connections
}

/// Open connections with the same label.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Labelled {
    /// How many are open.
    pub connections_open: u64,
    /// Their streams, and those of them, that are stalled now.
    pub stalled: Stalled,
}

/// All open connections of the process, summed up by their labels; those that have none are under
/// `None`.
pub fn open_by_label() -> BTreeMap<Option<Arc<str>>, Labelled> {
    let mut labels: BTreeMap<_, Labelled> = BTreeMap::new();
    for connection in connections() {
        let sums = labels.entry(connection.label()).or_default();
        sums.connections_open += 1;
        connection.add_stalled(&mut sums.stalled);
    }
    labels
}
