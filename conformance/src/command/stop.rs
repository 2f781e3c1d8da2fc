//! A run that ends early, at its limit or at Ctrl-C: what was played is reported.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use h2_conformance::case::Case;
use h2_conformance::drive::Link;
use h2_conformance::problem::Problem;
use h2_conformance::run::Run;
use h2_conformance::suite::{Played, Target};
use h2_conformance::transcript::EventKind;
use h2_conformance::transport::tcp::UNREACHABLE;

/// The exit status of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// When no further case begins.
#[derive(Debug)]
pub(super) struct Stop {
    limit: Option<Limit>,
    interrupted: Arc<AtomicBool>,
    /// Why it ended, once it has.
    reason: OnceLock<String>,
}

#[derive(Clone, Copy, Debug)]
struct Limit {
    end: Option<Instant>,
    seconds: u64,
}

impl Stop {
    /// After so many seconds, or at Ctrl-C. A second Ctrl-C ends the program at once.
    pub(super) fn new(limit: Option<u64>) -> Self {
        let interrupted = Arc::new(AtomicBool::new(false));
        let flag = interrupted.clone();
        // Without a thread Ctrl-C ends the program at once, as it does by default.
        let _ = thread::Builder::new().name("Ctrl-C".into()).spawn(move || watch(&flag));
        let end = |seconds| Instant::now().checked_add(Duration::from_secs(seconds));
        let limit = limit.map(|seconds| Limit { end: end(seconds), seconds });
        Stop { limit, interrupted, reason: OnceLock::new() }
    }

    /// Why no further case begins, if so. The first reason stays.
    fn reason(&self) -> Option<&str> {
        if self.reason.get().is_none() {
            let now = self.reason_now()?;
            return Some(self.reason.get_or_init(|| now));
        }
        self.reason.get().map(String::as_str)
    }

    /// No further case begins, for this reason.
    fn end(&self, reason: String) {
        // The first reason stays.
        let _ = self.reason.set(reason);
    }

    fn reason_now(&self) -> Option<String> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Some("the run was interrupted".into());
        }
        let Limit { end, seconds } = self.limit?;
        (Instant::now() >= end?).then(|| format!("the run took longer than {seconds} s (--max-time)"))
    }
}

/// Waits for Ctrl-C, twice.
fn watch(interrupted: &AtomicBool) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.store(true, Ordering::Relaxed);
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            h2_conformance::client::end_all();
            std::process::exit(INTERRUPTED);
        }
    });
}

/// A target on which no case begins once the run has to end.
pub(super) struct Stoppable<'a> {
    target: &'a dyn Target,
    stop: &'a Stop,
}

impl<'a> Stoppable<'a> {
    pub(super) fn new(target: &'a dyn Target, stop: &'a Stop) -> Self {
        Stoppable { target, stop }
    }
}

impl Target for Stoppable<'_> {
    fn name(&self) -> &str {
        self.target.name()
    }

    fn version(&self) -> &str {
        self.target.version()
    }

    fn skips(&self, case: &Case) -> Option<String> {
        self.target.skips(case).or_else(|| self.stop.reason().map(str::to_owned))
    }

    fn shows_nothing(&self, case: &Case, run: &Run) -> Option<String> {
        if run.transcript.timeless().any(is_refused) {
            let name = self.target.name();
            self.stop.end(format!("{name} takes no connection any more since {}: it may have crashed", case.id));
        }
        self.target.shows_nothing(case, run)
    }

    fn is_played_alone(&self, case: &Case) -> bool {
        self.target.is_played_alone(case)
    }

    fn wants_another_try(&self, case: &Case, run: &Run) -> bool {
        self.stop.reason().is_none() && self.target.wants_another_try(case, run)
    }

    fn run(&self, case: &Case, link: &mut dyn Link) -> Run {
        self.target.run(case, link)
    }

    fn link(&self, case: &Case) -> Result<Box<dyn Link>, String> {
        self.target.link(case)
    }
}

/// Whether the connection was refused. One that was not answered in time may be one too many for a
/// busy server.
fn is_refused(kind: &EventKind) -> bool {
    let is_so = |message: &String| message.starts_with(UNREACHABLE) && !message.contains("no answer within");
    matches!(kind, EventKind::Harness(message) if is_so(message))
}

/// The cases that were not played because the run had to end.
pub(super) fn unfinished(target: &dyn Target, stop: &Stop, played: &[Vec<Played>]) -> Option<Problem> {
    let why = stop.reason.get()?;
    let is_left = |played: &&Played| matches!(played, Played::Skipped(reason) if reason == why);
    match played.iter().flatten().filter(is_left).count() {
        0 => None,
        cases => Some(Problem::Unfinished { subject: target.name().to_owned(), cases, why: why.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use h2_conformance::catalog;
    use h2_conformance::subject::IN_MEMORY;
    use h2_conformance::suite::play_all;

    fn stop(limit: Option<Limit>) -> Stop {
        Stop { limit, interrupted: Arc::default(), reason: OnceLock::new() }
    }

    #[test]
    fn no_case_begins_after_the_end() {
        let patched = IN_MEMORY.iter().find(|subject| subject.name == "patched").expect("the fork");
        let cases: Vec<Case> = catalog::all().into_iter().filter(|case| case.topic() == "ping").collect();
        let stop = stop(None);
        let play = || play_all(&cases, &[&Stoppable::new(patched, &stop)], 1, &|_| {});
        assert_eq!(unfinished(patched, &stop, &play()), None);
        stop.interrupted.store(true, Ordering::Relaxed);
        let why = "the run was interrupted".to_owned();
        let left = Problem::Unfinished { subject: "patched".into(), cases: cases.len(), why };
        assert_eq!(unfinished(patched, &stop, &play()), Some(left));
    }

    #[test]
    fn a_refused_connection_ends_a_run_and_a_late_one_does_not() {
        let kind = |why: &str| EventKind::Harness(format!("{UNREACHABLE}127.0.0.1:1: {why}"));
        assert!(is_refused(&kind("Connection refused (os error 111)")));
        assert!(!is_refused(&kind("no answer within 1000 ms")));
        assert!(!is_refused(&EventKind::Harness("octets still came after 10 s".into())));
    }

    #[test]
    fn a_limit_ends_a_run_and_is_named_whatever_comes_later() {
        let stopped = stop(Some(Limit { end: Some(Instant::now()), seconds: 7 }));
        for _ in 0..2 {
            assert!(stopped.reason().is_some_and(|why| why.contains("7 s")));
            stopped.interrupted.store(true, Ordering::Relaxed);
        }
        assert_eq!(stop(None).reason(), None);
    }
}
