//! The cases, one file per topic, both roles together.

mod settings;

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
    [settings::cases()].into_iter().flatten().collect()
}
