//! CPU time of one operation beside many streams in one state, and beside many connections. In
//! memory; each state of each h2 in a process of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use cpu_time::ThreadTime;

use crate::figures::{Better, Figures, Row};
use crate::subject::{Beside, Loaded, Operation, Subject, BOTH};
use crate::worker::{self, Patience, READY};

const STREAMS: [usize; 4] = [10, 1000, 10_000, 100_000];
const CONNECTIONS: [usize; 3] = [10, 1000, 20_000];

const STATES: [(&str, Beside); 5] = [
    ("idle", Beside::Idle),
    ("reserved", Beside::Reserved),
    ("waiting", Beside::Waiting),
    ("unread", Beside::Unread),
    ("grown", Beside::Grown),
];

const OPERATIONS: [(&str, Operation); 8] = [
    ("ping", Operation::Ping),
    ("window-update", Operation::WindowUpdate),
    ("settings", Operation::Settings),
    ("reopen", Operation::Reopen),
    ("request", Operation::Request),
    ("upload", Operation::Upload),
    ("release", Operation::Release),
    ("snapshot", Operation::Snapshot),
];

/// Beside connections.
const OF_THE_PROCESS: [(&str, Operation); 2] = [("open", Operation::Open), ("totals", Operation::Snapshot)];

/// An operation that takes longer than this once does not count as one that finishes.
const LONGEST: Duration = Duration::from_secs(2);
/// A state that takes longer than this to set up does not count as one that can be reached.
const SET_UP: Duration = Duration::from_secs(10);

/// Operations are done in batches of about this time, until the whole time is spent: the fastest
/// batch counts.
const BATCH: Duration = Duration::from_millis(4);
const WHOLE: Duration = Duration::from_millis(120);
const MOST_IN_A_BATCH: u32 = 2000;

/// Processes for each state, upstream and the fork in turns; the fastest counts.
const ROUNDS: usize = 2;

pub(super) fn run() -> Result<Figures, String> {
    measure_all(&STREAMS, &CONNECTIONS, ROUNDS, &mut |arguments, patience| {
        let arguments: Vec<String> = std::iter::once("scale".to_owned()).chain(arguments.iter().cloned()).collect();
        worker::run(&mut worker::of_this_program(&arguments)?, patience)
    })
}

/// Starts a worker with these arguments.
type Ask<'a> = &'a mut dyn FnMut(&[String], Patience) -> Result<worker::Said, String>;

fn measure_all(streams: &[usize], connections: &[usize], rounds: usize, ask: Ask<'_>) -> Result<Figures, String> {
    let mut rows = BTreeMap::new();
    let states =
        STATES.iter().flat_map(|(state, beside)| streams.iter().map(move |n| (*state, operations(*beside), *n)));
    let process = connections.iter().map(|n| ("connections", OF_THE_PROCESS.to_vec(), *n));
    for (state, operations, load) in states.chain(process) {
        let mut fastest: [BTreeMap<&str, f64>; 2] = Default::default();
        for round in 0..rounds {
            for ((subject, _), fastest) in BOTH.iter().zip(&mut fastest) {
                // A state that could not be reached, or where nothing finishes, costs its time once
                // only.
                if round > 0 && fastest.is_empty() {
                    continue;
                }
                for (operation, us) in of_a_state(subject, state, &operations, load, ask)? {
                    let known = fastest.entry(operation).or_insert(us);
                    *known = known.min(us);
                }
            }
        }
        for (operation, _) in operations {
            let [upstream, patched] = fastest.each_ref().map(|fastest| fastest.get(operation).copied());
            rows.insert((place(operation), place(state), load), (operation, state, upstream, patched));
        }
    }
    let rows = rows.into_iter().map(|((_, _, load), (operation, state, upstream, patched))| {
        let state = if state == "connections" { "idle" } else { state };
        Row::new(format!("{operation}/{state}/{load}"), "us", Better::Lower, upstream, patched)
    });
    Ok(Figures::new("scale", rows.collect()))
}

/// Where rows of this operation or state are.
fn place(name: &str) -> usize {
    let operations = OPERATIONS.iter().chain(&OF_THE_PROCESS).map(|(operation, _)| *operation);
    let states = STATES.iter().map(|(state, _)| *state);
    operations.chain(states).position(|known| known == name).unwrap_or(usize::MAX)
}

