//! Ways to a subject.

pub mod mem;
pub mod socket;
pub mod tcp;
