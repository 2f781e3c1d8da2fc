//! Wire logs in reports.

use std::time::Duration;

use crate::problem::Problem;
use crate::results::Results;
use crate::run::Run;
use crate::transcript::Transcript;

/// Lines of a wire log in a report. `explain` shows all.
pub(super) const LOG: usize = 150;

/// The lines of the run that a problem is about, if it is about one that came out other than
/// expected.
pub(super) fn lines_of(problem: &Problem, results: &Results) -> Option<Vec<String>> {
    let Problem::Unexpected { case, subject, .. } = problem else { return None };
    let at = results.subjects.iter().position(|info| info.name == *subject)?;
    let row = results.rows.iter().find(|row| row.case.id == *case)?;
    Some(lines(&row.cells.get(at)?.played.run()?.transcript, LOG))
}

/// A transcript's lines. Of more than `limit`, the middle is left out, and a line says so.
#[must_use]
pub fn lines(transcript: &Transcript, limit: usize) -> Vec<String> {
    let all = transcript.events.len();
    let line = |event: &crate::transcript::Event| format!("{:>7.1} ms  {}", event.at.as_secs_f64() * 1e3, event.kind);
    if all <= limit {
        return transcript.events.iter().map(line).collect();
    }
    let (head, tail) = (limit - limit / 3, limit / 3);
    let mut lines: Vec<String> = transcript.events[..head].iter().map(line).collect();
    lines.push(format!("            ... {} lines left out ...", all - head - tail));
    lines.extend(transcript.events[all - tail..].iter().map(line));
    lines
}

/// How long a run took, in milliseconds: virtual ones in memory, so that they are the same each
/// time.
#[must_use]
pub fn millis(run: &Run) -> f64 {
    let took = run.transcript.events.last().map_or(Duration::ZERO, |event| event.at);
    (took.as_secs_f64() * 1e4).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Event, EventKind};

    #[test]
    fn the_middle_of_a_long_log_is_left_out() {
        let event = |stream| Event { at: Duration::ZERO, kind: EventKind::Accepted { stream } };
        let transcript = Transcript { events: (0..100).map(event).collect() };
        assert_eq!(lines(&transcript, 100).len(), 100);
        let short = lines(&transcript, 10);
        assert_eq!(short.len(), 11);
        assert!(short[7].contains("90 lines left out"));
        assert!(short[10].ends_with("stream 99"));
    }
}
