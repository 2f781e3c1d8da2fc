//! The results of a run or a comparison: every result with its status, every difference, every
//! problem.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::claims::{Claims, Patch};
use crate::compare::{self, Difference, Pair};
use crate::expectations::Expectations;
use crate::figures::Figures;
use crate::judge::Outcome;
use crate::problem::Problem;
use crate::suite::{Played, Target};

/// The name of the release that the fork is compared with.
pub const UPSTREAM: &str = "upstream";
/// The name of the fork.
pub const PATCHED: &str = "patched";

/// What is known about a subject.
#[derive(Clone, Debug)]
pub struct SubjectInfo {
    pub name: String,
    pub version: String,
    /// What it is known to fall short of.
    pub expectations: Expectations,
    /// Patches that mend it: what proves them falls short here, as claimed.
    pub mended_by: Claims,
}

impl SubjectInfo {
    /// What this program knows about a target.
    #[must_use]
    pub fn of(target: &dyn Target) -> Self {
        let name = target.name();
        SubjectInfo {
            name: name.to_owned(),
            version: target.version().to_owned(),
            expectations: Expectations::of(name),
            mended_by: if name == UPSTREAM { Claims::OF_THE_FORK } else { Claims::NONE },
        }
    }
}

impl SubjectInfo {
    /// Whether the case asks for what the subject does not have.
    fn lacks(&self, case: &Case) -> bool {
        self.name == UPSTREAM && case.uses_additions()
    }
}

/// The status of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// The case passes.
    Fine,
    /// The case falls short, which is known, for this reason.
    Known(String),
    /// The case falls short unexpectedly.
    Unexpected,
    /// The runner could not do its part.
    Broken,
    /// The case was not played.
    Skipped,
}

/// One case on one subject.
#[derive(Clone, Debug)]
pub struct Cell {
    pub played: Played,
    pub status: Status,
    /// The case does not pass, and asks for what the subject does not have.
    pub not_available: bool,
}

/// One case on every subject.
#[derive(Clone, Debug)]
pub struct Row {
    pub case: Case,
    /// In the order of the subjects.
    pub cells: Vec<Cell>,
    /// The patches that claim a difference here.
    pub patches: Vec<&'static Patch>,
}

/// The results.
#[derive(Clone, Debug)]
pub struct Results {
    pub subjects: Vec<SubjectInfo>,
    pub rows: Vec<Row>,
    /// What differs between the two subjects of a comparison. `None` where nothing was compared.
    pub differences: Option<Vec<Difference>>,
    /// The patches whose claims were checked.
    pub claims: Claims,
    pub problems: Vec<Problem>,
    /// What benches measured, for the page to show.
    pub figures: Vec<Figures>,
}

/// How many results a subject has of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub pass: usize,
    pub weak: usize,
    pub fail: usize,
    /// Cases that ask for what the subject does not have. These are not among the others.
    pub not_available: usize,
    pub inconclusive: usize,
    pub skipped: usize,
}

impl Tally {
    /// The tally of these results.
    pub fn of<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> Self {
        let mut tally = Tally::default();
        cells.into_iter().for_each(|cell| tally.add(cell));
        tally
    }

    fn add(&mut self, cell: &Cell) {
        let count = match cell.played.run().map(|run| run.verdict.outcome) {
            _ if cell.not_available => &mut self.not_available,
            Some(Outcome::Pass) => &mut self.pass,
            Some(Outcome::Weak) => &mut self.weak,
            Some(Outcome::Fail) => &mut self.fail,
            Some(Outcome::Inconclusive) => &mut self.inconclusive,
            None => &mut self.skipped,
        };
        *count += 1;
    }
}

/// The runs that results are made from.
#[derive(Clone, Copy, Debug)]
pub struct Runs<'a> {
    pub subjects: &'a [SubjectInfo],
    pub cases: &'a [Case],
    /// For each case one result per subject.
    pub played: &'a [Vec<Played>],
    /// The whole catalogue, of which `cases` may be a part.
    pub catalogue: &'a [Case],
}

impl Runs<'_> {
    fn is_whole(&self) -> bool {
        self.cases.len() == self.catalogue.len()
    }

    fn is_known(&self, id: &str) -> bool {
        self.catalogue.iter().any(|case| case.id == id)
    }

    fn pairs(&self) -> Vec<Pair<'_>> {
        let runs = self.cases.iter().zip(self.played).filter_map(|(case, played)| match &played[..] {
            // A run that the environment spoilt says nothing about the subject.
            [before, after] if before.harness_failure().is_some() || after.harness_failure().is_some() => None,
            [before, after] => Some(Pair {
                case: case.id,
                before: before.run()?,
                after: after.run()?,
                not_available: self.subjects[0].lacks(case),
            }),
            _ => None,
        });
        runs.collect()
    }
}

