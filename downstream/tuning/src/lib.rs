//! One call of the application, [`h2::tuning::set_defaults`], reaches the h2 below hyper, reqwest
//! and tonic: all of them use the one patched crate.
//!
//! A [`Server`] of hyper is behind a [`Proxy`], which counts what passes. [`Client`]s of
//! reqwest and tonic go through it.

mod client;
mod proxy;
mod server;

pub use client::{Client, Held};
pub use proxy::{Proxy, Way, Wire};
pub use server::{serve, Server};

use std::future::Future;
use std::time::Duration;

/// Whatever went wrong, in words.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Longer than the slowest machine needs; a stall must not be endless.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for what has to come, but not for ever.
///
/// # Errors
/// When it has not come within a minute: `what` says what that is.
pub async fn in_time<T>(what: &str, coming: impl Future<Output = T>) -> Result<T, Error> {
    tokio::time::timeout(PATIENCE, coming).await.map_err(|_| format!("stalled: {what}").into())
}

/// README, whose examples are compiled as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The page on tuning, whose examples are compiled as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/tuning.md")]
struct TuningPage;

/// The page on observability, whose examples are compiled as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/observability.md")]
struct ObservabilityPage;
