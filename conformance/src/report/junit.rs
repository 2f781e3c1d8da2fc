//! JUnit XML, as CI systems read it: one suite per subject, and one for what is wrong with claims
//! and expectations.

use std::fmt::{self, Write as _};

use super::log::{lines, LOG};
use super::{escape, millis, NAME};
use crate::problem::Problem;
use crate::results::{Cell, Results, Row, Status};
use crate::suite::Played;

pub(super) fn render(results: &Results) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    write_all(&mut out, results).expect("a string takes any text");
    out
}

fn write_all(out: &mut String, results: &Results) -> fmt::Result {
    writeln!(out, "<testsuites name=\"{NAME}\">")?;
    for (at, info) in results.subjects.iter().enumerate() {
        suite(out, &info.name, results.rows.iter().map(|row| (row, &row.cells[at])).collect())?;
    }
    // The results of the subjects are above.
    let others = results
        .problems
        .iter()
        .filter(|problem| !matches!(problem, Problem::Unexpected { .. } | Problem::BrokenHarness { .. }));
    accounting(out, others.collect())?;
    writeln!(out, "</testsuites>")
}

fn suite(out: &mut String, subject: &str, results: Vec<(&Row, &Cell)>) -> fmt::Result {
    let count = |wanted: &dyn Fn(&Status) -> bool| results.iter().filter(|(_, cell)| wanted(&cell.status)).count();
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
        escape(subject),
        results.len(),
        count(&|status| *status == Status::Unexpected),
        count(&|status| *status == Status::Broken),
        count(&|status| matches!(status, Status::Known(_) | Status::Skipped)),
    )?;
    for (row, cell) in results {
        result(out, subject, row, cell)?;
    }
    writeln!(out, "  </testsuite>")
}

fn result(out: &mut String, subject: &str, row: &Row, cell: &Cell) -> fmt::Result {
    let seconds = cell.played.run().map_or(0.0, millis) / 1e3;
    write!(
        out,
        "    <testcase classname=\"{}.{}\" name=\"{}\" time=\"{seconds:.4}\"",
        escape(subject),
        escape(row.case.topic()),
        escape(row.case.id)
    )?;
    let said = match &cell.played {
        Played::Skipped(reason) => reason.clone(),
        Played::Ran(run) => format!("{}: {}", run.verdict.outcome.name(), run.verdict.reason),
    };
    let inner = match &cell.status {
        Status::Fine => return writeln!(out, "/>"),
        Status::Known(why) => format!("<skipped message=\"{}\"/>", escape(&format!("known: {why} ({said})"))),
        Status::Skipped => format!("<skipped message=\"{}\"/>", escape(&said)),
        Status::Unexpected => {
            let frames = cell.played.run().map(|run| lines(&run.transcript, LOG)).unwrap_or_default();
            let text = format!("{} ({})\n{}\n", row.case.title, row.case.level().name(), frames.join("\n"));
            format!("<failure message=\"{}\">{}</failure>", escape(&said), escape(&text))
        }
        Status::Broken => format!("<error message=\"{}\"/>", escape(&said)),
    };
    writeln!(out, ">{inner}</testcase>")
}

fn accounting(out: &mut String, problems: Vec<&Problem>) -> fmt::Result {
    let number = problems.len();
    writeln!(
        out,
        "  <testsuite name=\"account\" tests=\"{number}\" failures=\"{number}\" errors=\"0\" skipped=\"0\">"
    )?;
    for problem in problems {
        let about = problem.case().or(problem.patch()).or(problem.subject()).unwrap_or_default();
        writeln!(
            out,
            "    <testcase classname=\"results.{}\" name=\"{}\" time=\"0\"><failure message=\"{}\"/></testcase>",
            problem.kind(),
            escape(about),
            escape(&problem.to_string())
        )?;
    }
    writeln!(out, "  </testsuite>")
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;

    #[test]
    fn it_is_well_formed_and_its_counts_are_those_of_its_elements() {
        let report = super::render(&sample());
        let document = roxmltree::Document::parse(&report).unwrap_or_else(|error| panic!("{error}\n{report}"));
        let suites: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testsuite")).collect();
        let names: Vec<_> = suites.iter().map(|suite| suite.attribute("name").unwrap()).collect();
        assert_eq!(names, ["upstream", "patched", "account"]);
        for suite in suites {
            for (attribute, tag) in
                [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
            {
                let found = suite.descendants().filter(|node| node.has_tag_name(tag)).count();
                assert_eq!(suite.attribute(attribute), Some(found.to_string().as_str()), "{attribute}");
            }
        }
    }

    #[test]
    fn only_the_unexpected_fails() {
        let report = super::render(&sample());
        let document = roxmltree::Document::parse(&report).unwrap();
        let failed: Vec<_> = document
            .descendants()
            .filter(|node| node.has_tag_name("failure"))
            .map(|node| node.parent().unwrap().attribute("name").unwrap())
            .collect();
        assert_eq!(failed, ["b/worse", "b/worse"]);
    }
}
