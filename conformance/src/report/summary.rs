//! A comparison on one screen: how many cases of each level, and which patches changed how many.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::headline::count;
use super::text::{paint, tallies, Look, BOLD, FAINT};
use crate::compare::{Class, Difference};
use crate::results::Results;
use crate::spec::Level;

/// Columns of a terminal that are filled.
const WIDTH: usize = 100;

pub(super) fn write(out: &mut String, results: &Results, differences: &[Difference], look: Look) -> fmt::Result {
    levels(out, results, look)?;
    patches(out, differences, look)?;
    writeln!(out, "{}\n", paint("Every topic and difference: --verbose", FAINT, look))
}

/// How many results of each kind each subject has, by the level of the cases.
fn levels(out: &mut String, results: &Results, look: Look) -> fmt::Result {
    let of_level = |level: Level| results.rows.iter().filter(move |row| row.case.level() == level).collect::<Vec<_>>();
    let groups = Level::ALL.into_iter().map(|level| (level.name(), of_level(level)));
    tallies(out, results, "level", groups.filter(|(_, rows)| !rows.is_empty()), look)
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
