//! What is known of a subject: cases that do not pass, each with a reason.
//!
//! One line a case, `case-id  outcome  reason`; `#` begins a comment line.

use std::collections::BTreeMap;

use crate::judge::Outcome;

/// What is known of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub outcome: Outcome,
    pub reason: String,
}

/// What is known of a subject. Cases that are not named are expected to pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectations(BTreeMap<String, Known>);

impl Expectations {
    /// Reads a file's text. An error names the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut known = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |why: &str| format!("line {number}: {why}");
            let (id, rest) = line.split_once(char::is_whitespace).ok_or_else(|| wrong("the outcome is missing"))?;
            let rest = rest.trim_start();
            let (outcome, reason) =
                rest.split_once(char::is_whitespace).ok_or_else(|| wrong("the reason is missing"))?;
            let outcome =
                outcome_named(outcome).ok_or_else(|| wrong(&format!("{outcome:?} is no outcome to expect")))?;
            let entry = Known { outcome, reason: reason.trim().to_string() };
            if known.insert(id.to_string(), entry).is_some() {
                return Err(wrong(&format!("{id} is named twice")));
            }
        }
        Ok(Expectations(known))
    }

    /// What is known of a case.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<&Known> {
        self.0.get(id)
    }

    /// Entries that name none of `cases`.
    pub fn unknown<'a>(&'a self, cases: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
        let cases: std::collections::BTreeSet<&str> = cases.collect();
        self.0.keys().map(String::as_str).filter(move |id| !cases.contains(id))
    }
}

/// `pass` is not among them: it goes without saying.
fn outcome_named(name: &str) -> Option<Outcome> {
    [Outcome::Weak, Outcome::Fail, Outcome::Observed, Outcome::Inconclusive].into_iter().find(|o| o.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_comments() {
        let text = "# head\n\n  a/b   fail\t two words \nc/d weak because\n";
        let known = Expectations::parse(text).expect("a file");
        assert_eq!(known.of("a/b"), Some(&Known { outcome: Outcome::Fail, reason: "two words".into() }));
        assert_eq!(known.of("c/d").map(|known| known.outcome), Some(Outcome::Weak));
        assert_eq!(known.of("e/f"), None);
        assert_eq!(known.unknown(["a/b"].into_iter()).collect::<Vec<_>>(), ["c/d"]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, word) in [
            ("a/b", "outcome"),
            ("\na/b fail", "line 2: the reason"),
            ("a/b pass it goes without saying", "\"pass\""),
            ("a/b broken for a reason", "\"broken\""),
            ("a/b fail x\na/b fail y", "line 2: a/b is named twice"),
        ] {
            let message = Expectations::parse(text).expect_err(text);
            assert!(message.contains(word), "{text:?}: {message}");
        }
    }
}
