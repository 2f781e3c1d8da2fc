//! What builders of connections can set of what is dropped of messages.
//!
//! The patch that has these settings compiles this file, so that the rest compiles without it.

use crate::{client, server};

macro_rules! connection_fields {
    ($builder:ty) => {
        impl $builder {
            /// Sets whether connection-specific header fields that the peer sends are dropped,
            /// instead of making a message malformed. The default is that of the process, which is
            /// `false` unless it was set: see
            /// [`Tuning::drop_connection_fields`](crate::tuning::Tuning::drop_connection_fields).
            pub fn drop_connection_fields(&mut self, enabled: bool) -> &mut Self {
                self.leniency.drops_connection_fields = Some(enabled);
                self
            }
        }
    };
}

connection_fields!(client::Builder);
connection_fields!(server::Builder);

impl server::Builder {
    /// Sets whether an `:authority` that is none is dropped, such as the path of a unix socket,
    /// instead of making a request malformed. The default is that of the process, which is `false`
    /// unless it was set: see
    /// [`Tuning::drop_invalid_authority`](crate::tuning::Tuning::drop_invalid_authority).
    pub fn drop_invalid_authority(&mut self, enabled: bool) -> &mut Self {
        self.leniency.drops_authority = Some(enabled);
        self
    }
}
