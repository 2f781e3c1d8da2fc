//! The classic experiment: fewer updates under load, and whether a sender waits for them. A
//! constant rate below what the link takes, in virtual time.

use std::time::Duration;

use crate::figures::{Better, Row};
use crate::scenario::transfer::{Path, Record, Supply, Transfer};
use crate::subject::{Announcing, Application, Intake, Subject, Uploads, WindowSizes, PATCHED, UPSTREAM};

const PATH: Path = Path::new(10, 1000);
const STREAMS: u32 = 10;
/// The load, in percent of the link.
const LOAD: u64 = 80;

/// Octets of the connection and of each stream.
const WINDOWS: WindowSizes = WindowSizes { connection: 4 << 20, stream: 1 << 20 };

/// What is compared. The release has one rule, which is measured beside both.
const POLICIES: [(&str, Announcing); 2] = [
    ("default", Announcing::Fixed),
    ("70-percent-5ms", Announcing::FixedBy { percent: 70, min_interval: Duration::from_millis(5) }),
];

/// Taken between these. What waited for the windows of the start has gone before.
const START: Duration = Duration::from_secs(1);
const END: Duration = Duration::from_secs(4);

pub(super) fn rows() -> Vec<Row> {
    let upstream = measure("upstream", UPSTREAM, Announcing::Fixed);
    let patched = POLICIES.map(|(policy, announcing)| measure(policy, PATCHED, announcing));
    let rows = |what: &str, unit: &str, figure: fn(&Record) -> Option<f64>| {
        [0, 1].map(|policy| {
            let name = format!("classic/{what}/{}", POLICIES[policy].0);
            let [upstream, patched] = [&upstream, &patched[policy]].map(|record| figure(record.as_ref()?));
            Row::new(name, unit, Better::Lower, upstream, patched)
        })
    };
    [
        rows("updates-per-second", "updates/s", |record| {
            Some(record.updates(START, END) as f64 / (END - START).as_secs_f64())
        }),
        rows("mean-latency", "ms", |record| Some(record.mean_latency(START, END)?.as_secs_f64() * 1e3)),
        rows("stalls", "frames", |record| Some(record.stalls(START, END) as f64)),
    ]
    .concat()
}

/// A figure cannot say why it is missing, so that goes to standard error.
fn measure(who: &str, subject: Subject, announcing: Announcing) -> Option<Record> {
    let record = transfer(WINDOWS, announcing).run(subject, END);
    record.inspect_err(|why| eprintln!("updates: classic on {who}: {why}")).ok()
}

fn transfer(windows: WindowSizes, announcing: Announcing) -> Transfer {
    let uploads = Uploads { announcing, ..Uploads::default() };
    let intake = Intake { windows: Some(windows), application: Application::Uploads(uploads) };
    Transfer { intake, streams: STREAMS, supply: Supply::Rate(PATH.bandwidth * LOAD / 100), path: PATH }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(windows: WindowSizes, subject: Subject) -> Record {
        transfer(windows, Announcing::Fixed).run(subject, END).expect("nothing is wrong")
    }

    #[test]
    fn two_runs_are_the_same() {
        for (subject, announcing) in [(UPSTREAM, POLICIES[0].1), (PATCHED, POLICIES[0].1), (PATCHED, POLICIES[1].1)] {
            let run = || transfer(WINDOWS, announcing).run(subject, START);
            assert_eq!(run(), run());
        }
    }

    #[test]
    fn with_windows_to_spare_a_half_is_announced_at_a_time_and_the_sender_never_waits() {
        let record = record(WINDOWS, PATCHED);
        let octets = (PATH.bandwidth * LOAD / 100) as f64 * (END - START).as_secs_f64();
        let halves = octets / f64::from(WINDOWS.connection / 2) + octets / f64::from(WINDOWS.stream / 2);
        // One more or less for each window.
        assert!((record.updates(START, END) as f64 - halves).abs() <= f64::from(STREAMS + 1));
        // Half of a round trip, and a full frame with its header on the line.
        let nanos = 16_393 * 1_000_000_000 / PATH.bandwidth;
        assert_eq!(record.mean_latency(START, END), Some(PATH.round_trip / 2 + Duration::from_nanos(nanos)));
        assert_eq!(record.stalls(START, END), 0);
    }

    #[test]
    fn a_connection_window_that_is_barely_enough_is_not_enough_for_halves() {
        let waits = |kib: u32| {
            let windows = WindowSizes { connection: kib << 10, ..WINDOWS };
            [UPSTREAM, PATCHED].map(|subject| record(windows, subject).stalls(START, END) > 0)
        };
        assert_eq!([2048, 1536, 1280].map(waits), [[false, false], [false, true], [true, true]]);
    }

    #[test]
    fn a_frame_that_waits_for_window_is_late() {
        // Less than what is to cross the link in a round trip.
        let small = WindowSizes { connection: 512 << 10, ..WINDOWS };
        for subject in [UPSTREAM, PATCHED] {
            assert!(record(small, subject).mean_latency(START, END).is_some_and(|latency| latency > PATH.round_trip));
        }
    }
}
