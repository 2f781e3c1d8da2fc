//! The fork beside the release.
//!
//! One source, `h2_like`, is compiled against each of the two, so that both do the same work.
//! [`scenario`] measures them in one run; what came of it is held, printed and drawn by the
//! runner's [`figures`].

#![allow(missing_docs)]
// One source for two crates is the point.
#![allow(clippy::duplicate_mod)]

mod chunk;
mod counted_socket;
pub mod heap;
mod hostile;
pub mod load;
mod patched;
mod real_link;
pub mod scenario;
mod small_requests;
pub mod subject;
mod tasks;
mod timer;
mod upstream;
pub mod worker;

pub use h2_conformance_figures as figures;
