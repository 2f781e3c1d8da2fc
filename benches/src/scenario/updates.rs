//! How many WINDOW_UPDATEs an upload costs, by the reader's pace and the size of the windows. In memory and exact.

use crate::figures::{Better, Figures, Row};
use crate::subject::{Reader, Upload, BOTH};

const WINDOWS: [(&str, u32); 2] = [("64KiB", 64 << 10), ("1MiB", 1 << 20)];

/// A pace: frames that arrive in a turn, and what the reader does in it.
const PACES: [(&str, usize, Reader); 3] = [
    // Keeps up: it has read everything before the next frame arrives.
    ("fast", 1, Reader::Everything),
    // Half as fast as its peer: there is always something left to read.
    ("slow", 2, Reader::Chunk),
    // Returns credit in crumbs, as a parser does that works record by record.
    ("tiny", 1, Reader::Octets(100)),
];

/// Default windows and a peer that uses them up at once, as on a fast network.
const UPLOAD: Upload = Upload { window: None, frames: usize::MAX, reader: Reader::Chunk };

pub(super) fn run() -> Result<Figures, String> {
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
    Ok(Figures::new("updates", counts))
}

/// The increments that both sent. A figure cannot say why it is missing, so that goes to standard error.
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

/// Of no increments there is none.
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
        assert_eq!(run(), run());
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
