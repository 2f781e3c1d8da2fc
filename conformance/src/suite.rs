//! Playing many cases on several subjects, on all cores. The results are in the order of the cases,
//! whichever finished first.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::case::Case;
use crate::drive::Link;
use crate::judge::judge;
use crate::panics::quietly;
use crate::run::{run, Run};
use crate::subject::Subject;
use crate::transcript::{Event, EventKind, Transcript};

/// Whatever cases can be played on: a subject in memory, or one elsewhere.
pub trait Target: Sync {
    fn name(&self) -> &str;
    fn version(&self) -> &str;
    /// Why this case cannot be played here, where it cannot.
    fn skips(&self, case: &Case) -> Option<String>;
    /// Why a run says nothing about what the case asks, where it does not.
    fn shows_nothing(&self, case: &Case, run: &Run) -> Option<String> {
        let _ = (case, run);
        None
    }
    /// Whether the case is played after all others, and no other one meanwhile.
    fn is_played_alone(&self, case: &Case) -> bool {
        let _ = case;
        false
    }
    /// Whether the run may have suffered from those beside it, and is made again alone.
    fn wants_another_try(&self, case: &Case, run: &Run) -> bool {
        let _ = (case, run);
        false
    }
    /// Plays the case over a connection for it, and judges it.
    fn run(&self, case: &Case, link: &mut dyn Link) -> Run {
        run(case, link)
    }
    /// A new connection for one case. An error is the environment's, such as a refused connection.
    fn link(&self, case: &Case) -> Result<Box<dyn Link>, String>;
}

impl Target for Subject {
    fn name(&self) -> &str {
        self.name
    }

    fn version(&self) -> &str {
        self.version
    }

    fn skips(&self, _: &Case) -> Option<String> {
        None
    }

    fn link(&self, case: &Case) -> Result<Box<dyn Link>, String> {
        Ok((self.make)(case))
    }
}

/// What came of one case on one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Played {
    Ran(Run),
    /// The subject lacks what the case needs, or does what the case cannot see through.
    Skipped(String),
}

impl Played {
    /// The run, unless it was skipped.
    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        match self {
            Played::Ran(run) => Some(run),
            Played::Skipped(_) => None,
        }
    }

    /// What the environment did to the run: not the subject's doing.
    #[must_use]
    pub fn harness_failure(&self) -> Option<&str> {
        self.run()?.transcript.timeless().find_map(|kind| match kind {
            EventKind::Harness(message) => Some(message.as_str()),
            _ => None,
        })
    }
}

/// How far a suite has come, after a case.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    pub done: usize,
    pub of: usize,
    pub case: &'a Case,
    pub subject: &'a str,
}

