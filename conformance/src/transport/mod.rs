//! Ways to a subject.

pub mod address;
pub mod security;
pub mod socket;
pub mod tcp;
#[cfg(feature = "tls")]
mod tls;
pub mod trust;
