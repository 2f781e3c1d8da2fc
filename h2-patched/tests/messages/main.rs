//! Requests and responses over connections that a task polls, and how connections close.

mod closing;
mod leniency;
#[path = "../evidence/support.rs"]
mod raw;
mod requests;
#[path = "../support/mod.rs"]
mod support;
