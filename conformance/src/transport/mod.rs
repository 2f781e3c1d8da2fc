//! Ways to a subject.

pub mod mem;
