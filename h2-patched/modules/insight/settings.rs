//! What builders of connections can set of this.

use std::sync::Arc;

use super::{Observer, Observing};
use crate::{client, server};

/// As one pointer: most builders set nothing of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings(Option<Box<Set>>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Set {
    pub(crate) observer: Option<Observing>,
    pub(crate) label: Option<Arc<str>>,
}

impl Settings {
    fn set(&mut self) -> &mut Set {
        self.0.get_or_insert_default()
    }

    pub(crate) fn unpack(self) -> Set {
        self.0.map_or_else(Set::default, |set| *set)
    }
}

macro_rules! insight_options {
    ($builder:ty) => {
        impl $builder {
            /// Sets the observer of connections that are made with this builder. It takes the place
            /// of the one that is set for the process, see
            /// [`insight::observe`](crate::insight::observe).
            pub fn observer(&mut self, observer: Arc<dyn Observer>) -> &mut Self {
                self.insight.set().observer = Some(Observing(observer));
                self
            }

            /// Names the connections that are made with this builder, see
            /// [`insight::Connection::label`](crate::insight::Connection::label).
            ///
            /// The name is in their snapshots, events, lines of the frame log and metrics. Where a
            /// library hides the builder there is
            /// [`insight::with_label`](crate::insight::with_label).
            pub fn label(&mut self, label: impl Into<Arc<str>>) -> &mut Self {
                self.insight.set().label = Some(label.into());
                self
            }
        }
    };
}

insight_options!(client::Builder);
insight_options!(server::Builder);
