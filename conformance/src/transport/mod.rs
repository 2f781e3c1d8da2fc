//! Ways to a subject.

pub mod address;
pub mod socket;
pub mod tcp;
