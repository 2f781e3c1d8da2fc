//! What is received, looked at.

use super::{Codec, Counts, FlowControl, Recv, Store, Stream};
use crate::insight::{BlockedOn, LoggedWindows, ReceiveHalf, Side, StallEnd};

impl Recv {
    /// DATA of so many octets came: the windows may be spent.
    #[inline]
    pub(in crate::proto::streams) fn note_spent(&self, octets: usize, stream: &mut Stream, counts: &mut Counts) {
        let is_spent = octets > 0 && stream.recv_flow.announced() == 0 && stream.state.is_recv_streaming();
        if is_spent && stream.stats.spent().is_none() {
            let since = counts.stats().record.stalls(Some(stream.id), Side::Peer, BlockedOn::StreamWindow);
            stream.stats.set_spent(since);
        }
        if octets > 0 && self.flow.announced() == 0 {
            // An update may have been sent and spent since this was looked at last.
            counts.stats_mut().peer_stall_ends(StallEnd::Resumed);
            let since = counts.stats().record.stalls(None, Side::Peer, BlockedOn::ConnectionWindow);
            counts.stats_mut().spent = Some(since);
        }
    }

    /// A WINDOW_UPDATE of the connection may have been sent.
    #[inline]
    pub(in crate::proto::streams) fn peer_resumes(&self, counts: &mut Counts) {
        if counts.stats().spent.is_some() && self.flow.announced() > 0 {
            counts.stats_mut().peer_stall_ends(StallEnd::Resumed);
        }
    }

    /// A WINDOW_UPDATE of a stream was sent.
    #[inline]
    pub(super) fn update_sent<T, B>(&self, stream: &mut Stream, counts: &Counts, codec: &Codec<T, B>) {
        stream.stats.updates_sent = stream.stats.updates_sent.wrapping_add(1);
        counts.peer_resumes(stream);
        codec.frame_counter().log_windows(|_, _| self.windows(Some(&stream.recv_flow)));
    }

    /// A WINDOW_UPDATE of the connection was sent.
    #[inline]
    pub(super) fn connection_update_sent<T, B>(&self, codec: &Codec<T, B>) {
        codec.frame_counter().log_windows(|_, _| self.windows(None));
    }

    /// The acknowledgement of SETTINGS may have let the peer go on.
    pub(in crate::proto::streams) fn windows_moved(&self, store: &mut Store, counts: &Counts) {
        let stalled = counts.stats().record.stalled_streams(Side::Peer, BlockedOn::StreamWindow);
        if stalled == 0 {
            return;
        }
        store.for_each(|mut stream| counts.peer_resumes(&mut stream));
    }

    fn windows(&self, stream: Option<&FlowControl>) -> LoggedWindows {
        LoggedWindows { connection: self.flow.announced(), stream: stream.map(FlowControl::announced) }
    }

    /// What we allow the peer after a frame on `stream`, or in general.
    pub(in crate::proto::streams) fn windows_of(&self, stream: Option<&Stream>, is_connection: bool) -> LoggedWindows {
        match stream {
            None if is_connection => {
                LoggedWindows { connection: self.flow.announced(), stream: Some(i64::from(self.init_window_sz)) }
            }
            stream => self.windows(stream.map(|stream| &stream.recv_flow)),
        }
    }

    /// The connection's, but for what its streams have unread.
    pub(in crate::proto::streams) fn half(&self) -> ReceiveHalf {
        ReceiveHalf { target: self.connection_target().into(), ..half(&self.flow, self.in_flight_data.into()) }
    }

    pub(in crate::proto::streams) fn half_of(&self, stream: &Stream) -> ReceiveHalf {
        ReceiveHalf {
            unread: stream.stats.unread().into(),
            ..half(&stream.recv_flow, stream.in_flight_recv_data.into())
        }
    }
}

fn half(flow: &FlowControl, in_flight: u64) -> ReceiveHalf {
    let available = isize::from(flow.available()) as i64;
    ReceiveHalf { announced: flow.announced(), available, in_flight, target: available + in_flight as i64, unread: 0 }
}
