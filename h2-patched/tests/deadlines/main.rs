//! How long a connection waits: for its peer, without use, and at its end.

mod endpoint;
mod events;
mod peer;
mod shutdown;
mod timer;
mod usage;

use h2::{Error, Reason};

/// Whether a connection ended because its peer was too slow, by GOAWAY.
fn is_settings_timeout(ended: &Option<Result<(), Error>>) -> bool {
    matches!(ended, Some(Err(error)) if error.reason() == Some(Reason::SETTINGS_TIMEOUT) && error.is_library())
}

/// Whether a connection ended because its peer seems to be gone.
fn is_timed_out(ended: &Option<Result<(), Error>>) -> bool {
    let is_timeout = |error: &Error| error.get_io().is_some_and(|io| io.kind() == std::io::ErrorKind::TimedOut);
    matches!(ended, Some(Err(error)) if is_timeout(error))
}
