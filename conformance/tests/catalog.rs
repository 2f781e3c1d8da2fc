//! The catalogue as named tests: every case on the fork, in memory, with what is known to fall
//! short.

use h2_conformance::case::Case;
use h2_conformance::catalog;
use h2_conformance::expectations::{Entry, Expectations};
use h2_conformance::run::Run;
use h2_conformance::subject::{Subject, IN_MEMORY};
use h2_conformance::suite;
use libtest_mimic::{Arguments, Failed, Trial};

/// The catalogue is played so often, and has to give the same record each time.
const ROUNDS: usize = 3;

fn main() {
    let subject = IN_MEMORY.iter().find(|subject| subject.name == "patched").expect("the fork is a subject");
    let expectations = Expectations::of(subject.name);
    let cases = catalog::all();
    let exists = |entry: &&Entry| cases.iter().any(|case| case.id == entry.case);
    let stale: Vec<&str> = expectations.entries().iter().filter(|e| !exists(e)).map(|e| e.case.as_str()).collect();
    let stale = stale.join(", ");
    let mut trials: Vec<Trial> = cases.into_iter().map(|case| on_patched(subject, case, &expectations)).collect();
    trials.push(Trial::test("expectations::name-cases-that-exist", move || {
        if stale.is_empty() {
            Ok(())
        } else {
            Err(format!("no such case: {stale}").into())
        }
    }));
    for subject in IN_MEMORY {
        trials.push(Trial::test(format!("{}::same-record-each-time", subject.name), || deterministic(subject)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn on_patched(subject: &'static Subject, case: Case, expectations: &Expectations) -> Trial {
    let known = expectations.entry(case.id).cloned();
    Trial::test(format!("{}::{}", subject.name, case.id), move || {
        let run = play(&case, subject)?;
        let found = run.verdict.outcome.name();
        let expected = known.as_ref().map_or("pass", |known| known.outcome.name());
        if found == expected {
            return Ok(());
        }
        let title = case.title;
        Err(Failed::from(format!("{title}: {found}, expected {expected}: {}\n{}", run.verdict.reason, run.transcript)))
    })
}

fn deterministic(subject: &Subject) -> Result<(), Failed> {
    for case in catalog::all() {
        let first = play(&case, subject)?;
        for _ in 1..ROUNDS {
            let again = play(&case, subject)?;
            if again != first {
                return Err(format!("{}\n{}\n{}", case.id, first.transcript, again.transcript).into());
            }
        }
    }
    Ok(())
}

/// Through the suite, which keeps panics of a subject quiet.
fn play(case: &Case, subject: &Subject) -> Result<Run, Failed> {
    let played = suite::play(case, subject);
    played.run().cloned().ok_or_else(|| Failed::from("skipped in memory"))
}
