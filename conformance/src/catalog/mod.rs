//! The cases, one file per topic, both roles together.

mod capacity;
mod concurrency;
mod content;
mod continuation;
mod credit;
mod credit_of_dropped_bodies;
mod credit_of_resets;
mod credit_of_responses;
mod crossings;
mod data;
mod errors;
mod fields;
mod flow;
mod framing;
mod goaway;
mod growth;
mod headers;
mod hpack;
mod ids;
mod isolation;
mod ping;
mod policy;
mod preface;
mod priority;
mod promises;
mod push;
mod push_credit;
mod refused_promises;
mod requests;
mod reservations;
mod reset;
mod responses;
mod send_budget;
mod sending;
mod settings;
mod slots;
mod states;
mod stream_targets;
mod updates;
mod window_update;
mod windows;
mod withdrawn_pushes;

use crate::case::Case;

/// What a topic's file needs to write its cases.
mod prelude {
    pub(super) use crate::case::{Case, Config, Level, Needs, Role};
    pub(super) use crate::judge::words::*;
    pub(super) use crate::judge::Expect;
    pub(super) use crate::script::{App, Credit, Handles, Script, Upload};
    pub(super) use crate::wire::build::*;
    pub(super) use crate::wire::code::error::*;
    pub(super) use crate::wire::code::{kind, setting, DEFAULT_FRAME_SIZE};
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
        refused_promises::cases(),
        withdrawn_pushes::cases(),
        promises::cases(),
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
        reservations::cases(),
        capacity::cases(),
        send_budget::cases(),
        credit::cases(),
        credit_of_resets::cases(),
        credit_of_dropped_bodies::cases(),
        credit_of_responses::cases(),
        push_credit::cases(),
        slots::cases(),
        crossings::cases(),
        updates::cases(),
        windows::cases(),
        stream_targets::cases(),
        policy::cases(),
        isolation::cases(),
        growth::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
