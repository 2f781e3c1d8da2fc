//! Copies modules of the fork, with locks and atomics that a model checker schedules.

use std::path::Path;
use std::{env, fs};

/// The files below `modules`.
const FILES: [&str; 6] = [
    "process_budget/mod.rs",
    "process_budget/pool.rs",
    "process_budget/membership.rs",
    "process_budget/memory.rs",
    "insight/register.rs",
    "insight/event_queue.rs",
];

/// What is replaced.
const OTHERWISE: [(&str, &str); 7] = [
    ("use std::sync::atomic::", "use shuttle::sync::atomic::"),
    (
        "use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};",
        "use std::sync::{OnceLock, PoisonError};\nuse shuttle::sync::{Mutex, MutexGuard};",
    ),
    (
        "use std::sync::{Arc, Mutex, MutexGuard, PoisonError};",
        "use std::sync::{Arc, PoisonError};\nuse shuttle::sync::{Mutex, MutexGuard};",
    ),
    // Summing up then meets the threads that enter and leave more often.
    ("const SHARDS: usize = 256;", "const SHARDS: usize = 2;"),
    ("const NEIGHBOURS: usize = 16;", "const NEIGHBOURS: usize = 1;"),
    // Unit tests of the modules are for the real locks.
    ("#[cfg(test)]", "#[cfg(any())]"),
    // The model has no log.
    ("tracing::error!", "crate::discard!"),
];

fn main() -> Result<(), String> {
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    println!("cargo::rerun-if-changed=../modules");
    let mut unused: Vec<&str> = OTHERWISE.iter().map(|(from, _)| *from).collect();
    for file in FILES {
        let path = Path::new("../modules").join(file);
        let said = |error: std::io::Error| format!("{}: {error}", path.display());
        let mut text = fs::read_to_string(&path).map_err(said)?;
        for (from, to) in OTHERWISE {
            unused.retain(|other| *other != from || !text.contains(from));
            text = text.replace(from, to);
        }
        // The system's own `Mutex` would stop the only thread that runs.
        if text.lines().any(|line| line.starts_with("use std::sync") && line.contains("Mutex")) {
            return Err(format!("{}: an import of Mutex that this script does not know", path.display()));
        }
        let copy = Path::new(&out).join(file);
        copy.parent().map_or(Ok(()), fs::create_dir_all).map_err(said)?;
        fs::write(&copy, text).map_err(said)?;
    }
    if let Some(from) = unused.first() {
        return Err(format!("no module has {from:?} any more"));
    }
    let modules = "#[path = \"insight/register.rs\"]\npub(crate) mod register;\n\
                   #[path = \"insight/event_queue.rs\"]\npub(crate) mod event_queue;\n";
    fs::write(Path::new(&out).join("insight.rs"), modules).map_err(|error| error.to_string())?;
    let modules = "#[path = \"process_budget/mod.rs\"]\npub(crate) mod process_budget;\n";
    fs::write(Path::new(&out).join("process_budget.rs"), modules).map_err(|error| error.to_string())
}
