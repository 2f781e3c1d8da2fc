//! What builders of connections can set of this.

use super::{checked_budget, WindowUpdatePolicy};
use crate::{client, server};

macro_rules! receive_options {
    ($builder:ty) => {
        impl $builder {
            /// Sets when WINDOW_UPDATE frames are sent, for the connection and its streams.
            ///
            /// The default is that of the process, see [`tuning`](crate::tuning): half of the target window unless one was set.
            pub fn window_update_policy(&mut self, policy: WindowUpdatePolicy) -> &mut Self {
                self.receive.policy = Some(policy);
                self
            }

            /// Sets whether the receive windows grow where they limit throughput.
            ///
            /// From the sizes that this builder sets, by WINDOW_UPDATE frames alone, up to half of the
            /// [`receive_budget`](Self::receive_budget). The default is that of the process, see [`tuning`](crate::tuning): they
            /// grow unless it was set otherwise.
            pub fn window_growth(&mut self, grows: bool) -> &mut Self {
                self.receive.grows = Some(grows);
                self
            }

            /// Sets how many octets the peer may have been granted and have sent unread at most, over all streams, 0 to 2^31-1;
            /// the window of the connection, where that is larger.
            ///
            /// What is granted beyond the windows that this builder sets comes out of the budget of the process as well. The
            /// default is that of the process, see [`tuning`](crate::tuning):
            /// [`DEFAULT_RECEIVE_BUDGET`](crate::tuning::DEFAULT_RECEIVE_BUDGET) unless another was set. 0 keeps all windows as they
            /// are set, so that octets left unread close the connection's window for all streams.
            ///
            /// # Panics
            ///
            /// If `octets` is above 2^31-1 ([RFC 9113, section 6.9.1](https://www.rfc-editor.org/rfc/rfc9113#section-6.9.1)).
            #[track_caller]
            pub fn receive_budget(&mut self, octets: u32) -> &mut Self {
                self.receive.budget = Some(checked_budget(octets));
                self
            }
        }
    };
}

receive_options!(client::Builder);
receive_options!(server::Builder);