/// Microseconds of each operation that finishes.
fn of_a_state<'a>(
    subject: &str,
    state: &str,
    operations: &[(&'a str, Operation)],
    load: usize,
    ask: Ask<'_>,
) -> Result<Vec<(&'a str, f64)>, String> {
    let mut figures = Vec::new();
    let mut rest = operations;
    while !rest.is_empty() {
        let mut arguments = vec![subject.to_owned(), state.to_owned(), load.to_string()];
        arguments.extend(rest.iter().map(|(name, _)| (*name).to_owned()));
        // The time of a batch comes on top of that of the longest operation.
        let said = ask(&arguments, Patience { set_up: SET_UP, figure: 2 * LONGEST + WHOLE })?;
        figures.extend(rest.iter().zip(&said.figures).map(|((name, _), (_, us))| (*name, *us)));
        if let Some(why) = &said.failure {
            let doing = rest.get(said.figures.len()).map_or("end", |(name, _)| name);
            eprintln!("scale: {subject}, {state}, {load}: {}: {why}", if said.is_ready { doing } else { "set-up" });
        }
        let done = if said.is_ready { said.figures.len() + 1 } else { rest.len() };
        rest = rest.get(done..).unwrap_or_default();
    }
    // What this h2 cannot do at all is no figure.
    figures.retain(|(_, us)| us.is_finite());
    Ok(figures)
}

/// The operations that make sense in a state.
fn operations(beside: Beside) -> Vec<(&'static str, Operation)> {
    let all = OPERATIONS.iter().copied();
    all.filter(|(_, operation)| beside != Beside::Waiting || *operation != Operation::Upload).collect()
}

/// The worker: a subject, a state, a load, and operations by name.
pub(super) fn work(arguments: &[String]) -> Result<(), String> {
    let [subject, state, load, operations @ ..] = arguments else {
        return Err("scale: expected a subject, a state, a load and operations".into());
    };
    let (_, subject) = BOTH.iter().find(|(name, _)| name == subject).ok_or("scale: no such subject")?;
    let load = load.parse().map_err(|_| "scale: the load is no number")?;
    let mut loaded = set_up(*subject, state, load)?;
    worker::say(READY, 0.0)?;
    for name in operations {
        let all = OPERATIONS.iter().chain(&OF_THE_PROCESS);
        let (_, operation) = all.clone().find(|(known, _)| known == name).ok_or("scale: no such operation")?;
        let us = time(loaded.as_mut(), *operation).map_err(|error| format!("{name}: {error}"))?;
        worker::say(name, us.unwrap_or(f64::NAN))?;
    }
    // What is left ends with the process; to drop it may take long.
    std::mem::forget(loaded);
    Ok(())
}

fn set_up(subject: Subject, state: &str, load: usize) -> Result<Box<dyn Loaded>, String> {
    if state == "connections" {
        return (subject.connections)(load);
    }
    let (_, beside) = STATES.iter().find(|(name, _)| *name == state).ok_or("scale: no such state")?;
    (subject.beside)(*beside, load)
}

/// Microseconds of CPU time; `None` where this h2 cannot do it.
fn time(loaded: &mut dyn Loaded, operation: Operation) -> Result<Option<f64>, String> {
    let mut fastest = Duration::MAX;
    // The first one warms up, and tells how many make a batch.
    let start = ThreadTime::now();
    if !loaded.operate(operation)? {
        return Ok(None);
    }
    let first = start.elapsed();
    if first > LONGEST {
        return Err(format!("takes {:.1} s", first.as_secs_f64()));
    }
    let mut times = batch(first);
    let whole = ThreadTime::now();
    let mut batches = 0;
    while batches < 3 || whole.elapsed() < WHOLE {
        let start = ThreadTime::now();
        for _ in 0..times {
            loaded.operate(operation)?;
        }
        let one = start.elapsed() / times;
        fastest = fastest.min(one);
        times = batch(one);
        batches += 1;
        if whole.elapsed() > LONGEST {
            break;
        }
    }
    Ok(Some(fastest.as_secs_f64() * 1e6))
}

fn batch(one: Duration) -> u32 {
    let times = BATCH.as_nanos() / one.as_nanos().max(1);
    u32::try_from(times).unwrap_or(MOST_IN_A_BATCH).clamp(1, MOST_IN_A_BATCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::Said;

    #[test]
    fn every_operation_is_done_beside_every_state_that_it_makes_sense_in() {
        for (name, subject) in BOTH {
            for (state, beside) in STATES {
                let mut loaded = (subject.beside)(beside, 3).unwrap_or_else(|why| panic!("{name}, {state}: {why}"));
                for (operation, does) in operations(beside) {
                    for _ in 0..50 {
                        let done = loaded.operate(does).unwrap_or_else(|e| panic!("{name}, {state}, {operation}: {e}"));
                        assert_eq!(done, name == "patched" || does != Operation::Snapshot);
                    }
                }
                assert!(loaded.operate(Operation::Open).is_err());
            }
        }
    }

    #[test]
    fn a_figure_that_does_not_come_is_none_and_the_operations_after_it_are_measured_all_the_same() {
        let mut asked = Vec::new();
        let figures = measure_all(&[10], &[], 1, &mut |arguments, _| {
            asked.push(arguments.join(" "));
            let (subject, rest) = (&arguments[0], &arguments[3..]);
            if arguments[1] == "grown" {
                return Ok(Said { failure: Some("no figure".into()), ..Said::default() });
            }
            let hangs = |name: &&String| subject != "patched" || *name != "settings";
            let figures: Vec<_> = rest.iter().take_while(hangs).map(|name| (name.clone(), 1.5)).collect();
            let failure = (figures.len() < rest.len()).then(|| "no figure".to_owned());
            Ok(Said { is_ready: true, figures, failure })
        })
        .expect("workers can be started");
        let row = |name: &str| {
            let row = figures.rows.iter().find(|row| row.name == name).expect("it is measured");
            (row.upstream.0, row.patched.0)
        };
        assert_eq!(row("ping/idle/10"), (Some(1.5), Some(1.5)));
        assert_eq!(row("settings/idle/10"), (Some(1.5), None));
        assert_eq!(row("snapshot/idle/10"), (Some(1.5), Some(1.5)));
        assert_eq!(row("ping/grown/10"), (None, None));
        assert!(!figures.rows.iter().any(|row| row.name == "upload/waiting/10"));
        assert!(asked.contains(&"patched idle 10 reopen request upload release snapshot".to_owned()), "{asked:?}");
    }

    #[test]
    fn what_an_h2_cannot_do_is_no_figure_and_the_fastest_round_counts() {
        let mut next = [3.0, 2.0].into_iter();
        let figures = measure_all(&[], &[10], 2, &mut |arguments, _| {
            let us = if arguments[0] == "patched" { next.next().expect("there are two rounds") } else { f64::NAN };
            let figures = arguments[3..].iter().map(|name| (name.clone(), us)).collect();
            Ok(Said { is_ready: true, figures, failure: None })
        })
        .expect("workers can be started");
        let rows: Vec<_> = figures.rows.iter().map(|row| (row.name.as_str(), row.upstream.0, row.patched.0)).collect();
        assert_eq!(rows, [("open/idle/10", None, Some(2.0)), ("totals/idle/10", None, Some(2.0))]);
    }

    /// An operation that takes a time that is known.
    struct Busy(Duration);

    impl Loaded for Busy {
        fn operate(&mut self, operation: Operation) -> Result<bool, String> {
            let start = ThreadTime::now();
            while start.elapsed() < self.0 {}
            Ok(operation == Operation::Ping)
        }
    }

    #[test]
    fn what_is_measured_is_the_time_of_one_operation() {
        for us in [20, 3000] {
            let mut busy = Busy(Duration::from_micros(us));
            let measured = time(&mut busy, Operation::Ping).expect("it works").expect("it can");
            assert!(measured >= us as f64 && measured < 1.2 * us as f64, "{us}: {measured}");
        }
        assert_eq!(time(&mut Busy(Duration::ZERO), Operation::Open), Ok(None));
        assert!(time(&mut Busy(LONGEST), Operation::Ping).is_err());
    }
}
