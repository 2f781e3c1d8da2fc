//! hyper as a user of the fork.
//!
//! [`exchange`] moves content both ways at once over one stream and checks every octet; [`refusal`]
//! tells from the wire alone which h2 is below hyper; [`pool`] opens another connection when those
//! that it has are full.

pub mod content;
pub mod exchange;
pub mod pool;
pub mod refusal;
mod server;

pub use server::Server;

/// Whatever went wrong, in words.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
