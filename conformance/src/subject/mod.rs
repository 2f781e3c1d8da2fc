//! The implementations under test.
//!
//! A subject in memory is a [`Link`] of its own. `upstream` and `patched` are one source compiled against two crates.

pub mod patched;
mod tasks;
pub mod upstream;

use crate::case::Case;
use crate::drive::Link;

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
