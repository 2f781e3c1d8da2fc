//! A frame-level conformance runner for HTTP/2.
//!
//! Layers, from below: [`wire`] (bytes and frames) carries [`script`] (what a case does) and
//! [`transcript`] (what happened); [`judge`] reads transcripts and nothing else. These are crates
//! of their own, which do not depend on h2. [`drive`] plays a script over a link to a [`subject`];
//! [`catalog`] holds the cases; [`compare`] and [`report`] come last.

#![allow(missing_docs)]
// `subject::upstream` and `subject::patched` are one source on purpose.
#![allow(clippy::duplicate_mod)]

pub mod case;
pub mod catalog;
pub mod claims;
pub mod client;
pub mod compare;
pub mod drive;
pub mod endpoint;
pub mod expectations;
pub mod explain;
pub mod fuzz;
pub mod glob;
pub mod legal;
pub mod panics;
pub mod problem;
pub mod replay;
pub mod report;
pub mod results;
pub mod run;
pub mod select;
pub mod spec;
pub mod subject;
pub mod suite;
#[cfg(test)]
mod testing;
pub mod transport;
mod wire_only;

pub use h2_conformance_figures as figures;
pub use h2_conformance_judge::{self as judge, recording, script, transcript};
pub use h2_conformance_wire as wire;
