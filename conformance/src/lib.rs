//! A frame-level conformance runner for HTTP/2.
//!
//! Layers, from below: [`wire`] (bytes and frames) carries [`script`] (what a case does) and [`transcript`] (what happened);
//! [`drive`] plays a script over a link to a [`subject`]; [`judge`] reads transcripts and nothing else; [`catalog`] holds the
//! cases; [`compare`] and [`report`] come last.

#![allow(missing_docs)]
// `subject::upstream` and `subject::patched` are one source on purpose.
#![allow(clippy::duplicate_mod)]

pub mod account;
pub mod case;
pub mod catalog;
pub mod claims;
pub mod compare;
pub mod drive;
pub mod endpoint;
pub mod expectations;
pub mod explain;
pub mod figures;
pub mod flow_windows;
pub mod fuzz;
pub mod glob;
pub mod judge;
pub mod panics;
pub mod problem;
pub mod recording;
pub mod replay;
pub mod report;
pub mod run;
pub mod script;
pub mod select;
pub mod spec;
pub mod subject;
pub mod suite;
#[cfg(test)]
mod testing;
pub mod transcript;
pub mod transport;
pub mod wire;
