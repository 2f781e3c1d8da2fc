//! The results for a terminal.

use std::fmt::{self, Write as _};

use super::attacks;
use super::headline::{count, headline};
use super::log::lines_of;
use super::{summary, GIT, NAME, VERSION};
use crate::compare::{Class, Difference};
use crate::results::{Cell, Results, Row, Status, Tally};
use crate::suite::Played;

/// How much to tell, and whether in colour.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    pub colour: bool,
    pub detail: Detail,
}

/// How much to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    #[default]
    Everything,
    /// What fits on a screen, of a comparison; else everything.
    Summary,
    /// What is wrong, and the headline.
    WhatIsWrong,
}

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
pub(super) const FAINT: &str = "2";
pub(super) const BOLD: &str = "1";

pub(super) fn render(results: &Results, look: Look) -> String {
    let mut out = String::new();
    write_all(&mut out, results, look).expect("a string takes any text");
    out
}

fn write_all(out: &mut String, results: &Results, look: Look) -> fmt::Result {
    match (look.detail, &results.differences) {
        (Detail::WhatIsWrong, _) => {}
        (Detail::Summary, Some(differences)) => {
            title(out, results)?;
            summary::write(out, results, differences, look)?;
            known(out, results, look)?;
        }
        _ => {
            title(out, results)?;
            topics(out, results, look)?;
            differences(out, results, look)?;
            known(out, results, look)?;
            attacks::write(out, results, look)?;
            skipped(out, results, look)?;
        }
    }
    problems(out, results, look)?;
    let colour = if results.problems.is_empty() { GREEN } else { RED };
    writeln!(out, "{}", paint(&headline(results), colour, look))
}

fn title(out: &mut String, results: &Results) -> fmt::Result {
    let infos = results.subjects.iter().map(|info| match info.version.as_str() {
        // Nothing on the wire tells the version of a server elsewhere.
        "unknown" => info.name.clone(),
        version => format!("{} ({version})", info.name),
    });
    let cases = count(results.rows.len(), "case", "cases");
    let infos = infos.collect::<Vec<_>>().join(" and ");
    writeln!(out, "{NAME} {VERSION} ({GIT}): {cases} on {infos}\n")
}

/// How many results of each kind each subject has in each topic.
fn topics(out: &mut String, results: &Results, look: Look) -> fmt::Result {
    let mut topics: Vec<&str> = Vec::new();
    for row in &results.rows {
        if !topics.contains(&row.case.topic()) {
            topics.push(row.case.topic());
        }
    }
    let of_topic = |topic| results.rows.iter().filter(move |row| row.case.topic() == topic).collect();
    tallies(out, results, "topic", topics.into_iter().map(|topic| (topic, of_topic(topic))), look)
}

/// A table with a line a group of cases: how many results of each kind each subject has.
pub(super) fn tallies<'a>(
    out: &mut String,
    results: &Results,
    heading: &str,
    groups: impl Iterator<Item = (&'a str, Vec<&'a Row>)>,
    look: Look,
) -> fmt::Result {
    let names = results.subjects.iter().map(|info| info.name.clone());
    let mut table = vec![(heading.to_owned(), "cases".to_owned(), names.collect::<Vec<String>>())];
    for (name, rows) in groups {
        let cells =
            (0..results.subjects.len()).map(|at| tally_in_words(Tally::of(rows.iter().map(|row| &row.cells[at]))));
        table.push((name.to_owned(), rows.len().to_string(), cells.collect()));
    }
    let width = table.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..results.subjects.len())
        .map(|column| table.iter().map(|(_, _, cells)| cells[column].len()).max().unwrap_or(0))
        .collect();
    for (at, (name, cases, cells)) in table.iter().enumerate() {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let cells = cells.collect::<Vec<_>>().join("   ");
        let line = format!("{name:width$}  {cases:>5}   {cells}");
        let line = line.trim_end();
        writeln!(out, "{}", if at == 0 { paint(line, BOLD, look) } else { line.to_owned() })?;
    }
    writeln!(out)
}

/// `9 pass, 1 weak`: what there is none of is left out.
pub(super) fn tally_in_words(tally: Tally) -> String {
    let Tally { pass, weak, fail, not_available, inconclusive, skipped } = tally;
    let counts = [
        (pass, "pass"),
        (weak, "weak"),
        (fail, "fail"),
        (not_available, "not available"),
        (inconclusive, "inconclusive"),
        (skipped, "skipped"),
    ];
    let there = counts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}"));
    there.collect::<Vec<_>>().join(", ")
}

fn differences(out: &mut String, results: &Results, look: Look) -> fmt::Result {
    let Some(differences) = &results.differences else { return Ok(()) };
    if differences.is_empty() {
        return writeln!(out, "No differences.\n");
    }
    writeln!(out, "{}", paint(&count(differences.len(), "difference", "differences"), BOLD, look))?;
    let width = differences.iter().map(|difference| difference.case.len()).max().unwrap_or(0);
    for difference in differences {
        let colour = match difference.class {
            Class::Better | Class::Added => GREEN,
            Class::Worse => RED,
            Class::Frames => YELLOW,
        };
        let class = paint(&format!("{:6}", difference.class.name()), colour, look);
        let change = change(results, difference);
        writeln!(out, "  {class}  {:width$}  {change}  {}", difference.case, owners(results, difference))?;
    }
    writeln!(out)
}

/// What the outcome was and is.
pub(super) fn change(results: &Results, difference: &Difference) -> String {
    let row = results.rows.iter().find(|row| row.case.id == difference.case);
    let words: Vec<String> = row.iter().flat_map(|row| &row.cells).map(cell_in_words).collect();
    words.join(" -> ")
}

