//! The memory that README says a hostile peer can make a process hold.

/// Bytes of memory for each octet of content: a quarter more at most than what is kept.
const PER_CONTENT: f64 = 1.25;
/// Bytes of an entry of the receive queue beside its content.
const ENTRY: u64 = 512;
/// Octets of content in an entry at least, on average: smaller ones of a stream are joined.
const LEAST_ENTRY: u64 = 1 << 10;
/// Bytes by which read buffers may be larger than the content that they hold, for a connection.
const SLACK: u64 = 64 << 10;
/// Bytes of a connection without streams: the codec's buffers and tables, and what the application
/// keeps of it.
const CONNECTION: u64 = 64 << 10;
/// Bytes of a stream without content: its entry, its handles, and the head of its request.
const STREAM: u64 = 4 << 10;

/// What the bound is made of, in octets, of connections that are all alike.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Terms {
    pub(super) connections: u64,
    /// The connection's receive window as it was set.
    pub(super) window: u64,
    /// Where a reader waits on some stream of each connection; else 0, because isolation credit is
    /// given to no one then.
    pub(super) max_connection_receive_buffer: u64,
    pub(super) max_process_receive_buffer: u64,
    /// Streams of a connection that are open or that the application keeps.
    pub(super) streams: u64,
    /// What one stream may hold beside content that was received: fields, or content to be sent.
    pub(super) of_a_stream: u64,
}

impl Terms {
    /// The section "What a hostile peer can make you hold" of README, in octets of content: of each
    /// connection alone, and of all of them.
    fn content(self) -> u64 {
        let alone = self.window.max(self.max_connection_receive_buffer) + self.window;
        // Idle connections whose windows grew before are no part of these attacks.
        let together = self.max_process_receive_buffer + 2 * self.window * self.connections;
        (alone * self.connections).min(together)
    }

    /// The bound in bytes of memory. README states it as sums of the constants above.
    pub(super) fn bytes(self) -> u64 {
        let content = self.content();
        let kept = (content as f64 * PER_CONTENT) as u64 + content / LEAST_ENTRY * ENTRY;
        kept + self.connections * (CONNECTION + SLACK + self.streams * (STREAM + self.of_a_stream))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_bounded_by_its_budget_and_many_by_that_of_the_process() {
        let terms = Terms {
            connections: 1,
            window: 100,
            max_connection_receive_buffer: 1000,
            max_process_receive_buffer: 2000,
            ..Terms::default()
        };
        assert_eq!(terms.content(), 1100);
        assert_eq!(Terms { window: 1500, ..terms }.content(), 3000);
        assert_eq!(Terms { connections: 10, ..terms }.content(), 2000 + 2 * 100 * 10);
        let streams = Terms { connections: 2, streams: 3, of_a_stream: 7, ..Terms::default() };
        assert_eq!(streams.bytes(), 2 * (CONNECTION + SLACK + 3 * (STREAM + 7)));
        assert_eq!(terms.bytes(), 1375 + ENTRY + CONNECTION + SLACK);
    }
}
