//! The record of a run as a ladder: what the peer does stands at the left, what the subject does
//! stands to the right, and the application and the runner stand between.

use std::fmt::{self, Write as _};

use super::super::escape;
use super::super::log::{lines, LOG};
use crate::transcript::Transcript;

/// What stands behind the time of a line.
const MILLIS: &str = " ms  ";

/// Writes the lines; that at `parting`, if it is shown, is marked.
pub(super) fn write(out: &mut String, transcript: &Transcript, parting: Option<usize>) -> fmt::Result {
    let lines = lines(transcript, LOG);
    // Where the middle is left out, only the head's lines are at their numbers.
    let marked = parting.filter(|at| *at < LOG - LOG / 3 || lines.len() <= LOG);
    write!(out, "<pre>")?;
    for (at, line) in lines.iter().enumerate() {
        let (time, text) = line.split_at(line.find(MILLIS).map_or(0, |at| at + MILLIS.len()));
        let (tag, parts) = (tag_of(text), if marked == Some(at) { " class=\"parts\"" } else { "" });
        writeln!(out, "{time}<{tag}{parts}>{}</{tag}>", escape(text))?;
    }
    writeln!(out, "</pre>")
}

/// The element of a line, which says whose it is: `u` of the peer, `b` of the subject, `i` of
/// anything else. A page has a hundred thousand lines.
fn tag_of(text: &str) -> &'static str {
    match text {
        text if text.starts_with("peer ") => "u",
        text if text.starts_with("subject ") => "b",
        _ => "i",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Event, EventKind};
    use crate::wire::build::{ping, settings};
    use std::time::Duration;

    #[test]
    fn each_side_has_its_lines() {
        let kinds = [
            EventKind::Peer(settings()),
            EventKind::Subject(settings()),
            EventKind::Mark,
            EventKind::Probe(ping([1; 8])),
            EventKind::Accepted { stream: 1 },
        ];
        let events = kinds.map(|kind| Event { at: Duration::from_millis(1), kind }).to_vec();
        let mut out = String::new();
        write(&mut out, &Transcript { events }, Some(3)).expect("a string takes any text");
        let tags: Vec<&str> = out.lines().filter_map(|line| line.rsplit("</").next()?.strip_suffix('>')).collect();
        assert_eq!(tags, ["u", "b", "i", "u", "i", "pre"]);
        assert_eq!(out.matches("<u class=\"parts\">").count(), 1);
    }
}
