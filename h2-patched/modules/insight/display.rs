//! A snapshot as text, for logs and terminals.

use std::fmt;

use super::{Blocked, ConnectionSnapshot, StreamLimit, StreamSnapshot};

/// The number of streams that are printed at most. The peer decides how many there are.
const MAX_STREAMS: usize = 32;

const COLUMNS: [&str; 9] = [
    "stream",
    "state",
    "writer waits",
    "reader waits",
    "peer waits",
    "send window",
    "queued",
    "receive window",
    "unread",
];

/// Whether a column holds numbers, which are aligned to the right.
const fn is_number(column: usize) -> bool {
    column == 0 || column >= 5
}

/// Prints a line for the connection, then a table with a line for each stream. All sizes are in
/// octets.
///
/// Streams whose writer or peer waits come first, then the others, both in the order of their
/// numbers. At most 32 streams are printed; the last line says how many more there are.
///
/// * `send window` and `queued`: what the peer still allows, and what the application handed over
///   and is not sent.
/// * `receive window` and `unread`: what the peer may still send, and what the application has not
///   read.
/// * `receive buffer`: the two of the connection together with what the application has not
///   released, and their limit.
/// * `writer waits`, `reader waits` and `peer waits`: what each waits for and how long it has, see
///   [`StreamSnapshot`].
impl fmt::Display for ConnectionSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_connection(f)?;
        if self.streams.is_empty() {
            return Ok(());
        }
        let mut streams: Vec<&StreamSnapshot> = self.streams.iter().collect();
        streams.sort_unstable_by_key(|stream| (!stream.is_stalled(), u32::from(stream.id)));
        let shown = streams.len().min(MAX_STREAMS);
        let mut rows = vec![COLUMNS.map(String::from)];
        rows.extend(streams[..shown].iter().map(|stream| stream.row()));
        let widths: [usize; COLUMNS.len()] =
            std::array::from_fn(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0));
        for row in &rows {
            writeln!(f)?;
            for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
                let gap = if column == 0 { "" } else { "  " };
                if is_number(column) {
                    write!(f, "{gap}{cell:>width$}")?;
                } else {
                    write!(f, "{gap}{cell:<width$}")?;
                }
            }
        }
        match streams.len() - shown {
            0 => Ok(()),
            more => write!(f, "\n… {more} more streams"),
        }
    }
}

impl ConnectionSnapshot {
    fn fmt_connection(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}, {}", self.id, self.role.as_str())?;
        if let Some(label) = &self.label {
            // Quotes and line breaks are escaped.
            write!(f, " {label:?}")?;
        }
        write!(f, ": age {:.1?}", self.age)?;
        if let Some(round_trip) = self.round_trip {
            write!(f, ", round trip {round_trip:.1?}")?;
        }
        write!(f, ", streams local {} peer {}", self.local_streams, self.peer_streams)?;
        if self.waiting_to_open > 0 {
            write!(f, " waiting to open {}", self.waiting_to_open)?;
        }
        write!(f, ", send window {}, queued {}", self.send.window, self.send.queued)?;
        write!(f, ", receive window {}, unread {}", self.receive.announced, self.receive.unread)?;
        write!(f, ", receive buffer {}/{}", self.receive_buffer.used, self.receive_buffer.max)?;
        for (name, blocked) in [("writer", self.writer), ("peer", self.peer)] {
            if let Some(blocked) = blocked {
                write!(f, ", {name} waits for {blocked}")?;
            }
        }
        for (name, going_away) in [("sent", self.going_away), ("received", self.peer_going_away)] {
            if let Some(going_away) = going_away {
                write!(f, ", GOAWAY {name}: {:?}", going_away.reason)?;
            }
        }
        match self.close_reason {
            Some(reason) => write!(f, ", closed: {reason:?}"),
            None => Ok(()),
        }
    }
}

impl StreamSnapshot {
    fn is_stalled(&self) -> bool {
        self.writer.is_some() || self.peer.is_some()
    }

    fn row(&self) -> [String; COLUMNS.len()] {
        let waits = |blocked: Option<Blocked>| blocked.map_or("-".to_owned(), |blocked| blocked.to_string());
        [
            u32::from(self.id).to_string(),
            self.state.as_str().to_owned(),
            waits(self.writer),
            waits(self.reader),
            waits(self.peer),
            self.send.window.to_string(),
            self.send.queued.to_string(),
            self.receive.announced.to_string(),
            self.receive.unread.to_string(),
        ]
    }
}

/// Prints what is waited for, and how long if that is known: `stream-window 12.3s`.
impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.on.as_str())?;
        match self.lasting {
            Some(lasting) => write!(f, " {lasting:.1?}"),
            None => Ok(()),
        }
    }
}

