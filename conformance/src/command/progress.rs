//! The line that says how far the work has come.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use h2_conformance::suite::Progress;

/// How often the line is written anew.
const PERIOD: Duration = Duration::from_millis(50);

/// A line on the terminal that goes away when the work is done; nothing where standard error is no
/// terminal.
#[derive(Debug)]
pub(super) struct Line {
    last: Option<Mutex<Instant>>,
}

impl Line {
    pub(super) fn new(quiet: bool) -> Self {
        let shown = !quiet && io::stderr().is_terminal();
        Line { last: shown.then(|| Mutex::new(Instant::now())) }
    }

    /// Says how far the work has come, unless that was said just now.
    pub(super) fn tell(&self, progress: Progress<'_>) {
        let Some(last) = &self.last else { return };
        // If the line is locked, another thread writes newer progress.
        let Ok(mut last) = last.try_lock() else { return };
        if last.elapsed() >= PERIOD {
            *last = Instant::now();
            let Progress { done, of, case, subject } = progress;
            // The line is a courtesy: that it cannot be written is no failure.
            let _ = write!(io::stderr(), "\r\x1b[K{done} of {of}  {subject}  {}", case.id);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.last.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
