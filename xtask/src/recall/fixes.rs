//! The fixes of upstream's change log, and the cases that tell them.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Fuzzed, Played};
use crate::failure::Failure;
use crate::trial::{Findings, Outcomes};

/// The table in `conformance/recall/fixes.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fixes {
    /// The releases, oldest first.
    pub(super) releases: Vec<String>,
    #[serde(rename = "fix")]
    pub(super) fixes: Vec<Fix>,
}

/// A fix of a release.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fix {
    /// The first release that has it.
    pub(super) release: String,
    /// What was wrong before.
    pub(super) what: String,
    /// Cases that do not pass on the release before, and pass on this one.
    #[serde(default)]
    pub(super) cases: Vec<String>,
    /// Why no case tells.
    pub(super) missed: Option<String>,
}

impl Fixes {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let fixes: Fixes = toml::from_str(text).map_err(|error| {
            let line = error.to_string().lines().next().unwrap_or_default().to_owned();
            Failure::new(format!("conformance/recall/fixes.toml: {line}"))
        })?;
        for Fix { release, what, cases, missed } in &fixes.fixes {
            let fault = |fault: &str| Err(Failure::new(format!("conformance/recall/fixes.toml: {what:?} {fault}")));
            if fixes.before(release).is_none() {
                return fault("is of a release that is not listed, or is the first");
            }
            if cases.is_empty() != missed.is_some() {
                return fault("needs either cases or the reason why none tells");
            }
        }
        Ok(fixes)
    }

    /// The release before that one.
    pub(super) fn before(&self, release: &str) -> Option<&str> {
        let at = self.releases.iter().position(|other| other == release)?;
        Some(&self.releases[at.checked_sub(1)?])
    }

    /// The cases that a fix names and that do not tell.
    pub(super) fn wrong(&self, played: &Played) -> Vec<String> {
        let mut wrong = Vec::new();
        for fix in &self.fixes {
            let told = self.told(&fix.release, played);
            for case in fix.cases.iter().filter(|case| !told.contains(case.as_str())) {
                wrong.push(format!("{case} does not tell h2 {} from the release before: {}", fix.release, fix.what));
            }
        }
        wrong
    }

    /// The cases that pass on the release and not on the one before.
    pub(super) fn told<'a>(&self, release: &str, played: &'a Played) -> BTreeSet<&'a str> {
        let both = self.before(release).and_then(|before| Some((played.get(before)?, played.get(release)?)));
        both.map_or_else(BTreeSet::new, |(before, after)| only_in(after, before))
    }

    /// What fuzz targets find in the release before, and not in this one.
    pub(super) fn mended(&self, release: &str, fuzzed: &Fuzzed) -> Findings {
        let both = self.before(release).and_then(|before| Some((fuzzed.get(before)?, fuzzed.get(release)?)));
        both.map_or_else(Findings::new, |(before, after)| {
            before.iter().filter(|(kind, _)| !after.contains_key(kind)).map(|(kind, at)| (kind.clone(), *at)).collect()
        })
    }

    /// The cases that passed on the release before, and do not on this one.
    pub(super) fn lost<'a>(&self, release: &str, played: &'a Played) -> BTreeSet<&'a str> {
        let both = self.before(release).and_then(|before| Some((played.get(before)?, played.get(release)?)));
        both.map_or_else(BTreeSet::new, |(before, after)| only_in(before, after))
    }
}

/// The cases that pass in `these` and not in `those`.
fn only_in<'a>(these: &'a Outcomes, those: &Outcomes) -> BTreeSet<&'a str> {
    let passes = |outcomes: &Outcomes, case: &str| outcomes.get(case).is_some_and(|outcome| outcome == "pass");
    these.keys().map(String::as_str).filter(|case| passes(these, case) && !passes(those, case)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played() -> Played {
        let outcomes = |a: &str, b: &str| Outcomes::from([("a".into(), a.into()), ("b".into(), b.into())]);
        Played::from([("1".into(), outcomes("fail", "pass")), ("2".into(), outcomes("pass", "weak"))])
    }

    const TABLE: &str = "releases = ['1', '2']\n[[fix]]\nrelease = '2'\nwhat = 'x'\n";

    #[test]
    fn a_case_tells_where_it_passes_with_the_fix_alone() {
        let fixes = Fixes::parse(&format!("{TABLE}cases = ['a']")).unwrap();
        assert!(fixes.wrong(&played()).is_empty());
        assert_eq!(fixes.told("2", &played()).into_iter().collect::<Vec<_>>(), ["a"]);
        assert_eq!(fixes.lost("2", &played()).into_iter().collect::<Vec<_>>(), ["b"]);
        for wrong in ["b", "c"] {
            assert_eq!(Fixes::parse(&format!("{TABLE}cases = ['{wrong}']")).unwrap().wrong(&played()).len(), 1);
        }
    }

    #[test]
    fn what_is_found_no_more_was_mended() {
        let found = |kinds: &[&str]| kinds.iter().map(|kind| (("t".to_owned(), (*kind).to_owned()), 7)).collect();
        let fuzzed = Fuzzed::from([("1".into(), found(&["a", "b"])), ("2".into(), found(&["b", "c"]))]);
        let fixes = Fixes::parse(&format!("{TABLE}missed = 'm'")).unwrap();
        assert_eq!(fixes.mended("2", &fuzzed), found(&["a"]));
        assert_eq!(fixes.mended("1", &fuzzed), Findings::new());
    }

    #[test]
    fn a_fix_has_cases_or_a_reason() {
        assert!(Fixes::parse(TABLE).is_err());
        assert!(Fixes::parse(&format!("{TABLE}cases = ['a']\nmissed = 'm'")).is_err());
        assert!(Fixes::parse(&format!("{TABLE}missed = 'm'").replace("release = '2'", "release = '1'")).is_err());
        assert!(Fixes::parse(&format!("{TABLE}missed = 'm'\nmore = 1")).is_err());
        assert!(Fixes::parse(&format!("{TABLE}missed = 'm'")).is_ok());
    }
}
