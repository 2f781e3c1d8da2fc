//! The cases, one file per topic, both roles together.

mod concurrency;
mod content;
mod continuation;
mod data;
mod errors;
mod fields;
mod framing;
mod goaway;
mod headers;
mod hpack;
mod ids;
mod ping;
mod preface;
mod priority;
mod push;
mod requests;
mod reset;
mod responses;
mod settings;
mod states;
mod window_update;

use crate::case::Case;

/// What a topic's file needs to write its cases.
mod prelude {
    pub(super) use crate::case::{Case, Config, Level, Needs, Role};
    pub(super) use crate::judge::words::*;
    pub(super) use crate::script::{App, Credit, Handles, Upload};
    pub(super) use crate::wire::build::*;
    pub(super) use crate::wire::code::error::*;
    pub(super) use crate::wire::code::{kind, setting};
}

/// Every case, topic by topic.
#[must_use]
pub fn all() -> Vec<Case> {
    [
        preface::cases(),
        framing::cases(),
        data::cases(),
        headers::cases(),
        continuation::cases(),
        priority::cases(),
        reset::cases(),
        settings::cases(),
        ping::cases(),
        goaway::cases(),
        push::cases(),
        window_update::cases(),
        states::cases(),
        ids::cases(),
        concurrency::cases(),
        errors::cases(),
        requests::cases(),
        fields::cases(),
        content::cases(),
        responses::cases(),
        hpack::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
