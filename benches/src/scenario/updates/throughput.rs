//! What an upload gets of a link, by the reader's pace and the size of the windows. In virtual
//! time.

use std::time::Duration;

use super::WINDOWS;
use crate::figures::{Better, Figure, Row};
use crate::scenario::transfer::{Path, Supply, Transfer};
use crate::subject::{Announcing, Application, Intake, Pace, Subject, Uploads, WindowSizes, BOTH, PATCHED};

const PATH: Path = Path::new(1, 1000);

/// Fast, slow and tiny are what they are where updates are counted, but that there is time here:
/// the fast one takes none, the slow one takes a chunk in 200 us, 81.92 MB/s at most.
const PACES: [(&str, Pace); 3] =
    [("fast", Pace::Everything), ("slow", Pace::Chunk(Duration::from_micros(200))), ("tiny", Pace::Octets(100))];

/// The fork with its defaults: windows grow from where they are set.
const GROWING: &str = "patched-growing";

/// Taken between these: a hundred round trips after the start, over five hundred.
const START: Duration = Duration::from_millis(100);
const END: Duration = Duration::from_millis(600);

pub(super) fn rows() -> Vec<Row> {
    let all = PACES.iter().flat_map(|pace| WINDOWS.iter().map(move |window| (pace, window)));
    all.map(|((pace, reads), (size, window))| {
        let name = format!("throughput/{pace}/{size}");
        let figure = |who, subject, announcing| {
            let print_error = |why: &String| eprintln!("updates: {name} on {who}: {why}");
            megabytes(subject, announcing, *reads, *window).inspect_err(print_error).ok()?
        };
        let [upstream, patched] = BOTH.map(|(who, subject)| figure(who, subject, Announcing::Fixed));
        let growing = figure(GROWING, PATCHED, Announcing::Own);
        let mut row = Row::new(name, "MB/s", Better::Higher, upstream, patched);
        row.peer = [(GROWING.to_owned(), Figure(growing))].into();
        row
    })
    .collect()
}

/// Megabytes a second; `None` where nothing comes any more.
///
/// # Errors
///
/// How it ends the connection or the upload.
fn megabytes(subject: Subject, announcing: Announcing, pace: Pace, window: u32) -> Result<Option<f64>, String> {
    let uploads = Uploads { pace, announcing, ..Uploads::default() };
    let windows = Some(WindowSizes { stream: window, connection: window });
    let intake = Intake { windows, application: Application::Uploads(uploads) };
    let record = Transfer { intake, streams: 1, supply: Supply::Endless, path: PATH }.run(subject, END)?;
    Ok(record.share(PATH.bandwidth, START, END).map(|share| share * PATH.bandwidth as f64 / 1e6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_give_the_same_figure() {
        for (_, subject) in BOTH {
            for (_, pace) in PACES {
                let run = || megabytes(subject, Announcing::Own, pace, 64 << 10);
                assert_eq!(run(), run());
            }
        }
    }

    #[test]
    fn a_large_window_leaves_the_bounds_to_the_link_and_to_the_reader() {
        let [fast, slow, tiny] = PACES.map(|(_, pace)| {
            megabytes(PATCHED, Announcing::Fixed, pace, 1 << 20).expect("nothing is wrong").expect("it goes on")
        });
        // One frame more or less in the time, and nine octets of header in every frame.
        let frame = 16_384.0 / 1e6 / (END - START).as_secs_f64();
        let link = 125.0 * 16_384.0 / 16_393.0;
        assert!((fast - link).abs() <= frame && (slow - 81.92).abs() <= frame && (tiny - link).abs() <= frame);
    }
}