impl Results {
    /// The results of cases on subjects that are not compared with each other.
    #[must_use]
    pub fn of_run(runs: Runs<'_>) -> Self {
        let mut problems = Vec::new();
        let mut rows: Vec<Row> = Vec::new();
        for (case, played) in runs.cases.iter().zip(runs.played) {
            let cells = runs.subjects.iter().zip(played).map(|(info, played)| {
                let status = status(info, case.id, played);
                problems.extend(problem_of(info, case, played, &status));
                let passes = played.run().is_some_and(|run| run.verdict.outcome == Outcome::Pass);
                let not_available = !passes && played.run().is_some() && info.lacks(case);
                Cell { played: played.clone(), status, not_available }
            });
            rows.push(Row { case: case.clone(), cells: cells.collect(), patches: Vec::new() });
        }
        for (at, info) in runs.subjects.iter().enumerate() {
            faults_of_expectations(info, at, &rows, &runs, &mut problems);
        }
        Results {
            subjects: runs.subjects.to_vec(),
            rows,
            differences: None,
            claims: Claims::NONE,
            problems,
            figures: Vec::new(),
        }
    }

    /// The results of a comparison of two subjects. Where the second is the fork of the first,
    /// `claims` are those of its patches, and have to hold. Between any other two subjects,
    /// differences are listed and need no claim.
    #[must_use]
    pub fn of_comparison(runs: Runs<'_>, claims: Option<Claims>) -> Self {
        let mut results = Results::of_run(runs);
        let pairs = runs.pairs();
        let differences = compare::differences(&pairs, claims.unwrap_or(Claims::NONE));
        if let Some(claims) = claims {
            let is_known = |id: &str| runs.is_known(id);
            results.problems.extend(compare::faults_of_differences(&pairs, &differences));
            let faults = compare::faults_of_claims(claims, &pairs, &differences, &is_known, runs.is_whole());
            results.problems.extend(faults);
            results.claims = claims;
        }
        let of_case: BTreeMap<_, _> = differences.iter().map(|found| (found.case, &found.patches)).collect();
        for row in &mut results.rows {
            row.patches = of_case.get(row.case.id).map(|patches| patches.to_vec()).unwrap_or_default();
        }
        results.differences = Some(differences);
        results
    }

    /// How many results of each kind a subject has.
    #[must_use]
    pub fn tally(&self, info: usize) -> Tally {
        Tally::of(self.rows.iter().map(|row| &row.cells[info]))
    }

    /// How many differences no patch claims.
    #[must_use]
    pub fn unclaimed(&self) -> usize {
        self.differences.iter().flatten().filter(|difference| difference.patches.is_empty()).count()
    }

    /// A file of expectations, with an entry for each result of the first subject that falls short.
    #[must_use]
    pub fn shortfalls(&self) -> String {
        let mut text =
            String::from("# Known shortfalls: CASE OUTCOME REASON. Say in each reason why it is accepted.\n");
        for row in &self.rows {
            let Some((cell, run)) = row.cells.first().and_then(|cell| Some((cell, cell.played.run()?))) else {
                continue;
            };
            let reason = match &cell.status {
                Status::Known(reason) => reason,
                Status::Unexpected if run.verdict.outcome != Outcome::Pass => &run.verdict.reason,
                _ => continue,
            };
            let line = format!("{}  {}  {}\n", row.case.id, run.verdict.outcome.name(), reason.replace('\n', " "));
            text.push_str(&line);
        }
        // What was not played now may be played another time, such as cases of TLS.
        let is_played = |id: &str| {
            self.rows
                .iter()
                .any(|row| row.case.id == id && row.cells.first().is_some_and(|cell| cell.played.run().is_some()))
        };
        let kept = self.subjects.first().map(|info| info.expectations.entries()).unwrap_or_default();
        for entry in kept.iter().filter(|entry| !is_played(&entry.case)) {
            text.push_str(&format!("{}  {}  {}\n", entry.case, entry.outcome.name(), entry.reason));
        }
        text
    }

    /// Whether the runner could not do its part somewhere, or was stopped.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        let broken = |problem: &Problem| matches!(problem, Problem::BrokenHarness { .. } | Problem::Unfinished { .. });
        self.problems.iter().any(broken)
    }
}

