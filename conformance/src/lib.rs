//! A frame-level conformance runner for HTTP/2.
//!
//! Layers, from below: [`wire`] (bytes and frames) carries [`script`] (what a case does) and [`transcript`] (what happened);
//! [`drive`] plays a script over a link to a [`subject`]; [`judge`] reads transcripts and nothing else; [`catalog`] holds the
//! cases; [`compare`] and [`report`] come last.

#![allow(missing_docs)]

pub mod case;
pub mod catalog;
pub mod drive;
pub mod fuzz;
pub mod judge;
pub mod ledger;
pub mod run;
pub mod script;
pub mod subject;
pub mod transcript;
pub mod transport;
pub mod wire;
