//! `results.json`: the shape that other programs rely on. Fields may be added, never taken away.

use std::collections::BTreeMap;

use serde::Serialize;

use super::log::{lines, LOG};
use super::{millis, GIT, NAME, VERSION};
use crate::compare::Difference;
use crate::problem::Problem;
use crate::results::{Cell, Results, Row, Status, Tally};
use crate::suite::Played;

#[derive(Serialize)]
struct File<'a> {
    tool: Tool,
    headline: String,
    subjects: Vec<Subject<'a>>,
    cases: Vec<Case<'a>>,
    summary: Summary<'a>,
    differences: Vec<Differing<'a>>,
    claims: Vec<Claim>,
    problems: Vec<Wrong<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
    git: &'static str,
}

#[derive(Serialize)]
struct Subject<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct Case<'a> {
    id: &'a str,
    role: &'a str,
    topic: &'a str,
    title: &'a str,
    level: &'a str,
    requires: &'a [&'a str],
    patch: Option<&'a str>,
    patches: Vec<&'a str>,
    results: BTreeMap<&'a str, Result<'a>>,
}

#[derive(Serialize)]
struct Result<'a> {
    outcome: &'a str,
    ending: Option<&'a str>,
    reason: &'a str,
    millis: f64,
    /// Whether that is as it should be: `fine`, `known`, `unexpected`, `broken` or `skipped`.
    #[serde(rename = "standing")]
    status: &'a str,
    /// Why it falls short, where that is known.
    known: Option<&'a str>,
    /// What happened, a line an event, where the result is unexpected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    frames: Vec<String>,
}

#[derive(Serialize)]
struct Summary<'a> {
    #[serde(flatten)]
    subjects: BTreeMap<&'a str, Counts>,
    differences: usize,
    unclaimed: usize,
    problems: usize,
}

#[derive(Serialize)]
struct Counts {
    pass: usize,
    weak: usize,
    fail: usize,
    not_available: usize,
    inconclusive: usize,
    skipped: usize,
}

#[derive(Serialize)]
struct Differing<'a> {
    case: &'a str,
    class: &'a str,
    patches: Vec<&'a str>,
    /// The first thing that happened on the first subject but not on the second, and the other way
    /// round.
    first: [&'a str; 2],
}

#[derive(Serialize)]
struct Claim {
    patch: &'static str,
    subject: &'static str,
    class: &'static str,
    proven_by: &'static [&'static str],
    changes: &'static [&'static str],
}

#[derive(Serialize)]
struct Wrong<'a> {
    kind: &'a str,
    case: Option<&'a str>,
    subject: Option<&'a str>,
    patch: Option<&'a str>,
    text: String,
}

pub(super) fn render(results: &Results) -> String {
    let results = File {
        tool: Tool { name: NAME, version: VERSION, git: GIT },
        headline: super::headline(results),
        subjects: results.subjects.iter().map(|p| Subject { name: &p.name, version: &p.version }).collect(),
        cases: results.rows.iter().map(|row| case(results, row)).collect(),
        summary: summary(results),
        differences: results.differences.iter().flatten().map(differing).collect(),
        claims: results.claims.0.iter().map(claim).collect(),
        problems: results.problems.iter().map(wrong).collect(),
    };
    let mut text = serde_json::to_string_pretty(&results).expect("every key is a string");
    text.push('\n');
    text
}

fn case<'a>(results: &'a Results, row: &'a Row) -> Case<'a> {
    let names = results.subjects.iter().map(|info| info.name.as_str());
    Case {
        id: row.case.id,
        role: row.case.role.name(),
        topic: row.case.topic(),
        title: row.case.title,
        level: row.case.level().name(),
        requires: row.case.requires,
        patch: row.patches.first().map(|patch| patch.slug),
        patches: row.patches.iter().map(|patch| patch.slug).collect(),
        results: names.zip(row.cells.iter().map(result)).collect(),
    }
}