/// Plays every case on every target, `threads` at a time. For each case, one result per target,
/// both in the order given.
pub fn play_all(
    cases: &[Case],
    targets: &[&dyn Target],
    threads: usize,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Vec<Vec<Played>> {
    let jobs = cases.len() * targets.len();
    let of_job = |job: usize| (&cases[job / targets.len()], targets[job % targets.len()]);
    let is_alone = |job: &usize| {
        let (case, target) = of_job(*job);
        target.is_played_alone(case)
    };
    let (alone, together): (Vec<usize>, Vec<usize>) = (0..jobs).partition(is_alone);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Vec<Mutex<Option<Played>>> = (0..jobs).map(|_| Mutex::new(None)).collect();
    let play_job = |job: usize| {
        let (case, target) = of_job(job);
        let played = play(case, target);
        *results[job].lock().unwrap_or_else(PoisonError::into_inner) = Some(played);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        progress(Progress { done, of: jobs, case, subject: target.name() });
    };
    let work = || {
        while let Some(job) = together.get(next.fetch_add(1, Ordering::Relaxed)) {
            play_job(*job);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(together.len()) {
            scope.spawn(work);
        }
        work();
    });
    alone.into_iter().for_each(play_job);
    for job in together {
        let (case, target) = of_job(job);
        let mut played = results[job].lock().unwrap_or_else(PoisonError::into_inner);
        let run = played.as_ref().and_then(Played::run);
        if threads > 1 && run.is_some_and(|run| target.wants_another_try(case, run)) {
            *played = Some(play(case, target));
        }
    }
    let mut results = results.into_iter().map(|slot| {
        let played = slot.into_inner().unwrap_or_else(PoisonError::into_inner);
        played.expect("every job was taken by one thread, and all threads have ended")
    });
    cases.iter().map(|_| results.by_ref().take(targets.len()).collect()).collect()
}

/// As many threads as there are cores.
#[must_use]
pub fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Plays one case on one target.
pub fn play(case: &Case, target: &dyn Target) -> Played {
    play_as(case, target, |link| target.run(case, link))
}

/// Makes the target's link for `case`, has `work` play on it, and sees to panics on either side.
pub fn play_as(case: &Case, target: &dyn Target, work: impl FnOnce(&mut dyn Link) -> Run) -> Played {
    if let Some(reason) = target.skips(case) {
        return Played::Skipped(reason);
    }
    // To make a subject and to drop it are its own work: a panic there is its fault.
    let mut link = match quietly(|| target.link(case)) {
        Ok(Ok(link)) => link,
        Ok(Err(message)) => return only(case, EventKind::Harness(message)),
        Err(panic) => return only(case, EventKind::Panicked(panic.message)),
    };
    // Adapters catch the panics of their subjects, so that one which gets here is the runner's.
    let mut run = match quietly(|| work(&mut *link)) {
        Ok(run) => run,
        Err(panic) => {
            let _ = quietly(|| drop(link));
            return only(
                case,
                EventKind::Harness(format!("the runner panicked: {} at {}", panic.message, panic.place)),
            );
        }
    };
    if let Err(panic) = quietly(|| drop(link)) {
        let at = run.transcript.events.last().map_or(Duration::ZERO, |event| event.at);
        run.transcript.events.push(Event { at, kind: EventKind::Panicked(panic.message) });
        run.verdict = judge(&case.expect, &run.transcript);
    }
    match target.shows_nothing(case, &run) {
        Some(reason) => Played::Skipped(reason),
        None => Played::Ran(run),
    }
}

/// A run in which only this happened.
fn only(case: &Case, kind: EventKind) -> Played {
    let transcript = Transcript { events: vec![Event { at: Duration::ZERO, kind }] };
    Played::Ran(Run { verdict: judge(&case.expect, &transcript), transcript })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::SubjectEvent;
    use crate::judge::words::alive;
    use crate::judge::Outcome;
    use crate::script::App;

    /// A subject that misbehaves as its name says.
    struct Fake(&'static str);

    impl Target for Fake {
        fn name(&self) -> &str {
            self.0
        }

        fn version(&self) -> &str {
            "1"
        }

        fn skips(&self, case: &Case) -> Option<String> {
            (self.0 == "picky").then(|| format!("not {}", case.id))
        }

        fn link(&self, _: &Case) -> Result<Box<dyn Link>, String> {
            match self.0 {
                "unreachable" => Err("connection refused".into()),
                "panics when made" => panic!("made"),
                name => Ok(Box::new(FakeLink(name))),
            }
        }
    }

    struct FakeLink(&'static str);

    impl Link for FakeLink {
        fn write(&mut self, _: &[u8]) {
            assert!(self.0 != "breaks the runner", "written");
        }
        fn close(&mut self) {}
        fn block(&mut self, _: bool) {}
        fn call(&mut self, _: usize, _: &App) {}
        fn advance(&mut self) -> Vec<SubjectEvent> {
            Vec::new()
        }
        fn now(&self) -> Duration {
            Duration::ZERO
        }
        fn is_remote(&self) -> bool {
            false
        }
    }

    impl Drop for FakeLink {
        fn drop(&mut self) {
            assert!(self.0 != "panics when dropped", "dropped");
        }
    }

    fn case(id: &'static str) -> Case {
        Case { id, script: |s| s.open(), expect: alive(), ..Case::DEFAULT }
    }

    #[test]
    fn whose_fault_it_is() {
        for (name, outcome, harness, reason) in [
            ("silent", Outcome::Inconclusive, false, "no SETTINGS"),
            ("unreachable", Outcome::Inconclusive, true, "connection refused"),
            ("breaks the runner", Outcome::Inconclusive, true, "the runner panicked: written"),
            ("panics when made", Outcome::Fail, false, "the subject panicked: made"),
            ("panics when dropped", Outcome::Fail, false, "the subject panicked: dropped"),
        ] {
            let played = play(&case("a/b"), &Fake(name));
            let run = played.run().unwrap();
            assert_eq!(run.verdict.outcome, outcome, "{name}");
            assert!(run.verdict.reason.contains(reason), "{name}: {}", run.verdict.reason);
            assert_eq!(played.harness_failure().is_some(), harness, "{name}");
        }
        assert_eq!(play(&case("a/b"), &Fake("picky")), Played::Skipped("not a/b".into()));
    }

    /// Counts the runs at a time. The first run of `a/b` fails, as those beside it made it fail.
    #[derive(Default)]
    struct Crowded {
        now: AtomicUsize,
        most_beside_alone: AtomicUsize,
        finished: Mutex<Vec<&'static str>>,
    }

    impl Target for Crowded {
        fn name(&self) -> &str {
            "crowded"
        }

        fn version(&self) -> &str {
            "1"
        }

        fn skips(&self, _: &Case) -> Option<String> {
            None
        }

        fn is_played_alone(&self, case: &Case) -> bool {
            case.id == "a/a"
        }

        fn wants_another_try(&self, _: &Case, run: &Run) -> bool {
            run.verdict.outcome == Outcome::Fail
        }

        fn run(&self, case: &Case, _: &mut dyn Link) -> Run {
            let beside = self.now.fetch_add(1, Ordering::SeqCst);
            if case.id == "a/a" {
                self.most_beside_alone.fetch_max(beside, Ordering::SeqCst);
            }
            let mut finished = self.finished.lock().unwrap();
            let outcome = match case.id {
                "a/b" if !finished.contains(&"a/b") => Outcome::Fail,
                "a/c" => Outcome::Fail,
                _ => Outcome::Pass,
            };
            finished.push(case.id);
            drop(finished);
            self.now.fetch_sub(1, Ordering::SeqCst);
            let reason = String::new();
            let verdict = crate::judge::Verdict { outcome, ending: crate::judge::Ending::Clean, reason };
            Run { verdict, transcript: Transcript::default() }
        }

        fn link(&self, _: &Case) -> Result<Box<dyn Link>, String> {
            Ok(Box::new(FakeLink("crowded")))
        }
    }

    fn crowd(threads: usize) -> (Crowded, Vec<Outcome>) {
        let crowded = Crowded::default();
        let cases = ["a/a", "a/b", "a/c", "a/d"].map(case);
        let results = play_all(&cases, &[&crowded], threads, &|_| {});
        let outcomes = results.iter().map(|row| row[0].run().unwrap().verdict.outcome).collect();
        (crowded, outcomes)
    }

    #[test]
    fn a_run_that_may_have_suffered_from_others_is_made_again() {
        let (crowded, outcomes) = crowd(3);
        assert_eq!(outcomes, [Outcome::Pass, Outcome::Pass, Outcome::Fail, Outcome::Pass]);
        let of = |id| crowded.finished.lock().unwrap().iter().filter(|finished| **finished == id).count();
        assert_eq!(["a/a", "a/b", "a/c", "a/d"].map(of), [1, 2, 2, 1]);
    }

    #[test]
    fn a_run_that_nothing_was_beside_is_not_made_again() {
        let (_, outcomes) = crowd(1);
        assert_eq!(outcomes[1], Outcome::Fail);
    }

    #[test]
    fn what_is_played_alone_comes_after_all_others() {
        let (crowded, _) = crowd(3);
        assert_eq!(crowded.most_beside_alone.load(Ordering::SeqCst), 0);
        let finished = crowded.finished.lock().unwrap();
        let at = finished.iter().position(|id| *id == "a/a");
        // Behind the first run of each of the others.
        assert_eq!(at, Some(3), "{finished:?}");
    }

    #[test]
    fn results_stand_in_the_order_of_the_cases() {
        let ids = ["a/a", "a/b", "a/c", "a/d", "a/e"];
        let cases = ids.map(case);
        let seen = Mutex::new(0);
        let results = play_all(&cases, &[&Fake("picky"), &Fake("silent")], 4, &|_| *seen.lock().unwrap() += 1);
        assert_eq!(*seen.lock().unwrap(), 10);
        for (id, row) in ids.iter().zip(&results) {
            assert_eq!(row[0], Played::Skipped(format!("not {id}")));
            assert!(row[1].run().is_some());
        }
        assert_eq!(results.len(), 5);
    }
}
