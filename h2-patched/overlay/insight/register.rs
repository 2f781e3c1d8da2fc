//! The connections of the process. Touched when one is opened and when it ends; nothing else takes this lock, and nothing
//! else is locked while it is held.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Connection, Counts};

/// All connections of the process together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Connections that were opened: their handshake was sent, and a server has the client's preface.
    pub connections_opened: u64,
    /// Those of them that are not over yet.
    pub connections_open: u64,
    /// The sums over all of them, ended ones included.
    pub counts: Counts,
}

#[derive(Debug)]
struct Register {
    live: BTreeMap<u64, Connection>,
    opened: u64,
    ended: Counts,
}

static REGISTER: Mutex<Register> = Mutex::new(Register { live: BTreeMap::new(), opened: 0, ended: Counts::NONE });

fn register() -> MutexGuard<'static, Register> {
    // Whatever happened to a holder, the entries are whole.
    REGISTER.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn enter(connection: Connection) {
    let mut register = register();
    register.opened += 1;
    register.live.insert(connection.id(), connection);
}

pub(super) fn leave(id: u64) {
    let mut register = register();
    let left = register.live.remove(&id);
    if let Some(connection) = &left {
        register.ended += connection.counts();
    }
    // What is left of the connection is freed without the lock.
    drop(register);
}

/// The sums over all connections that the process has and had. Takes no connection's lock.
pub fn totals() -> Totals {
    let register = register();
    let mut counts = register.ended;
    register.live.values().for_each(|connection| counts += connection.counts());
    Totals { connections_opened: register.opened, connections_open: register.live.len() as u64, counts }
}

/// All open connections of the process, in the order in which they were opened.
pub fn connections() -> Vec<Connection> {
    register().live.values().cloned().collect()
}
