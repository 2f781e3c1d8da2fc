//! A comparison on one screen: how many cases of each level, and which patches changed how many.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::headline::count;
use super::text::{paint, tally_in_words, Look, BOLD, FAINT};
use crate::compare::{Class, Difference};
use crate::results::{Results, Tally};
use crate::spec::Level;

/// Columns of a terminal that are filled.
const WIDTH: usize = 100;

const LEVELS: [Level; 4] = [Level::Must, Level::Should, Level::May, Level::Quality];

pub(super) fn write(out: &mut String, results: &Results, differences: &[Difference], look: Look) -> fmt::Result {
    levels(out, results, look)?;
    patches(out, differences, look)?;
    writeln!(out, "{}\n", paint("Every topic and difference: --verbose", FAINT, look))
}

/// How many results of each kind each subject has, by the level of the cases.
fn levels(out: &mut String, results: &Results, look: Look) -> fmt::Result {
    let names = results.subjects.iter().map(|info| info.name.clone());
    let mut table = vec![("level".to_owned(), "cases".to_owned(), names.collect::<Vec<String>>())];
    for level in LEVELS {
        let rows: Vec<_> = results.rows.iter().filter(|row| row.case.level() == level).collect();
        if rows.is_empty() {
            continue;
        }
        let cells =
            (0..results.subjects.len()).map(|at| tally_in_words(Tally::of(rows.iter().map(|row| &row.cells[at]))));
        table.push((level.name().to_owned(), rows.len().to_string(), cells.collect()));
    }
    let widths: Vec<usize> = (0..results.subjects.len())
        .map(|column| table.iter().map(|(_, _, cells)| cells[column].len()).max().unwrap_or(0))
        .collect();
    for (at, (level, cases, cells)) in table.iter().enumerate() {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = format!("{level:7}  {cases:>5}   {}", cells.collect::<Vec<_>>().join("   "));
        let line = line.trim_end();
        writeln!(out, "{}", if at == 0 { paint(line, BOLD, look) } else { line.to_owned() })?;
    }
    writeln!(out)
}

/// How many differences there are of each class, and how many each patch claims first.
fn patches(out: &mut String, differences: &[Difference], look: Look) -> fmt::Result {
    let of_class = |class: Class| differences.iter().filter(|difference| difference.class == class).count();
    let classes = [
        (Class::Better, "better"),
        (Class::Added, "not available before"),
        (Class::Worse, "worse"),
        (Class::Frames, "with other frames"),
    ];
    let classes = classes.map(|(class, word)| (of_class(class), word));
    let there = classes.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}"));
    let there: Vec<String> = there.collect();
    let heading = count(differences.len(), "difference", "differences");
    let heading = if there.is_empty() { heading } else { format!("{heading}: {}", there.join(", ")) };
    writeln!(out, "{}", paint(&heading, BOLD, look))?;
    let mut claimed: BTreeMap<&str, usize> = BTreeMap::new();
    for patch in differences.iter().filter_map(|difference| difference.patches.first()) {
        *claimed.entry(patch.slug).or_default() += 1;
    }
    let mut claimed: Vec<(&str, usize)> = claimed.into_iter().collect();
    claimed.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    wrapped(out, claimed.iter().map(|(slug, number)| format!("{slug} {number}")))?;
    writeln!(out)
}

/// Words with commas between them, in lines of at most [`WIDTH`] columns.
fn wrapped(out: &mut String, words: impl Iterator<Item = String>) -> fmt::Result {
    let mut line = String::new();
    for word in words {
        if line.len() + word.len() + 4 > WIDTH {
            writeln!(out, "  {line},")?;
            line.clear();
        }
        if !line.is_empty() {
            line += ", ";
        }
        line += &word;
    }
    if line.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {line}")
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::super::text::{render, Detail};
    use super::*;

    #[test]
    fn a_comparison_is_levels_differences_by_patch_and_problems() {
        let report = render(&sample(), Look { colour: false, detail: Detail::Summary });
        for line in ["3 differences: 1 better, 1 worse, 1 with other frames", "  mends 2"] {
            assert!(report.lines().any(|there| there == line), "no line {line:?} in\n{report}");
        }
        assert!(report.starts_with("h2-conformance") && report.contains("\nlevel "), "{report}");
        assert!(report.contains("worse  b/worse") && !report.contains("better  a/mended"), "{report}");
    }

    #[test]
    fn lines_are_no_wider_than_a_terminal() {
        let mut out = String::new();
        wrapped(&mut out, (0..50).map(|number| format!("a-patch-with-a-name {number}"))).expect("a string");
        assert!(out.lines().all(|line| line.len() <= WIDTH) && out.lines().count() > 5, "{out}");
        assert_eq!(out.matches("a-patch").count(), 50);
    }
}