fn status(info: &SubjectInfo, case: &'static str, played: &Played) -> Status {
    let Some(run) = played.run() else { return Status::Skipped };
    if played.harness_failure().is_some() {
        return Status::Broken;
    }
    let outcome = run.verdict.outcome;
    if let Some(entry) = info.expectations.entry(case) {
        if entry.outcome == outcome {
            return Status::Known(entry.reason.clone());
        }
        // Its entry says something else: a case that now passes is fine, and the entry stale.
        return if outcome == Outcome::Pass { Status::Fine } else { Status::Unexpected };
    }
    match outcome {
        Outcome::Pass => Status::Fine,
        _ => match info.mended_by.proved_by(case).next() {
            Some(patch) => Status::Known(format!("mended by patch {}", patch.slug)),
            None => Status::Unexpected,
        },
    }
}

fn problem_of(info: &SubjectInfo, of: &Case, played: &Played, status: &Status) -> Option<Problem> {
    let (case, subject) = (of.id, info.name.clone());
    match status {
        Status::Broken => {
            let message = played.harness_failure().unwrap_or_default().to_owned();
            Some(Problem::BrokenHarness { case, subject, message })
        }
        Status::Unexpected => {
            let verdict = &played.run()?.verdict;
            let expected = info.expectations.entry(case).map(|entry| entry.outcome);
            let reason = verdict.reason.clone();
            let (level, outcome) = (of.level(), verdict.outcome);
            Some(Problem::Unexpected { case, level, subject, outcome, expected, reason })
        }
        Status::Fine | Status::Known(_) | Status::Skipped => None,
    }
}

