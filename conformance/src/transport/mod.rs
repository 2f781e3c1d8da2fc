//! Ways to a subject.

pub mod address;
#[cfg(feature = "tls")]
mod certified;
pub mod hello;
pub mod listening;
pub mod security;
pub mod socket;
pub mod tcp;
#[cfg(feature = "tls")]
mod tls;
pub mod trust;
