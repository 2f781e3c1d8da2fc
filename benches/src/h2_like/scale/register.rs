//! Many connections of one process.

use bytes::Bytes;
use h2_conformance_wire::build::settings;
use h2_conformance_wire::pipe::{pipe, PeerEnd, SubjectEnd};

use super::drive::{Connection, Drive};
use super::h2::server;
use super::server::connect;
use super::Clock;
use crate::subject::{Loaded, Operation, WindowSizes};

/// As hyper sets them.
const WINDOWS: WindowSizes = WindowSizes { stream: 1 << 20, connection: 1 << 20 };

pub(in super::super) struct Register {
    open: Vec<(PeerEnd, server::Connection<SubjectEnd, Bytes>)>,
    _clock: Clock,
}

impl Register {
    pub(in super::super) fn new(connections: usize) -> Result<Self, String> {
        let mut clock = Clock::default();
        clock.pass(super::STEP);
        let open = (0..connections).map(|_| open()).collect::<Result<_, _>>()?;
        Ok(Register { open, _clock: clock })
    }
}

impl Loaded for Register {
    fn operate(&mut self, operation: Operation) -> Result<bool, String> {
        match operation {
            // Opened, SETTINGS acknowledged both ways, and dropped.
            Operation::Open => open().map(|_| true),
            Operation::Snapshot => super::super::totals(self.open.len()),
            _ => Err(super::not_here(operation)),
        }
    }
}

fn open() -> Result<(PeerEnd, server::Connection<SubjectEnd, Bytes>), String> {
    let (pipe, end) = pipe();
    let connection = connect(&pipe, end, WINDOWS)?;
    let mut drive = Drive::new(pipe, Connection::Server(connection));
    drive.turn(&settings().ack().to_bytes(), &mut Vec::new())?;
    match drive.connection {
        Connection::Server(connection) => Ok((drive.pipe, connection)),
        Connection::Client(_) => unreachable!("a server was made"),
    }
}