fn faults_of_expectations(info: &SubjectInfo, at: usize, rows: &[Row], runs: &Runs<'_>, problems: &mut Vec<Problem>) {
    let subject = || info.name.clone();
    for fault in info.expectations.faults() {
        problems.push(Problem::UnreadableExpectation { subject: subject(), fault: fault.clone() });
    }
    for entry in info.expectations.entries() {
        let case = entry.case.clone();
        if !runs.is_known(&case) {
            problems.push(Problem::ExpectationOfUnknownCase { case, subject: subject() });
            continue;
        }
        let row = rows.iter().find(|row| row.case.id == case);
        let outcome = row.and_then(|row| row.cells[at].played.run()).map(|run| run.verdict.outcome);
        if outcome == Some(Outcome::Pass) {
            problems.push(Problem::StaleExpectation { case, subject: subject() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Class;
    use crate::script::App;
    use crate::testing::{case, run, spoilt};
    use Outcome::{Fail, Pass, Weak};

    const CLAIMS: Claims =
        Claims(&[Patch { slug: "mends", subject: "", class: "fix", proven_by: &["a/mended"], changes: &[] }]);

    fn info(name: &str, expectations: &str) -> SubjectInfo {
        SubjectInfo {
            name: name.into(),
            version: "1".into(),
            expectations: Expectations::parse(expectations),
            mended_by: if name == UPSTREAM { CLAIMS } else { Claims::NONE },
        }
    }

    /// The kinds of problems in a comparison of one case with these results.
    fn problems(id: &'static str, expectations: [&str; 2], played: [Played; 2]) -> Vec<&'static str> {
        let infos = [info(UPSTREAM, expectations[0]), info(PATCHED, expectations[1])];
        let cases = [case(id)];
        let catalogue = [case(id), case("a/mended"), case("a/other")];
        let played = [played.to_vec()];
        let runs = Runs { subjects: &infos, cases: &cases, played: &played, catalogue: &catalogue };
        Results::of_comparison(runs, Some(CLAIMS)).problems.iter().map(Problem::kind).collect()
    }

    fn ran(outcome: Outcome) -> Played {
        Played::Ran(run(outcome, 1))
    }

    #[test]
    fn what_is_known_or_mended_is_no_problem() {
        assert!(problems("a/b", ["", ""], [ran(Pass), ran(Pass)]).is_empty());
        assert!(problems("a/b", ["a/b fail why", "a/b fail why"], [ran(Fail), ran(Fail)]).is_empty());
        assert!(problems("a/mended", ["", ""], [ran(Fail), ran(Pass)]).is_empty());
        assert!(problems("a/b", ["", ""], [ran(Pass), Played::Skipped("no".into())]).is_empty());
    }

    #[test]
    fn what_is_not_expected_is_unexpected_on_either_side() {
        assert_eq!(problems("a/b", ["", ""], [ran(Fail), ran(Fail)]), ["unexpected", "unexpected"]);
        assert_eq!(problems("a/b", ["a/b fail why", ""], [ran(Fail), ran(Fail)]), ["unexpected"]);
        // An entry for another outcome does not cover this one.
        assert_eq!(problems("a/b", ["a/b weak why", "a/b fail why"], [ran(Fail), ran(Fail)]), ["unexpected"]);
        assert_eq!(problems("a/b", ["", "a/b weak why"], [ran(Pass), ran(Weak)]), ["worse"]);
        assert_eq!(problems("a/mended", ["", ""], [ran(Fail), ran(Fail)]), ["unexpected", "claim-fails-on-fork"]);
    }

    #[test]
    fn entries_that_no_longer_hold_are_stale() {
        assert_eq!(problems("a/b", ["a/b fail why", ""], [ran(Pass), ran(Pass)]), ["stale-expectation"]);
        assert_eq!(problems("a/b", ["", "x/y fail why"], [ran(Pass), ran(Pass)]), ["expectation-of-unknown-case"]);
        assert_eq!(problems("a/b", ["a/b fail", ""], [ran(Pass), ran(Pass)]), ["unreadable-expectation"]);
        // A case that was not played says nothing about its entry.
        assert!(problems("a/b", ["a/other fail why", ""], [ran(Pass), ran(Pass)]).is_empty());
    }

    #[test]
    fn a_broken_harness_is_never_the_subjects_failure() {
        assert_eq!(problems("a/b", ["", ""], [ran(Pass), Played::Ran(spoilt())]), ["broken-harness"]);
    }

    #[test]
    fn any_other_two_subjects_may_differ() {
        let infos = [info("one", ""), info("other", "")];
        let (cases, played) = ([case("a/b")], [vec![ran(Pass), Played::Ran(run(Pass, 2))]]);
        let runs = Runs { subjects: &infos, cases: &cases, played: &played, catalogue: &cases };
        let results = Results::of_comparison(runs, None);
        assert!(results.problems.is_empty());
        assert_eq!((results.differences.as_ref().map(Vec::len), results.unclaimed()), (Some(1), 1));
        assert_eq!(results.tally(0), Tally { pass: 1, ..Tally::default() });
    }

    #[test]
    fn what_the_release_does_not_have_is_no_fail_of_it() {
        let added = Case { script: |s| s.app(App::AwaitDrained { stream: 1 }), ..case("a/added") };
        let (cases, played) = ([added, case("a/b")], [vec![ran(Fail), ran(Pass)], vec![ran(Fail), ran(Pass)]]);
        let of = |names: [&str; 2]| {
            let infos = names.map(|name| info(name, ""));
            let results = Results::of_comparison(
                Runs { subjects: &infos, cases: &cases, played: &played, catalogue: &cases },
                None,
            );
            let classes: Vec<Class> = results.differences.iter().flatten().map(|found| found.class).collect();
            (results.tally(0), classes)
        };
        let (tally, classes) = of([UPSTREAM, PATCHED]);
        assert_eq!(tally, Tally { fail: 1, not_available: 1, ..Tally::default() });
        assert_eq!(classes, [Class::Added, Class::Better]);
        // Every other subject has what the fork has.
        assert_eq!(of(["one", "other"]).0, Tally { fail: 2, ..Tally::default() });
    }

    #[test]
    fn what_falls_short_can_be_written_and_read_again() {
        let rows = ["a/fails", "a/passes", "a/weak"].map(case);
        let verdicts = [Fail, Pass, Weak];
        let played: Vec<_> = verdicts.iter().map(|outcome| vec![Played::Ran(run(*outcome, 1))]).collect();
        let written = |expectations: Expectations| {
            let (name, version) = ("server".to_owned(), "1".to_owned());
            let subjects = [SubjectInfo { name, version, expectations, mended_by: Claims::NONE }];
            let results =
                Results::of_run(Runs { subjects: &subjects, cases: &rows, played: &played, catalogue: &rows });
            (results.problems.len(), results.shortfalls())
        };
        let (problems, text) = written(Expectations::default());
        assert_eq!(problems, 2);
        let read = Expectations::parse(&text);
        let outcomes: Vec<_> = read.entries().iter().map(|entry| (entry.case.as_str(), entry.outcome)).collect();
        assert_eq!((outcomes, read.faults().len()), (vec![("a/fails", Fail), ("a/weak", Weak)], 0));
        assert_eq!(written(read), (0, text));
    }
}
