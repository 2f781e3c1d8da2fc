//! The implementations under test.
//!
//! A subject in memory is a [`Link`] of its own. `upstream` and `patched` are one source compiled
//! against two crates.

pub mod controls;
pub mod hyper;
pub mod patched;
mod server;
pub mod upstream;

use crate::case::Case;
use crate::drive::Link;
use crate::transport::listening::Listening;

pub use controls::CONTROLS;
pub use server::RunningServer;

/// A subject that runs in this process.
#[derive(Clone, Copy)]
pub struct Subject {
    pub name: &'static str,
    pub version: &'static str,
    /// Makes the subject for one case.
    pub make: fn(&Case) -> Box<dyn Link>,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The subjects that run in memory.
pub const IN_MEMORY: &[Subject] = &[
    Subject { name: "upstream", version: "h2 0.4.20", make: |case| Box::new(upstream::H2::new(case)) },
    Subject { name: "patched", version: "h2 0.4.2001", make: |case| Box::new(patched::H2::new(case)) },
];

/// A server on a loopback socket.
#[derive(Clone, Copy)]
pub struct SocketSubject {
    pub name: &'static str,
    pub version: &'static str,
    /// Starts the server, one for all cases of a run. It has the default windows of RFC 9113 and
    /// answers each request after reading it.
    pub start: fn(Listening) -> std::io::Result<RunningServer>,
}

impl std::fmt::Debug for SocketSubject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The subjects that run on a socket.
pub const SOCKET: &[SocketSubject] = &[
    SocketSubject { name: "upstream", version: "h2 0.4.20", start: upstream::start },
    SocketSubject { name: "patched", version: "h2 0.4.2001", start: patched::start },
    SocketSubject {
        name: "hyper-patched",
        version: "hyper 1 on h2 0.4.2001",
        start: |listening| {
            RunningServer::start(listening, |stream| async {
                // How it ended shows on the wire.
                let _ = hyper::serve(stream).await;
            })
        },
    },
];
