//! The receivers: both with their defaults, and the release with windows that are set once, as
//! peers of theirs.

use crate::figures::{Better, Figure, Row};
use crate::scenario::transfer::Path;
use crate::subject::{Subject, WindowSizes, PATCHED, UPSTREAM};

const OF_HYPER: &str = "upstream-hyper-windows";
const TUNED: &str = "upstream-tuned-windows";

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) struct Target {
    pub(in crate::scenario) name: &'static str,
    pub(in crate::scenario) subject: Subject,
    /// `None` leaves the defaults.
    pub(in crate::scenario) windows: Option<WindowSizes>,
}

/// All of them, on a path.
pub(in crate::scenario) fn targets(path: Path, of_hyper: WindowSizes) -> [Target; 4] {
    let windows = |name, windows| Target { name, subject: UPSTREAM, windows: Some(windows) };
    [
        Target { name: "upstream", subject: UPSTREAM, windows: None },
        Target { name: "patched", subject: PATCHED, windows: None },
        windows(OF_HYPER, of_hyper),
        windows(TUNED, path.tuned_windows()),
    ]
}

/// The figures of all of them, in their order.
pub(in crate::scenario) fn row(name: String, unit: &str, better: Better, figures: [Option<f64>; 4]) -> Row {
    let [upstream, patched, of_hyper, tuned] = figures;
    let mut row = Row::new(name, unit, better, upstream, patched);
    row.peer = [(OF_HYPER, of_hyper), (TUNED, tuned)].map(|(n, f)| (n.to_owned(), Figure(f))).into();
    row
}