fn result(cell: &Cell) -> Result<'_> {
    let (status, known) = match &cell.status {
        Status::Fine => ("fine", None),
        Status::Known(reason) => ("known", Some(reason.as_str())),
        Status::Unexpected => ("unexpected", None),
        Status::Broken => ("broken", None),
        Status::Skipped => ("skipped", None),
    };
    let frames = match (&cell.status, &cell.played) {
        (Status::Unexpected, Played::Ran(run)) => lines(&run.transcript, LOG),
        _ => Vec::new(),
    };
    match &cell.played {
        Played::Ran(run) => Result {
            outcome: if cell.not_available { "not-available" } else { run.verdict.outcome.name() },
            ending: Some(run.verdict.ending.name()),
            reason: &run.verdict.reason,
            millis: millis(run),
            status,
            known,
            frames,
        },
        Played::Skipped(reason) => {
            Result { outcome: "skipped", ending: None, reason, millis: 0.0, status, known, frames }
        }
    }
}

fn summary(results: &Results) -> Summary<'_> {
    let counts = |at: usize| {
        let Tally { pass, weak, fail, not_available, inconclusive, skipped } = results.tally(at);
        Counts { pass, weak, fail, not_available, inconclusive, skipped }
    };
    Summary {
        subjects: results.subjects.iter().enumerate().map(|(at, info)| (info.name.as_str(), counts(at))).collect(),
        differences: results.differences.as_ref().map_or(0, Vec::len),
        unclaimed: results.unclaimed(),
        problems: results.problems.len(),
    }
}

fn differing(difference: &Difference) -> Differing<'_> {
    Differing {
        case: difference.case,
        class: difference.class.name(),
        patches: difference.patches.iter().map(|patch| patch.slug).collect(),
        first: [&difference.first.before, &difference.first.after],
    }
}

fn claim(patch: &crate::claims::Patch) -> Claim {
    Claim {
        patch: patch.slug,
        subject: patch.subject,
        class: patch.class,
        proven_by: patch.proven_by,
        changes: patch.changes,
    }
}

fn wrong(problem: &Problem) -> Wrong<'_> {
    Wrong {
        kind: problem.kind(),
        case: problem.case(),
        subject: problem.subject(),
        patch: problem.patch(),
        text: problem.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, Value};

    use super::super::tests::sample;

    fn parsed() -> Value {
        serde_json::from_str(&super::render(&sample())).unwrap()
    }

    #[test]
    fn the_promised_fields_are_there() {
        let results = parsed();
        assert_eq!(results["tool"]["name"], "h2-conformance");
        assert!(results["tool"]["git"].is_string());
        assert_eq!(results["subjects"][1], json!({ "name": "patched", "version": "h2 <1>" }));
        let mended = &results["cases"][1];
        assert_eq!(mended["id"], "a/mended");
        assert_eq!(mended["topic"], "a");
        assert_eq!(mended["role"], "server");
        assert_eq!(mended["level"], "must");
        assert_eq!(mended["requires"], json!(["rfc9113/6.7/length"]));
        assert_eq!(mended["patch"], "mends");
        assert_eq!(
            mended["results"]["upstream"],
            json!({
                "outcome": "fail", "ending": "clean", "reason": "canned", "millis": 2.0,
                "standing": "known", "known": "mended by patch mends",
            })
        );
        assert_eq!(results["cases"][0]["patch"], Value::Null);
        assert_eq!(results["cases"][5]["results"]["patched"]["outcome"], "skipped");
    }

    #[test]
    fn the_summary_counts() {
        let results = parsed();
        let summary = &results["summary"];
        assert_eq!(
            summary["patched"],
            json!({ "pass": 3, "weak": 1, "fail": 1, "not_available": 0, "inconclusive": 1, "skipped": 1 })
        );
        assert_eq!((&summary["differences"], &summary["unclaimed"]), (&json!(3), &json!(1)));
        assert_eq!(results["differences"][0]["class"], "better");
        assert_eq!(results["problems"].as_array().unwrap().len(), 3);
    }
}
