//! Makes the fork's sources out of the pristine release and our patches.
//!
//! The repository holds none of upstream's text. A build finds the pinned release through cargo
//! ([`mod@locate`]), checks every file of it ([`manifest`]), applies the series strictly
//! ([`series`], [`patch`]), compares the outcome with the recorded hash, and writes what the
//! compiler reads ([`materialize()`]).

#![deny(missing_docs)]

pub mod error;
pub mod header;
pub mod locate;
pub mod manifest;
mod materialize;
mod nested_cargo;
mod offline;
pub mod patch;
pub mod series;
pub mod sha256;
pub mod split;
pub mod tree;

pub use error::Error;
pub use header::Header;
pub use locate::{locate, Located, Search};
pub use manifest::Manifest;
pub use materialize::{materialize, point_at_modules, Options, Report, Source, MODULES_PLACEHOLDER, WORKTREE};
pub use patch::Patch;
pub use series::Series;
pub use tree::Tree;