/// Prints `active/max`.
impl fmt::Display for StreamLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            usize::MAX => write!(f, "{}/unlimited", self.active),
            max => write!(f, "{}/{max}", self.active),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        BlockedOn, CloseReason, ConnectionReceiveBuffer, Counts, GoingAway, ReceiveHalf, Role, SendHalf, Side,
        StreamState,
    };
    use super::*;
    use crate::{Reason, StreamId};
    use std::time::Duration;

    fn blocked(on: BlockedOn, millis: Option<u64>) -> Option<Blocked> {
        Some(Blocked { on, lasting: millis.map(Duration::from_millis) })
    }

    fn stream(id: u32) -> StreamSnapshot {
        StreamSnapshot {
            id: StreamId::from_internal(id.into()),
            state: StreamState::Open,
            send: SendHalf { window: 65_535, ..SendHalf::default() },
            receive: ReceiveHalf { announced: 65_535, ..ReceiveHalf::default() },
            writer: None,
            reader: None,
            peer: None,
            updates_sent: 0,
            updates_received: 0,
            handles: 1,
        }
    }

    fn connection(streams: Vec<StreamSnapshot>) -> ConnectionSnapshot {
        ConnectionSnapshot {
            id: 7,
            label: None,
            role: Role::Server,
            age: Duration::from_millis(12_340),
            round_trip: None,
            send: SendHalf { window: 65_535, ..SendHalf::default() },
            receive: ReceiveHalf { announced: 65_535, ..ReceiveHalf::default() },
            receive_buffer: ConnectionReceiveBuffer { max: 64 << 20, used: 65_535, charged: 0 },
            writer: None,
            peer: None,
            local_streams: StreamLimit { active: 0, max: usize::MAX },
            peer_streams: StreamLimit { active: streams.len(), max: 100 },
            waiting_to_open: 0,
            going_away: None,
            peer_going_away: None,
            close_reason: None,
            counts: Counts::NONE,
            streams,
        }
    }

    #[test]
    fn a_connection_without_streams_is_one_line() {
        let idle =
            "connection 7, server: age 12.3s, streams local 0/unlimited peer 0/100, send window 65535, queued 0, \
                    receive window 65535, unread 0, receive buffer 65535/67108864";
        assert_eq!(connection(Vec::new()).to_string(), idle);

        let going_away = |reason| Some(GoingAway { reason, last_stream: StreamId::from_internal(0.into()) });
        let over = ConnectionSnapshot {
            label: Some("web \"a\"".into()),
            round_trip: Some(Duration::from_millis(20)),
            writer: blocked(BlockedOn::Transport, Some(1_500)),
            peer: blocked(BlockedOn::ConnectionWindow, None),
            local_streams: StreamLimit { active: 10, max: 10 },
            waiting_to_open: 2,
            going_away: going_away(Reason::NO_ERROR),
            peer_going_away: going_away(Reason::ENHANCE_YOUR_CALM),
            close_reason: Some(CloseReason::Code { by: Side::Local, reason: Reason::NO_ERROR }),
            ..connection(Vec::new())
        };
        let expected = "connection 7, server \"web \\\"a\\\"\": age 12.3s, round trip 20.0ms, streams local 10/10 peer 0/100 \
                        waiting to open 2, send window 65535, queued 0, receive window 65535, unread 0, \
                        receive buffer 65535/67108864, writer waits for transport 1.5s, peer waits for connection-window, \
                        GOAWAY sent: NO_ERROR, GOAWAY received: ENHANCE_YOUR_CALM, \
                        closed: Code { by: Local, reason: NO_ERROR }";
        assert_eq!(over.to_string(), expected);
    }

    #[test]
    fn streams_are_a_table_with_the_stalled_ones_first() {
        let writes = StreamSnapshot {
            state: StreamState::HalfClosedRemote,
            send: SendHalf { window: 0, queued: 65_535, ..SendHalf::default() },
            writer: blocked(BlockedOn::StreamWindow, Some(12_300)),
            ..stream(11)
        };
        let reads = StreamSnapshot { reader: blocked(BlockedOn::Peer, None), ..stream(5) };
        let unread = StreamSnapshot {
            receive: ReceiveHalf { announced: 0, unread: 65_535, ..ReceiveHalf::default() },
            peer: blocked(BlockedOn::StreamWindow, Some(900)),
            ..stream(9)
        };
        let printed = connection(vec![writes, stream(3), unread, reads]).to_string();
        let table: Vec<&str> = printed.lines().skip(1).collect();
        assert_eq!(
            table,
            [
                "stream  state               writer waits         reader waits  peer waits             send window  queued  receive window  unread",
                "     9  open                -                    -             stream-window 900.0ms        65535       0               0   65535",
                "    11  half-closed-remote  stream-window 12.3s  -             -                                0   65535           65535       0",
                "     3  open                -                    -             -                            65535       0           65535       0",
                "     5  open                -                    peer          -                            65535       0           65535       0",
            ]
        );
    }

    #[test]
    fn of_many_streams_some_are_printed() {
        let many = (0..10_000).map(|n| stream(2 * n + 1)).collect();
        let printed = connection(many).to_string();
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(lines.len(), 1 + 1 + MAX_STREAMS + 1);
        assert!(lines[1 + MAX_STREAMS].starts_with("    63  open"), "{printed}");
        assert_eq!(lines[lines.len() - 1], "… 9968 more streams");
    }
}
