//! How many results of each kind there are, by level and by topic.

use std::fmt::{self, Write as _};

use super::super::escape;
use super::super::text::tally_in_words;
use super::{END_OF_TABLE, TABLE};
use crate::results::{Results, Row, Tally};
use crate::spec::Level;

/// The tables of totals. Topics are many, and folded.
pub(super) fn write(out: &mut String, results: &Results) -> fmt::Result {
    let of_level = |level: Level| results.rows.iter().filter(move |row| row.case.level() == level).collect();
    let levels = Level::ALL.into_iter().map(|level| (level.name(), of_level(level)));
    table(out, results, "level", levels.filter(|(_, rows): &(_, Vec<&Row>)| !rows.is_empty()))?;
    let mut topics: Vec<&str> = Vec::new();
    for row in &results.rows {
        if !topics.contains(&row.case.topic()) {
            topics.push(row.case.topic());
        }
    }
    let of_topic = |topic| results.rows.iter().filter(|row| row.case.topic() == topic).collect();
    writeln!(out, "<details><summary>By topic ({})</summary>", topics.len())?;
    table(out, results, "topic", topics.iter().map(|topic| (*topic, of_topic(*topic))))?;
    writeln!(out, "</details>")
}

fn table<'a>(
    out: &mut String,
    results: &Results,
    heading: &str,
    groups: impl Iterator<Item = (&'a str, Vec<&'a Row>)>,
) -> fmt::Result {
    write!(out, "{TABLE}\n<tr><th>{heading}</th><th>cases</th>")?;
    for info in &results.subjects {
        write!(out, "<th>{}</th>", escape(&info.name))?;
    }
    writeln!(out, "</tr>")?;
    for (name, rows) in groups {
        write!(out, "<tr><td>{}</td><td>{}</td>", escape(name), rows.len())?;
        for at in 0..results.subjects.len() {
            let tally = Tally::of(rows.iter().map(|row| &row.cells[at]));
            write!(out, "<td>{}</td>", tally_in_words(tally))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "{END_OF_TABLE}")
}
