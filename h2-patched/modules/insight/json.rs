//! Serializes values that are neither numbers nor text (feature `serde`).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::{Stalled, StalledBy};
use crate::StreamId;

pub(super) fn seconds<S: Serializer>(time: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(to)
}

pub(super) fn whole_seconds<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    time.as_secs_f64().serialize(to)
}

pub(super) fn text<S: Serializer>(text: &Option<Arc<str>>, to: S) -> Result<S::Ok, S::Error> {
    text.as_deref().serialize(to)
}

pub(super) fn stream_id<S: Serializer>(id: &StreamId, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u32((*id).into())
}

/// `null` where there is no limit.
pub(super) fn limit<S: Serializer>(limit: &usize, to: S) -> Result<S::Ok, S::Error> {
    Some(limit).filter(|limit| **limit != usize::MAX).serialize(to)
}

/// The name of an error code or of a kind of error.
pub(super) fn debug<S: Serializer>(value: &impl fmt::Debug, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{value:?}"))
}

/// As a list of the causes that stall anything.
impl Serialize for Stalled {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let causes = self.iter().filter(|cause| cause.streams + cause.connections > 0);
        to.collect_seq(causes.collect::<Vec<StalledBy>>())
    }
}
