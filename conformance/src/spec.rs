//! What the RFCs require, restated in our own words, and which cases check it.
//!
//! The files under `spec/` are data: one table a requirement. A requirement has cases, or says why
//! it has none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::case::Case;

/// The files, in the order in which they are listed.
const FILES: &[&str] = &[
    include_str!("../spec/rfc9113.toml"),
    include_str!("../spec/flow_control.toml"),
    include_str!("../spec/rfc7541.toml"),
];

/// One requirement.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// `rfcNNNN/section/what-it-is-about`.
    pub id: String,
    /// The section of the RFC that it restates.
    pub section: String,
    pub level: Level,
    /// The requirement in our own words.
    pub says: String,
    /// Why no case checks it. None where cases do.
    pub untested: Option<String>,
}

/// How strongly something is asked for, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Must,
    Should,
    May,
    /// No RFC asks for it; a good implementation does it.
    #[serde(skip)]
    Quality,
}

impl Level {
    /// Every level, the strongest first.
    pub const ALL: [Level; 4] = [Level::Must, Level::Should, Level::May, Level::Quality];

    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Must => "must",
            Level::Should => "should",
            Level::May => "may",
            Level::Quality => "quality",
        }
    }
}

impl Requirement {
    /// The RFC that it restates, as the first part of its id.
    #[must_use]
    pub fn document(&self) -> &str {
        self.id.split_once('/').map_or(self.id.as_str(), |(document, _)| document)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    requirement: Vec<Requirement>,
}

/// Every requirement, in the order of the files.
#[must_use]
pub fn requirements() -> &'static [Requirement] {
    static ALL: LazyLock<Vec<Requirement>> = LazyLock::new(|| {
        let read = |text: &&str| parse(text).expect("invariant: the tests read the same embedded files");
        FILES.iter().flat_map(read).collect()
    });
    &ALL
}

/// The requirements of one file, or what is wrong with it.
pub fn parse(text: &str) -> Result<Vec<Requirement>, String> {
    toml::from_str::<File>(text).map(|file| file.requirement).map_err(|error| error.to_string())
}

/// Each requirement with the ids of the cases that check it, in the order of the files.
#[must_use]
pub fn coverage(cases: &[Case]) -> Vec<(&'static Requirement, Vec<&'static str>)> {
    let mut by_requirement: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
    for case in cases {
        for id in case.requires {
            by_requirement.entry(id).or_default().push(case.id);
        }
    }
    requirements().iter().map(|one| (one, by_requirement.remove(one.id.as_str()).unwrap_or_default())).collect()
}

/// The coverage as text, a line each: the requirement, its level, and how many cases check it, all
/// and those that can be played on any server; or why none does.
#[must_use]
pub fn coverage_text(cases: &[Case]) -> String {
    let anywhere: BTreeSet<&str> =
        cases.iter().filter(|case| crate::endpoint::plays(case)).map(|case| case.id).collect();
    let mut text = String::new();
    for (requirement, checked_by) in coverage(cases) {
        let Requirement { id, level, untested, .. } = requirement;
        let on_any_server = checked_by.iter().filter(|case| anywhere.contains(*case)).count();
        let covered = match untested {
            Some(reason) => format!("untested: {reason}"),
            None => format!("cases {}, on any server {on_any_server}", checked_by.len()),
        };
        text += &format!("{id}  {}  {covered}\n", level.name());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_or_refused_with_a_reason() {
        let read = parse("[[requirement]]\nid = \"rfc1/2/x\"\nsection = \"2\"\nlevel = \"may\"\nsays = \"X.\"\n");
        let read = read.expect("a right file");
        assert_eq!((read[0].document(), read[0].level, &read[0].untested), ("rfc1", Level::May, &None));
        assert!(parse("[[requirement]]\nid = \"rfc1/2/x\"\nlevle = \"may\"\n").is_err());
    }

    #[test]
    fn coverage_lists_each_requirement_once() {
        let cases = [Case { id: "a/b", requires: &["rfc9113/6.7/length"], ..Case::DEFAULT }];
        let covered = coverage(&cases);
        assert_eq!(covered.len(), requirements().len());
        let with_cases: Vec<_> = covered.iter().filter(|(_, cases)| !cases.is_empty()).collect();
        assert_eq!(with_cases.len(), 1);
        assert_eq!((with_cases[0].0.id.as_str(), &with_cases[0].1[..]), ("rfc9113/6.7/length", &["a/b"][..]));
    }
}
