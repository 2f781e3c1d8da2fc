//! What is known to fall short: one file per family of subjects, each entry with its reason.
//!
//! The release and the fork share a file: what the fork mends, the release falls short of by claim
//! of the patch that mends it.
//!
//! A line reads `case-id  outcome  reason`; `#` begins a comment line. An entry that no longer
//! holds is an error, so that the files cannot lie for long.

use crate::judge::Outcome;

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
    fn the_files_can_be_read() {
        for name in FILES.iter().flat_map(|(subjects, _)| *subjects) {
            let faults = Expectations::of(name).faults().to_vec();
            assert!(faults.is_empty(), "{name}: {faults:?}");
        }
        assert_eq!(Expectations::of("nobody"), Expectations::default());
    }
}
