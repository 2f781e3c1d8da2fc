//! Ways to a subject.

pub mod address;
pub mod link;
pub mod mem;
pub mod socket;
pub mod tcp;
