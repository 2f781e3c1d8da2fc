//! What a server receives of an upload over links of all lengths, and the memory that takes. In
//! memory, in virtual time, exact.

use std::time::Duration;

use super::transfer::{row, targets, Path, Record, Supply, Transfer};
use crate::figures::{Better, Figures, Row};
use crate::subject::{Application, Intake, Uploads, WindowSizes};

const ROUND_TRIPS_MS: [u64; 5] = [1, 10, 50, 100, 200];
const BANDWIDTHS: [(&str, u64); 2] = [("100Mbit", 100), ("1Gbit", 1000)];

/// What hyper's server sets by default.
const HYPER: WindowSizes = WindowSizes { stream: 1 << 20, connection: 1 << 20 };

pub(super) fn run() -> Result<Figures, String> {
    let paths: Vec<(String, Path)> = BANDWIDTHS
        .iter()
        .flat_map(|(name, megabits)| ROUND_TRIPS_MS.map(|ms| (format!("{ms}ms/{name}"), Path::new(ms, *megabits))))
        .collect();
    Ok(Figures::new("wan", rows(&paths)))
}

/// Row by row over all paths.
fn rows(paths: &[(String, Path)]) -> Vec<Row> {
    let records: Vec<[Option<Record>; 4]> = paths.iter().map(|(name, path)| measure(name, *path)).collect();
    let rows = |what: &str, unit: &str, better, figure: fn(&Record, Path) -> Option<f64>| -> Vec<Row> {
        let all = paths.iter().zip(&records);
        all.map(|((name, path), records)| {
            let figures = records.each_ref().map(|record| figure(record.as_ref()?, *path));
            row(format!("{what}/{name}"), unit, better, figures)
        })
        .collect()
    };
    [
        rows("link-share", "of link", Better::Higher, |record, path| {
            record.share(path.bandwidth, start_up(path), end(path))
        }),
        rows("start-up", "ms", Better::Lower, |record, path| Some(record.start_up(path)?.as_secs_f64() * 1e3)),
        rows("peak-bytes", "octets", Better::Lower, |record, _| Some(record.peak_unread as f64)),
        rows("peak-claim", "octets", Better::Lower, |record, _| Some(record.peak_committed as f64)),
        rows("settled-claim", "octets", Better::Lower, |record, _| Some(record.last_committed as f64)),
    ]
    .concat()
}

/// What a share is taken after.
fn start_up(path: Path) -> Duration {
    20 * path.round_trip + Duration::from_secs(2)
}

/// Whole round trips later, because less than a window comes in bursts.
fn end(path: Path) -> Duration {
    start_up(path) + 10 * path.round_trip + Duration::from_secs(1)
}

/// The runs of all targets. A figure cannot say why it is missing, so that goes to standard error.
fn measure(name: &str, path: Path) -> [Option<Record>; 4] {
    targets(path, HYPER).map(|target| {
        let intake = Intake { windows: target.windows, application: Application::Uploads(Uploads::default()) };
        let record = Transfer { intake, streams: 1, supply: Supply::Endless, path }.run(target.subject, end(path));
        record.inspect_err(|why| eprintln!("wan: {name} on {}: {why}", target.name)).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_give_the_same_figures_and_tuned_windows_fill_the_link() {
        let paths = [("10ms/10Mbit".to_owned(), Path::new(10, 10))];
        let rows = rows(&paths);
        assert_eq!(rows, super::rows(&paths));
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(
            names,
            ["link-share", "start-up", "peak-bytes", "peak-claim", "settled-claim"]
                .map(|row| format!("{row}/10ms/10Mbit"))
        );
        let tuned = rows[0].peer["upstream-tuned-windows"].0.expect("it goes on");
        assert!((tuned - 1.0).abs() < 0.01, "{tuned}");
    }

    #[test]
    fn the_fork_fills_a_long_link_that_the_release_does_not() {
        let rows = rows(&[("100ms/10Mbit".to_owned(), Path::new(100, 10))]);
        let [upstream, patched] = [rows[0].upstream, rows[0].patched].map(|figure| figure.0.expect("it goes on"));
        assert!(upstream < 0.6 && (patched - 1.0).abs() < 0.01, "{upstream}, {patched}");
    }

    #[test]
    fn the_window_of_the_fork_settles_at_twice_what_is_under_way() {
        let path = Path::new(50, 100);
        let rows = rows(&[("50ms/100Mbit".to_owned(), path)]);
        let settled = rows.last().and_then(|row| row.patched.0).expect("it goes on");
        let under_way = path.bandwidth as f64 * path.round_trip.as_secs_f64();
        assert!(settled > under_way && settled < 2.25 * under_way, "{settled} where {under_way} are under way");
    }
}
