//! The cases, one file per topic, both roles together.

mod capacity;
mod credit;
mod flow;
mod push_credit;
mod settings;
mod slots;
mod updates;
mod windows;

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
        settings::cases(),
        capacity::cases(),
        credit::cases(),
        push_credit::cases(),
        slots::cases(),
        updates::cases(),
        windows::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
