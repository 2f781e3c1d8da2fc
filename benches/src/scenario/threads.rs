//! Tasks on several threads that share a connection, and tasks with a connection each: requests a
//! second over loopback, client and server in one runtime.

use super::pairs::median_pair;
use crate::figures::{Better, Figures, Row};
use crate::subject::{Crowd, Subject};

const WORKERS: [usize; 3] = [1, 2, 4];
const CONNECTIONS: [usize; 2] = [1, 100];
const TASKS: usize = 100;
/// The requests of each task, one after the other.
const REQUESTS: usize = if cfg!(test) { 3 } else { 150 };

pub(super) fn run() -> Result<Figures, String> {
    let mut rows = Vec::new();
    for workers in WORKERS {
        for connections in CONNECTIONS {
            let crowd = Crowd { workers, connections, tasks: TASKS, requests: REQUESTS };
            let name = format!("requests/{workers}-workers/{connections}-connections");
            let both = median_pair(|subject| seconds(subject, crowd).map(Some));
            let [upstream, patched] = both.map_err(|error| format!("{name}: {error}"))?.map(rate);
            rows.push(Row::new(name, "requests/s", Better::Higher, upstream, patched));
        }
    }
    Ok(Figures::new("threads", rows))
}

fn seconds(subject: Subject, crowd: Crowd) -> std::io::Result<f64> {
    (subject.crowd)(crowd).map(|took| took.as_secs_f64())
}

fn rate(seconds: Option<f64>) -> Option<f64> {
    seconds.map(|seconds| (TASKS * REQUESTS) as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_is_measured_on_both() {
        let figures = run().expect("loopback works");
        assert_eq!(figures.rows.len(), WORKERS.len() * CONNECTIONS.len());
        for row in &figures.rows {
            assert!([row.upstream, row.patched].iter().all(|it| it.0.is_some_and(|rate| rate > 1.0)), "{row:?}");
        }
    }
}
