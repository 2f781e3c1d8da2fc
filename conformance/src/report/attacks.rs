//! What became of attacks, for a terminal.

use std::fmt::{self, Write as _};

use super::text::{cell_in_words, paint, Look, BOLD};
use crate::endpoint::abuse::TOPIC;
use crate::judge::ending_in_words;
use crate::results::Results;
use crate::transcript::{EventKind, Transcript};

/// Writes a line for each attack. A pass does not say enough: what the server did about the attack
/// is for the reader to weigh.
pub(super) fn write(out: &mut String, results: &Results, look: Look) -> fmt::Result {
    let attacks: Vec<_> = results.rows.iter().filter(|row| row.case.topic() == TOPIC).collect();
    for (at, info) in results.subjects.iter().enumerate().filter(|_| !attacks.is_empty()) {
        writeln!(out, "{}", paint(&format!("attacks on {}", info.name), BOLD, look))?;
        for row in &attacks {
            let cell = &row.cells[at];
            let what = cell.played.run().map_or_else(String::new, |run| in_words(&run.transcript));
            let line = format!("  {:24}  {:4}  {what}", row.case.id, cell_in_words(cell));
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// How much was sent, what became of the others, how much memory it took, and how the attacker's
/// connection ended.
pub(super) fn in_words(transcript: &Transcript) -> String {
    let seen = transcript.timeless().filter_map(|kind| match kind {
        EventKind::Flood { frames, of } => Some(format!("sent {frames} of {of}")),
        EventKind::ProcessEnded => Some("the process has ended".into()),
        EventKind::Neighbour(neighbour) => Some(format!(
            "others: {} of {} answered, the slowest after {} ms",
            neighbour.answered,
            neighbour.asked,
            neighbour.slowest.as_millis()
        )),
        EventKind::Grown { bytes } => Some(format!("grows by {} MiB", bytes >> 20)),
        _ => None,
    });
    let end = format!("attacker: {}", ending_in_words(transcript));
    seen.chain(std::iter::once(end)).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;
    use crate::results::Row;
    use crate::suite::Played;
    use crate::transcript::{Event, Neighbour};
    use std::time::Duration;

    #[test]
    fn a_line_says_what_the_server_did() {
        let mut results = sample();
        let mut out = String::new();
        write(&mut out, &results, Look::default()).expect("a string takes any text");
        assert_eq!(out, "", "there are none");
        let attacked = |row: &Row| row.cells.iter().all(|cell| cell.played.run().is_some());
        let row = results.rows.iter_mut().find(|row| attacked(row)).expect("a row that was played");
        row.case.id = "abuse/ping";
        let Played::Ran(run) = &mut row.cells[0].played else { panic!("played") };
        let neighbour = Neighbour { asked: 3, answered: 2, slowest: Duration::from_micros(7_900) };
        for kind in [EventKind::Neighbour(neighbour), EventKind::Grown { bytes: 5 << 20 }] {
            run.transcript.events.push(Event { at: Duration::ZERO, kind });
        }
        write(&mut out, &results, Look::default()).expect("a string takes any text");
        let first = out.lines().nth(1).unwrap_or_default();
        assert!(first.starts_with("  abuse/ping  "), "{out}");
        assert!(
            first.contains("  others: 2 of 3 answered, the slowest after 7 ms; grows by 5 MiB; attacker: "),
            "{out}"
        );
    }
}
