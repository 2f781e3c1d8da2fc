//! The results for a pull request or a wiki.

use std::fmt::{self, Write as _};

use super::headline::headline;
use super::log::lines_of;
use super::text::{cell_in_words, change, owners, tally_in_words};
use super::{escape, GIT, NAME, VERSION};
use crate::results::{Results, Status};

/// Logs in one report: a comment on a pull request has to hold it.
const MOST_LOGS: usize = 8;

pub(super) fn render(results: &Results) -> String {
    let mut out = String::new();
    write_all(&mut out, results).expect("a string takes any text");
    out
}

fn write_all(out: &mut String, results: &Results) -> fmt::Result {
    writeln!(out, "# HTTP/2 conformance\n\n**{}**\n", headline(results))?;
    writeln!(out, "| subject | version | results |\n| --- | --- | --- |")?;
    for (at, info) in results.subjects.iter().enumerate() {
        row(out, &[&info.name, &info.version, &tally_in_words(results.tally(at))])?;
    }
    writeln!(out)?;
    problems(out, results)?;
    differences(out, results)?;
    table(out, results)?;
    frames(out, results)?;
    writeln!(out, "\n{NAME} {VERSION} ({GIT})")
}

fn problems(out: &mut String, results: &Results) -> fmt::Result {
    if results.problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "## What is wrong\n\n| kind | what |\n| --- | --- |")?;
    for problem in &results.problems {
        row(out, &[problem.kind(), &problem.to_string()])?;
    }
    writeln!(out)
}

fn differences(out: &mut String, results: &Results) -> fmt::Result {
    let Some(differences) = results.differences.as_ref().filter(|found| !found.is_empty()) else { return Ok(()) };
    writeln!(out, "## Differences\n\n| case | class | outcome | patch |\n| --- | --- | --- | --- |")?;
    for difference in differences {
        let change = change(results, difference);
        row(out, &[difference.case, difference.class.name(), &change, &owners(results, difference)])?;
    }
    writeln!(out)
}

fn table(out: &mut String, results: &Results) -> fmt::Result {
    let names = results.subjects.iter().map(|info| info.name.as_str());
    let head: Vec<&str> = ["case", "level", "sentence"].into_iter().chain(names).collect();
    writeln!(out, "## Results\n")?;
    row(out, &head)?;
    row(out, &vec!["---"; head.len()])?;
    for line in &results.rows {
        let cells = line.cells.iter().map(|cell| match &cell.status {
            Status::Unexpected => format!("{}, unexpected", cell_in_words(cell)),
            Status::Broken => "runner failed".to_owned(),
            Status::Known(reason) => format!("{}, {reason}", cell_in_words(cell)),
            Status::Fine | Status::Skipped => cell_in_words(cell),
        });
        let cells: Vec<String> = cells.collect();
        let mut columns = vec![line.case.id, line.case.level().name(), line.case.title];
        columns.extend(cells.iter().map(String::as_str));
        row(out, &columns)?;
    }
    Ok(())
}

/// The frames of what came out other than expected, each folded.
fn frames(out: &mut String, results: &Results) -> fmt::Result {
    let logs = results.problems.iter().filter_map(|problem| Some((problem, lines_of(problem, results)?)));
    for (at, (problem, lines)) in logs.enumerate() {
        if at == 0 {
            writeln!(out, "\n## Frames\n")?;
        }
        if at == MOST_LOGS {
            return writeln!(out, "The frames of the others are in the HTML and JSON reports.");
        }
        let summary = escape(&problem.to_string());
        writeln!(out, "<details><summary>{summary}</summary>\n\n```text\n{}\n```\n\n</details>", lines.join("\n"))?;
    }
    Ok(())
}

/// One row of a table. A cell may hold anything: what would end it or begin markup is escaped.
fn row(out: &mut String, cells: &[&str]) -> fmt::Result {
    for cell in cells {
        let cell = cell.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ");
        write!(out, "| {cell} ")?;
    }
    writeln!(out, "|")
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;

    #[test]
    fn every_row_has_the_columns_of_its_head() {
        let report = super::render(&sample());
        let mut columns = 0;
        for line in report.lines() {
            let bars = line.replace("\\|", "").matches('|').count();
            assert!(bars == 0 || columns == 0 || bars == columns, "{line}");
            columns = bars;
        }
    }

    #[test]
    fn frames_of_what_is_unexpected_are_folded() {
        let report = super::render(&sample());
        let (_, frames) = report.split_once("## Frames").expect("something is unexpected");
        assert!(frames.contains("<summary>b/worse") && frames.contains(" ms  "), "{frames}");
        assert_eq!(frames.matches("<details>").count(), frames.matches("</details>").count());
    }

    #[test]
    fn what_ends_a_cell_is_escaped() {
        let mut out = String::new();
        super::row(&mut out, &["a|b", "<c>\nd", "e\\"]).unwrap();
        assert_eq!(out, "| a\\|b | &lt;c> d | e\\\\ |\n");
    }
}
