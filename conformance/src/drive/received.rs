//! The credit that the peer returns for DATA.

use std::collections::BTreeMap;

use crate::script::Credit;
use crate::wire::FlowWindows;

/// DATA that came and was not credited yet.
#[derive(Default)]
pub(super) struct Received {
    pub(super) windows: FlowWindows,
    pub(super) connection: u32,
    pub(super) streams: BTreeMap<u32, u32>,
}

impl Received {
    /// Increments to send now on a stream (0: the connection) under this rule.
    pub(super) fn take_due(&mut self, stream: u32, when: Credit) -> Vec<u32> {
        let window = if stream == 0 { self.windows.connection() } else { self.windows.stream(stream) };
        let owed = match stream {
            0 => &mut self.connection,
            _ => self.streams.entry(stream).or_default(),
        };
        let due = match when {
            Credit::Never => 0,
            Credit::AtOnce => *owed,
            Credit::WhenExhausted if window <= 0 => *owed,
            Credit::WhenExhausted => 0,
            Credit::Portions(size) => *owed / size * size,
        };
        *owed -= due;
        match (due, when) {
            (0, _) => Vec::new(),
            (_, Credit::Portions(size)) => vec![size; (due / size) as usize],
            _ => vec![due],
        }
    }
}
