//! What builders of connections can set of this.

use std::sync::Arc;

use super::{checked_buffer_size, AbuseLimits, Deadlines, WindowUpdatePolicy};
use crate::{client, server};

macro_rules! receive_options {
    ($builder:ty) => {
        impl $builder {
            /// Sets when WINDOW_UPDATE frames are sent, for the connection and its streams.
            ///
            /// The default is that of the process, see [`tuning`](crate::tuning): half of the
            /// target window unless one was set.
            pub fn window_update_policy(&mut self, policy: WindowUpdatePolicy) -> &mut Self {
                self.receive.policy = Some(policy);
                self
            }

            /// Sets whether the receive windows grow where they limit throughput.
            ///
            /// They grow from the sizes that this builder sets to half of the
            /// [`max_connection_receive_buffer_size`](Self::max_connection_receive_buffer_size) at
            /// most. Growth sends WINDOW_UPDATE frames and no other frames. The default is that of
            /// the process, see [`tuning`](crate::tuning): windows grow unless the process set
            /// otherwise.
            pub fn adaptive_window(&mut self, enabled: bool) -> &mut Self {
                self.receive.grows = Some(enabled);
                self
            }

            /// Sets the limit of the connection's receive buffer, in octets, 0 to 2^31-1: of the
            /// window that the peer was granted and of what it has sent and the application has not
            /// read, taken together, over all streams.
            ///
            /// The window of the connection is the limit where that is larger. What is granted
            /// beyond the windows that this builder sets is charged to the [receive buffer of the
            /// process](crate::tuning::Tuning::max_process_receive_buffer_size) as well. The
            /// default is that of the process, see [`tuning`](crate::tuning):
            /// [`DEFAULT_MAX_CONNECTION_RECEIVE_BUFFER_SIZE`](crate::tuning::DEFAULT_MAX_CONNECTION_RECEIVE_BUFFER_SIZE)
            /// unless the process set another. With 0 all windows stay as they are set, so that
            /// unread octets close the connection's window for all streams.
            ///
            /// # Panics
            ///
            /// If `octets` is above 2^31-1 ([RFC 9113, section
            /// 6.9.1](https://www.rfc-editor.org/rfc/rfc9113#section-6.9.1)).
            #[track_caller]
            pub fn max_connection_receive_buffer_size(&mut self, octets: u32) -> &mut Self {
                self.receive.budget = Some(checked_buffer_size(octets));
                self
            }

            /// Sets how much the peer may do of what costs this end more than it costs the peer.
            ///
            /// These replace all limits of the process, see
            /// [`Tuning::abuse_limits`](crate::tuning::Tuning::abuse_limits).
            pub fn abuse_limits(&mut self, limits: AbuseLimits) -> &mut Self {
                self.receive.abuse = Some(Arc::new(limits));
                self
            }

            /// Sets how long the connection may wait: for its peer, without use, and at its end.
            ///
            /// These replace all deadlines of the process, see
            /// [`Tuning::deadlines`](crate::tuning::Tuning::deadlines).
            pub fn deadlines(&mut self, deadlines: Deadlines) -> &mut Self {
                self.deadlines = Some(Box::new(deadlines));
                self
            }
        }
    };
}

receive_options!(client::Builder);
receive_options!(server::Builder);
