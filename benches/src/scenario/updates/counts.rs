//! How many WINDOW_UPDATEs an upload costs, by the reader's pace and the size of the windows.

use super::WINDOWS;
use crate::figures::{Better, Row};
use crate::subject::{ReadPerTurn, Upload, BOTH};

/// A pace: frames that arrive in a turn, and what the reader does in it.
const PACES: [(&str, usize, ReadPerTurn); 3] = [
    // Keeps up: it has read everything before the next frame arrives.
    ("fast", 1, ReadPerTurn::Everything),
    // Half as fast as its peer: there is always something left to read.
    ("slow", 2, ReadPerTurn::Chunk),
    // Returns credit in crumbs, as a parser does that works record by record.
    ("tiny", 1, ReadPerTurn::Octets(100)),
];

/// Default windows and a peer that uses them up at once, as on a fast network.
const UPLOAD: Upload = Upload { window: None, frames: usize::MAX, reader: ReadPerTurn::Chunk };

pub(super) fn rows() -> Vec<Row> {
    let mut counts = Vec::new();
    let mut increments = Vec::new();
    for (pace, frames, reader) in PACES {
        for (size, window) in WINDOWS {
            let seen = measure(&format!("{pace}/{size}"), &Upload { window: Some(window), frames, reader });
            counts.push(count_row(format!("count/{pace}/{size}"), &seen));
            let [upstream, patched] = seen.map(|increments| mean(&increments?));
            increments.push(Row::new(format!("increment/{pace}/{size}"), "octets", Better::Higher, upstream, patched));
        }
    }
    counts.push(count_row("count/upload/65535".into(), &measure("upload/65535", &UPLOAD)));
    counts.append(&mut increments);
    counts
}

/// The increments that both sent. A figure cannot say why it is missing, so that goes to standard
/// error.
fn measure(what: &str, plan: &Upload) -> [Option<Vec<u32>>; 2] {
    BOTH.map(|(name, subject)| {
        let seen = (subject.upload)(plan);
        seen.inspect_err(|why| eprintln!("updates: {what} on {name}: {why}")).ok()
    })
}

fn count_row(name: String, seen: &[Option<Vec<u32>>; 2]) -> Row {
    let [upstream, patched] = seen.each_ref().map(|seen| seen.as_ref().map(|all| all.len() as f64));
    Row::new(name, "updates", Better::Lower, upstream, patched)
}

/// Returns the mean, or `None` of no increments.
fn mean(increments: &[u32]) -> Option<f64> {
    let sum: f64 = increments.iter().map(|increment| f64::from(*increment)).sum();
    (!increments.is_empty()).then(|| sum / increments.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::PATCHED;

    #[test]
    fn two_runs_give_the_same_figures() {
        assert_eq!(rows(), rows());
    }

    #[test]
    fn the_fork_announces_halves_whatever_the_pace_and_the_release_does_not() {
        let count = |(pace, frames, reader): (&str, usize, ReadPerTurn), window| {
            let seen = measure(pace, &Upload { window: Some(window), frames, reader });
            seen.map(|increments| increments.map(|all| all.len()))
        };
        for (_, window) in WINDOWS {
            let [fast, slow, tiny] = PACES.map(|pace| count(pace, window)[1].expect("it ends"));
            let halves = Upload::OCTETS / (window as usize / 2);
            assert!(fast.abs_diff(halves) <= 1 && slow <= 2 * fast && tiny <= 2 * fast, "{fast}, {slow}, {tiny}");
        }
        let [upstream, patched] = measure("upload", &UPLOAD).map(|increments| increments.expect("it ends").len());
        assert!(patched.abs_diff(256) <= 1 && upstream > 500, "{upstream}, {patched}");
    }

    #[test]
    fn the_increments_add_up_to_what_was_sent_less_what_stays_unannounced() {
        for (_, frames, reader) in PACES {
            let window = 64 << 10;
            let seen = (PATCHED.upload)(&Upload { window: Some(window), frames, reader }).expect("it ends");
            let sum: usize = seen.iter().map(|increment| *increment as usize).sum();
            assert!((Upload::OCTETS - window as usize..=Upload::OCTETS).contains(&sum), "{reader:?}: {sum}");
        }
    }
}