/// The patches that claim a difference, or that none does.
pub(super) fn owners(results: &Results, difference: &Difference) -> String {
    if difference.patches.is_empty() {
        // Only the fork has patches that could.
        return if results.claims.0.is_empty() { String::new() } else { "NO PATCH".into() };
    }
    difference.patches.iter().map(|patch| patch.slug).collect::<Vec<_>>().join(", ")
}

/// Outcome and ending, the latter where it says something.
pub(super) fn cell_in_words(cell: &Cell) -> String {
    match &cell.played {
        Played::Skipped(_) => "skipped".into(),
        Played::Ran(_) if cell.not_available => "not available".into(),
        Played::Ran(run) => match (run.verdict.outcome.name(), run.verdict.ending.name()) {
            (outcome, "clean") => outcome.into(),
            (outcome, ending) => format!("{outcome} ({ending})"),
        },
    }
}

/// What falls short for a reason that is written down: named, so that it is not taken for a pass.
fn known(out: &mut String, results: &Results, look: Look) -> fmt::Result {
    for (at, info) in results.subjects.iter().enumerate() {
        let known = results.rows.iter().filter_map(|row| match &row.cells[at].status {
            Status::Known(reason) if info.expectations.entry(row.case.id).is_some() => Some((row, reason)),
            _ => None,
        });
        let known: Vec<_> = known.collect();
        if known.is_empty() {
            continue;
        }
        let heading = format!("{} known to fall short on {}", count(known.len(), "case is", "cases are"), info.name);
        writeln!(out, "{}", paint(&heading, BOLD, look))?;
        for (row, reason) in known {
            let line = format!("  {}  {}  {reason}", row.case.id, cell_in_words(&row.cells[at]));
            writeln!(out, "{}", paint(&line, FAINT, look))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Why cases were skipped, and how many for each reason.
fn skipped(out: &mut String, results: &Results, look: Look) -> fmt::Result {
    for (at, info) in results.subjects.iter().enumerate() {
        let mut reasons: Vec<(&str, usize)> = Vec::new();
        for row in &results.rows {
            let Played::Skipped(reason) = &row.cells[at].played else { continue };
            match reasons.iter_mut().find(|(known, _)| known == reason) {
                Some((_, number)) => *number += 1,
                None => reasons.push((reason, 1)),
            }
        }
        let all: usize = reasons.iter().map(|(_, number)| number).sum();
        if all == 0 {
            continue;
        }
        let heading = format!("{} skipped on {}", count(all, "case is", "cases are"), info.name);
        writeln!(out, "{}", paint(&heading, BOLD, look))?;
        for (reason, number) in reasons {
            writeln!(out, "{}", paint(&format!("  {number:>4}  {reason}"), FAINT, look))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn problems(out: &mut String, results: &Results, look: Look) -> fmt::Result {
    if results.problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint(&count(results.problems.len(), "problem", "problems"), BOLD, look))?;
    let mut has_frames = false;
    for problem in &results.problems {
        writeln!(out, "  {}  {problem}", paint(problem.kind(), RED, look))?;
        let Some(lines) = lines_of(problem, results) else { continue };
        has_frames = true;
        if look.detail == Detail::Everything {
            for line in lines {
                writeln!(out, "    {}", paint(&line, FAINT, look))?;
            }
        }
    }
    if has_frames && look.detail == Detail::Summary {
        writeln!(out, "  {}", paint("--verbose shows the frames of what is unexpected", FAINT, look))?;
    }
    writeln!(out)
}

pub(super) fn paint(text: &str, colour: &str, look: Look) -> String {
    if look.colour {
        format!("\x1b[{colour}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    #[test]
    fn topics_differences_and_problems_are_lines() {
        let report = render(&sample(), Look::default());
        for line in [
            "topic  cases   upstream                 patched",
            "a          3   1 pass, 1 weak, 1 fail   2 pass, 1 weak",
            "  better  a/mended  fail -> pass  mends",
            "  frames  b/moved   pass -> pass  mends",
            "  worse   b/worse   pass -> fail  NO PATCH",
            "  worse  b/worse: fail on the fork, pass on upstream",
            "  a/known  weak  a <known> weakness",
            "1 case is skipped on patched",
            "     1  no \u{1} API & such",
        ] {
            assert!(report.lines().any(|there| there == line), "no line {line:?} in\n{report}");
        }
        assert!(!report.contains('\x1b'));
    }

    #[test]
    fn frames_of_what_is_unexpected_are_shown_when_asked_for() {
        let unexpected = "  unexpected  b/worse";
        let below = |detail| {
            let report = render(&sample(), Look { colour: false, detail });
            let mut lines = report.lines().map(str::to_owned).skip_while(|line| !line.starts_with(unexpected));
            (lines.nth(1).unwrap_or_default(), report.contains("--verbose shows"))
        };
        let (frames, hint) = below(Detail::Everything);
        assert!(frames.contains(" ms  ") && !hint, "{frames}");
        let (frames, hint) = below(Detail::Summary);
        assert!(!frames.contains(" ms  ") && hint, "{frames}");
    }

    #[test]
    fn quiet_means_what_is_wrong_and_the_headline() {
        let report = render(&sample(), Look { colour: true, detail: Detail::WhatIsWrong });
        assert!(!report.contains("topic") && report.contains("b/spoilt") && report.contains('\x1b'));
        let mut results = sample();
        results.problems.clear();
        assert_eq!(render(&results, Look { colour: false, detail: Detail::WhatIsWrong }).lines().count(), 1);
    }
}
