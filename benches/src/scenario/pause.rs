//! What one upload gets of a link before and after pauses in which nothing is sent. In memory, in
//! virtual time, exact.

use std::time::Duration;

use super::transfer::{Path, Phases, Record, Supply, Transfer};
use crate::figures::{Better, Figures, Row};
use crate::subject::{Application, Intake, Uploads, WindowSizes, BOTH};

/// A window for stream and connection, and the link: 5 and 50 MB/s.
const SETTINGS: [(&str, u32, Path); 2] =
    [("65535", 65_535, Path::new(200, 40)), ("1MiB", 1 << 20, Path::new(200, 400))];

const PAUSE: Duration = Duration::from_secs(2);
const OTHER_PAUSES: [(&str, Duration); 3] =
    [("500ms", Duration::from_millis(500)), ("5s", Duration::from_secs(5)), ("60s", Duration::from_secs(60))];

const PHASES: [&str; 3] = ["before", "after-1", "after-2"];

/// Goodput of a phase is taken between these times from its begin, whole round trips.
const START_UP: Duration = Duration::from_secs(6);
const SEND: Duration = Duration::from_secs(8);

pub(super) fn run() -> Result<Figures, String> {
    let (mut rows, mut others, mut committed_rows) = (Vec::new(), Vec::new(), Vec::new());
    for (name, window, path) in SETTINGS {
        let records = measure(name, window, path, PAUSE, false);
        rows.extend(shares(path, PAUSE, &records, |phase| format!("link-share/{name}/{phase}")));
        let committed = |record: &Option<Record>| Some(record.as_ref()?.peak_committed as f64);
        let [upstream, patched] = records.each_ref().map(committed);
        committed_rows.push(Row::new(format!("peak-claim/{name}"), "octets", Better::Lower, upstream, patched));
        for (span, pause) in OTHER_PAUSES {
            let records = measure(name, window, path, pause, false);
            let all = shares(path, pause, &records, |phase| format!("link-share/{name}/{phase}-of-{span}"));
            // The first phase is the same, however long the pause after it.
            others.extend(all.into_iter().skip(1));
        }
        let records = measure(name, window, path, PAUSE, true);
        let all = shares(path, PAUSE, &records, |phase| format!("link-share/{name}/new-stream/{phase}"));
        others.extend(all.into_iter().skip(1));
    }
    Ok(Figures::new("pause", [rows, others, committed_rows].concat()))
}

fn phases(pause: Duration, new_streams: bool) -> Phases {
    Phases { send: SEND, pause, new_streams }
}

/// The runs of both. A figure cannot say why it is missing, so that goes to standard error.
fn measure(name: &str, window: u32, path: Path, pause: Duration, new_streams: bool) -> [Option<Record>; 2] {
    let windows = Some(WindowSizes { stream: window, connection: window });
    let intake = Intake { windows, application: Application::Uploads(Uploads::default()) };
    let phases = phases(pause, new_streams);
    let streams = if new_streams { PHASES.len() as u32 } else { 1 };
    let transfer = Transfer { intake, streams, supply: Supply::Phases(phases), path };
    let until = phases.start(PHASES.len() as u32 - 1) + SEND;
    BOTH.map(|(who, subject)| {
        let record = transfer.run(subject, until);
        record.inspect_err(|why| eprintln!("pause: {name}, {} s on {who}: {why}", pause.as_secs_f64())).ok()
    })
}

/// A row for each phase.
fn shares(path: Path, pause: Duration, records: &[Option<Record>; 2], name: impl Fn(&str) -> String) -> Vec<Row> {
    let rows = (0..).zip(PHASES).map(|(number, phase)| {
        let start = phases(pause, false).start(number);
        let share = |record: &Option<Record>| record.as_ref()?.share(path.bandwidth, start + START_UP, start + SEND);
        let [upstream, patched] = records.each_ref().map(share);
        Row::new(name(phase), "of link", Better::Higher, upstream, patched)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_are_the_same_and_the_release_gets_a_window_in_a_round_trip_in_every_phase() {
        let (name, window, path) = SETTINGS[0];
        for new_streams in [false, true] {
            let records = measure(name, window, path, PAUSE, new_streams);
            assert_eq!(records, measure(name, window, path, PAUSE, new_streams));
            let rows = shares(path, PAUSE, &records, str::to_owned);
            let window_a_round_trip = f64::from(window) / (path.bandwidth as f64 * path.round_trip.as_secs_f64());
            for (row, phase) in rows.iter().zip(PHASES) {
                let upstream = row.upstream.0.expect("it goes on");
                assert!(upstream > window_a_round_trip / 2.0 && upstream <= window_a_round_trip, "{row:?}");
                assert_eq!(row.name, phase);
            }
            let before = rows[0].patched.0.expect("it goes on");
            assert!((before - 1.0).abs() < 0.01, "{before}");
        }
    }
}
