//! The fork beside the release.
//!
//! One source, `h2_like`, is compiled against each of the two, so that both do the same work. [`scenario`] measures them in
//! one run and [`figures`] holds and prints what came of it.

#![allow(missing_docs)]
// One source for two crates is the point.
#![allow(clippy::duplicate_mod)]

pub mod figures;
mod patched;
pub mod scenario;
pub mod subject;
mod tasks;
mod upstream;
