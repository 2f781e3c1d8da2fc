//! What is known to fall short: one file per family of subjects, each entry with its reason.
//!
//! The release and the fork share a file: what the fork mends, the release falls short of by claim
//! of the patch that mends it.
//!
//! A line reads `case-id  outcome  reason`; `#` begins a comment line. An entry that no longer
//! holds is an error, so that the files cannot lie for long.

use crate::judge::Outcome;
use crate::results::{Results, Status};

/// The files, and the subjects that each is about. A subject without a file is expected to pass
/// everything.
const FILES: &[(&[&str], &str)] =
    &[(&["upstream", "patched", "hyper-patched"], include_str!("../expectations/h2.txt"))];

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub case: String,
    pub outcome: Outcome,
    pub reason: String,
}

/// What a subject is known to fall short of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectations {
    entries: Vec<Entry>,
    /// Lines that cannot be parsed, as sentences.
    faults: Vec<String>,
}

impl Expectations {
    /// The expectations of a subject.
    #[must_use]
    pub fn of(subject: &str) -> Self {
        let text = FILES.iter().find(|(subjects, _)| subjects.contains(&subject)).map_or("", |(_, text)| text);
        Expectations::parse(text)
    }

    /// Reads a file.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut expectations = Expectations::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match entry(line) {
                Ok(entry) if expectations.entry(&entry.case).is_some() => {
                    expectations.faults.push(format!("line {}: {} has an entry already", index + 1, entry.case));
                }
                Ok(entry) => expectations.entries.push(entry),
                Err(fault) => expectations.faults.push(format!("line {}: {fault}", index + 1)),
            }
        }
        expectations
    }

    /// A file with an entry for each result of the first subject that falls short.
    #[must_use]
    pub fn text_of(results: &Results) -> String {
        let mut text =
            String::from("# Known shortfalls: CASE OUTCOME REASON. Say in each reason why it is accepted.\n");
        for row in &results.rows {
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
        text
    }

    /// The entry of a case.
    #[must_use]
    pub fn entry(&self, case: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.case == case)
    }

    /// All entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Lines that cannot be parsed.
    #[must_use]
    pub fn faults(&self) -> &[String] {
        &self.faults
    }
}

fn entry(line: &str) -> Result<Entry, String> {
    /// To pass is what is expected of every case without an entry.
    const ALLOWED: [Outcome; 3] = [Outcome::Weak, Outcome::Fail, Outcome::Inconclusive];
    let next = |text: &str| {
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        (word.to_owned(), rest.trim_start().to_owned())
    };
    let (case, rest) = next(line);
    let (outcome, reason) = next(&rest);
    let known = ALLOWED.into_iter().find(|allowed| allowed.name() == outcome);
    let outcome = known.ok_or_else(|| {
        format!("expected `case-id  outcome  reason` with an outcome of weak, fail or inconclusive: {line}")
    })?;
    if reason.is_empty() {
        return Err(format!("{case} has no reason"));
    }
    Ok(Entry { case, outcome, reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::Claims;
    use crate::results::{Runs, SubjectInfo};
    use crate::suite::Played;
    use crate::testing;

    #[test]
    fn entries_comments_and_faults() {
        let read = Expectations::parse(
            "# comment\n\na/b  fail   needs a rewrite\n  a/c weak x\na/b weak again\na/d pass fine\na/e fail\nlonely\n",
        );
        assert_eq!(
            read.entry("a/b"),
            Some(&Entry { case: "a/b".into(), outcome: Outcome::Fail, reason: "needs a rewrite".into() })
        );
        assert_eq!(read.entries().len(), 2);
        let faults: Vec<&str> = read.faults().iter().map(|fault| &fault[..6]).collect();
        assert_eq!(faults, ["line 5", "line 6", "line 7", "line 8"]);
    }

    #[test]
    fn what_falls_short_can_be_written_and_read_again() {
        let rows = ["a/fails", "a/passes", "a/weak"].map(testing::case);
        let verdicts = [Outcome::Fail, Outcome::Pass, Outcome::Weak];
        let played: Vec<_> = verdicts.iter().map(|outcome| vec![Played::Ran(testing::run(*outcome, 1))]).collect();
        let written = |expectations: Expectations| {
            let (name, version) = ("server".to_owned(), "1".to_owned());
            let subjects = [SubjectInfo { name, version, expectations, mended_by: Claims::NONE }];
            let results =
                Results::of_run(Runs { subjects: &subjects, cases: &rows, played: &played, catalogue: &rows });
            (results.problems.len(), Expectations::text_of(&results))
        };
        let (problems, text) = written(Expectations::default());
        assert_eq!(problems, 2);
        let read = Expectations::parse(&text);
        let outcomes: Vec<_> = read.entries().iter().map(|entry| (entry.case.as_str(), entry.outcome)).collect();
        assert_eq!((outcomes, read.faults().len()), (vec![("a/fails", Outcome::Fail), ("a/weak", Outcome::Weak)], 0));
        assert_eq!(written(read), (0, text));
    }

    #[test]
    fn the_files_can_be_read() {
        for name in FILES.iter().flat_map(|(subjects, _)| *subjects) {
            let faults = Expectations::of(name).faults().to_vec();
            assert!(faults.is_empty(), "{name}: {faults:?}");
        }
        assert_eq!(Expectations::of("nobody"), Expectations::default());
    }
}
