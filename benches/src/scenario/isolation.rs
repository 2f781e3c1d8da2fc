//! What readers get beside others that stopped reading, all on one connection. In memory, in
//! virtual time, exact.

use std::time::Duration;

use super::transfer::{row, targets, Path, Record, Supply, Transfer};
use crate::figures::{Better, Figures, Row};
use crate::subject::{Application, Intake, Uploads, WindowSizes};

const PATH: Path = Path::new(10, 1000);

/// Uploads at once, or responses pushed beside the one that is read.
const STREAMS: u32 = 100;
const STOPPED: [u32; 3] = [1, 10, 99];

/// Goodput is taken between these. Unread content has used up its windows before.
const START: Duration = Duration::from_secs(5);
const END: Duration = Duration::from_secs(6);

/// What hyper's server and its client set by default.
const HYPER_SERVER: WindowSizes = WindowSizes { stream: 1 << 20, connection: 1 << 20 };
const HYPER_CLIENT: WindowSizes = WindowSizes { stream: 2 << 20, connection: 5 << 20 };

/// What all targets do.
type Runs = [Option<Record>; 4];

pub(super) fn run() -> Result<Figures, String> {
    Ok(Figures::new("isolation", rows(PATH)))
}

fn rows(path: Path) -> Vec<Row> {
    let uploads =
        |stopped| runs(path, HYPER_SERVER, STREAMS, Application::Uploads(Uploads { stopped, ..Uploads::default() }));
    let download = |pushes| runs(path, HYPER_CLIENT, pushes, Application::Download);

    let (all_read, alone) = (uploads(0), download(0));
    let disturbed = STOPPED.map(|stopped| (format!("{stopped}-of-{STREAMS}"), uploads(stopped), &all_read));
    let pushes = ("unpolled-pushes".to_owned(), download(STREAMS), &alone);
    let disturbed: Vec<_> = disturbed.into_iter().chain([pushes]).collect();
    let undisturbed = [(format!("0-of-{STREAMS}"), &all_read), ("no-pushes".to_owned(), &alone)];

    let mut rows = Vec::new();
    for (name, runs, yardstick) in &disturbed {
        let (shares, all) = (goodput(path, runs), goodput(path, yardstick));
        let shares = std::array::from_fn(|at| Some(shares[at]? / all[at]?));
        rows.push(row(format!("share/{name}"), "of all", Better::Higher, shares));
    }
    for (name, runs) in &undisturbed {
        rows.push(row(format!("link-share/{name}"), "of link", Better::Higher, goodput(path, runs)));
    }
    let everything = disturbed.iter().map(|(name, runs, _)| (name, runs));
    let everything: Vec<_> = everything.chain(undisturbed.iter().map(|(name, runs)| (name, *runs))).collect();
    let peaks = |what: &str, peak: fn(&Record) -> u64| -> Vec<Row> {
        let each = everything.iter().map(|(name, runs)| {
            let peaks = runs.each_ref().map(|run| Some(peak(run.as_ref()?) as f64));
            row(format!("{what}/{name}"), "octets", Better::Lower, peaks)
        });
        each.collect()
    };
    rows.extend(peaks("peak-bytes", |run| run.peak_unread));
    rows.extend(peaks("peak-claim", |run| run.peak_committed));
    rows
}

/// A figure cannot say why it is missing, so that goes to standard error.
fn runs(path: Path, of_hyper: WindowSizes, streams: u32, application: Application) -> Runs {
    targets(path, of_hyper).map(|target| {
        let intake = Intake { windows: target.windows, application };
        let record = Transfer { intake, streams, supply: Supply::Endless, path }.run(target.subject, END);
        record.inspect_err(|why| eprintln!("isolation: {application:?} on {}: {why}", target.name)).ok()
    })
}

/// The goodput of the readers that go on, together; `None` where nothing comes any more.
fn goodput(path: Path, runs: &Runs) -> [Option<f64>; 4] {
    runs.each_ref().map(|run| run.as_ref()?.share(path.bandwidth, START, END))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_give_the_same_figures_and_the_release_stalls_behind_ten_where_the_fork_does_not() {
        let path = Path::new(10, 10);
        let rows = rows(path);
        assert_eq!(rows, super::rows(path));
        let row = |name: &str| rows.iter().find(|row| row.name == name).expect("it is measured");
        for name in ["share/1-of-100", "share/99-of-100", "link-share/0-of-100", "peak-claim/no-pushes"] {
            row(name);
        }
        assert!(row("link-share/0-of-100").upstream.0.is_some_and(|share| share > 0.3));
        assert_eq!(row("share/10-of-100").upstream.0, None);
        assert_eq!(row("share/unpolled-pushes").upstream.0, None);
        assert_eq!(row("peak-bytes/10-of-100").upstream.0, Some(65_535.0));
        for name in ["share/1-of-100", "share/10-of-100", "share/unpolled-pushes"] {
            assert!(row(name).patched.0.is_some_and(|share| share > 0.95), "{name}: {:?}", row(name).patched);
        }
    }
}
