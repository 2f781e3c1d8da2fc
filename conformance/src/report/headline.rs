//! The results in one sentence. Never a percentage: which cases fall short matters, not how many
//! there happen to be.

use crate::judge::Outcome;
use crate::problem::Problem;
use crate::results::{Results, Row, Status, PATCHED, UPSTREAM};
use crate::spec::Level;

/// The first sentence of every report.
#[must_use]
pub fn headline(results: &Results) -> String {
    let names: Vec<&str> = results.subjects.iter().map(|info| info.name.as_str()).collect();
    if results.is_broken() {
        let broken = results.problems.iter().filter(|problem| matches!(problem, Problem::BrokenHarness { .. })).count();
        let mut unfinished = results.problems.iter().filter(|problem| matches!(problem, Problem::Unfinished { .. }));
        if let Some(stopped) = unfinished.next() {
            return format!("The run did not come to its end: {stopped}.");
        }
        return format!("The runner could not do its part: {} nothing.", count(broken, "result says", "results say"));
    }
    let cases = played(results);
    match (&results.differences, results.problems.is_empty()) {
        (Some(differences), true) if names == [UPSTREAM, PATCHED] => {
            let differences = count(differences.len(), "difference", "differences");
            format!(
                "The fork holds: nothing unexpected in {cases}{}; {differences} from upstream, each claimed by a patch.",
                known(results)
            )
        }
        (Some(_), false) if names == [UPSTREAM, PATCHED] => format!("The fork does not hold: {}.", kinds(results)),
        (Some(differences), true) => {
            let differences = count(differences.len(), "difference", "differences");
            format!("Nothing unexpected in {cases} on {}; {differences} between them.", names.join(" and "))
        }
        (None, true) => format!("Nothing unexpected in {cases} on {}{}.", names.join(" and "), known(results)),
        (_, false) => format!("Not as expected on {}: {}, of {cases}.", names.join(" and "), kinds(results)),
    }
}

/// How many cases were played, and how many were not. A comparison counts a case that one of the
/// two played.
fn played(results: &Results) -> String {
    let is_skipped = |row: &&Row| row.cells.iter().all(|cell| cell.status == Status::Skipped);
    let skipped = results.rows.iter().filter(is_skipped).count();
    let cases = count(results.rows.len() - skipped, "case", "cases");
    match skipped {
        0 => cases,
        number => format!("{cases} ({number} skipped)"),
    }
}

/// `5 fail (3 must, 2 should)`, and the same of other outcomes.
fn unexpected(results: &Results) -> Vec<String> {
    const OUTCOMES: [Outcome; 4] = [Outcome::Fail, Outcome::Weak, Outcome::Inconclusive, Outcome::Pass];
    let found = results.problems.iter().filter_map(|problem| match problem {
        Problem::Unexpected { outcome, level, .. } => Some((*outcome, *level)),
        _ => None,
    });
    let found: Vec<(Outcome, Level)> = found.collect();
    let of = |wanted: Outcome| {
        let levels: Vec<Level> =
            found.iter().filter(|(outcome, _)| *outcome == wanted).map(|(_, level)| *level).collect();
        let of_level = |level: Level| levels.iter().filter(|one| **one == level).count();
        let parts = Level::ALL.map(|level| (of_level(level), level.name()));
        let parts = parts.iter().filter(|(number, _)| *number > 0).map(|(number, name)| format!("{number} {name}"));
        let parts: Vec<String> = parts.collect();
        (!levels.is_empty()).then(|| format!("{} {} ({})", levels.len(), wanted.name(), parts.join(", ")))
    };
    OUTCOMES.into_iter().filter_map(of).collect()
}

/// How many cases the subject, of two the second, is known to fall short of: to be expected is not
/// to be well.
fn known(results: &Results) -> String {
    let cells = results.rows.iter().filter_map(|row| row.cells.last());
    match cells.filter(|cell| matches!(cell.status, Status::Known(_))).count() {
        0 => String::new(),
        number => format!(" ({number} known to fall short)"),
    }
}

/// `1 case` or `2 cases`.
pub(super) fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// How many problems there are of each kind, in words.
fn kinds(results: &Results) -> String {
    const WORDS: [(&[&str], &str, &str); 6] = [
        (&["worse"], "case worse than upstream", "cases worse than upstream"),
        (&["unclaimed"], "unclaimed difference", "unclaimed differences"),
        (
            &["claim-of-unknown-case", "claim-passes-upstream", "claim-fails-on-fork", "stale-change"],
            "claim that does not hold",
            "claims that do not hold",
        ),
        (
            &["stale-expectation", "expectation-of-unknown-case", "unreadable-expectation"],
            "stale expectation",
            "stale expectations",
        ),
        (&["unsteady"], "unsteady result", "unsteady results"),
        (&["too-few-played"], "--min-played not reached", "times --min-played not reached"),
    ];
    let found = WORDS.iter().filter_map(|(kinds, one, more)| {
        let number = results.problems.iter().filter(|problem| kinds.contains(&problem.kind())).count();
        (number > 0).then(|| count(number, one, more))
    });
    unexpected(results).into_iter().chain(found).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    #[test]
    fn the_worst_news_comes_first() {
        let mut results = sample();
        assert_eq!(headline(&results), "The runner could not do its part: 1 result says nothing.");
        let (subject, why) = ("patched".to_owned(), "the run was interrupted".to_owned());
        let all = std::mem::replace(&mut results.problems, vec![Problem::Unfinished { subject, cases: 3, why }]);
        let stopped = "The run did not come to its end: 3 cases were not played on patched: the run was interrupted.";
        assert_eq!(headline(&results), stopped);
        results.problems = all;
        results.problems.retain(|problem| problem.kind() != "broken-harness");
        assert_eq!(headline(&results), "The fork does not hold: 1 fail (1 must), 1 case worse than upstream.");
        results.problems.clear();
        assert_eq!(
            headline(&results),
            "The fork holds: nothing unexpected in 7 cases (1 known to fall short); 3 differences from upstream, each \
             claimed by a patch."
        );
    }
}
