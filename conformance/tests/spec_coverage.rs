//! Requirements and cases fit each other: each requirement of a case is in the specification, and
//! each entry there is checked or excused.

use std::collections::BTreeSet;

use h2_conformance::case::Case;
use h2_conformance::catalog;
use h2_conformance::endpoint::cases_beside;
use h2_conformance::spec::{coverage, coverage_text, requirements};

/// Fails with all offenders at once.
#[track_caller]
fn none(what: &str, offenders: Vec<String>) {
    assert!(offenders.is_empty(), "{what}:\n  {}", offenders.join("\n  "));
}

/// The catalogue, and the cases beside it.
fn all() -> Vec<Case> {
    let mut cases = catalog::all();
    cases.extend(cases_beside());
    cases
}

fn cases_where(wrong: impl Fn(&Case) -> bool) -> Vec<String> {
    catalog::all().iter().filter(|case| wrong(case)).map(|case| case.id.to_owned()).collect()
}

/// Lower-case words of letters and digits, joined by single dashes.
fn is_kebab(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.split('-').all(word)
}

#[test]
fn requirement_ids_are_well_formed_and_unique() {
    let mut seen = BTreeSet::new();
    let wrong = |id: &str, section: &str| {
        let parts: Vec<&str> = id.split('/').collect();
        let [document, named, slug] = parts[..] else { return true };
        !matches!(document, "rfc9113" | "rfc7541") || named != section || !is_kebab(slug)
    };
    let ids = requirements().iter();
    let offenders = ids.filter(|one| wrong(&one.id, &one.section) || !seen.insert(&one.id)).map(|one| one.id.clone());
    none("malformed, of another section, or there twice", offenders.collect());
    none("says nothing", requirements().iter().filter(|one| one.says.is_empty()).map(|one| one.id.clone()).collect());
}

#[test]
fn each_requirement_has_cases_or_a_reason() {
    let cases = all();
    let (mut neither, mut both) = (Vec::new(), Vec::new());
    for (requirement, checked_by) in coverage(&cases) {
        match (&requirement.untested, checked_by.is_empty()) {
            (None, true) => neither.push(requirement.id.clone()),
            (Some(_), false) => both.push(requirement.id.clone()),
            (Some(reason), true) if reason.is_empty() => neither.push(requirement.id.clone()),
            _ => {}
        }
    }
    none("neither checked nor excused", neither);
    none("checked, and excused as well", both);
}

/// What is covered is seen in a review.
#[test]
fn the_committed_coverage_is_that_of_the_catalogue() {
    let committed = include_str!("../spec/coverage.txt");
    let first = coverage_text(&all())
        .lines()
        .zip(committed.lines())
        .find_map(|(now, then)| (now != then).then(|| format!("expected {then:?}, found {now:?}")));
    assert!(
        coverage_text(&all()) == committed,
        "{}: write it with `cargo run -p h2-conformance -- list --coverage --out conformance/spec/coverage.txt`",
        first.unwrap_or_else(|| "another number of lines".into())
    );
}

#[test]
fn cases_require_what_is_written_down() {
    let known: BTreeSet<&str> = requirements().iter().map(|one| one.id.as_str()).collect();
    let required = all().into_iter().flat_map(|case| case.requires.iter().map(move |id| (case.id, *id)));
    let unknown = required.filter(|(_, id)| !known.contains(id));
    none("no such requirement", unknown.map(|(case, id)| format!("{case} requires {id}")).collect());
}

#[test]
fn case_ids_are_well_formed_and_unique() {
    let well_formed = |id: &str| id.split_once('/').is_some_and(|(topic, fault)| is_kebab(topic) && is_kebab(fault));
    none("malformed", cases_where(|case| !well_formed(case.id)));
    let mut seen = BTreeSet::new();
    let twice = all().iter().filter(|case| !seen.insert(case.id)).map(|case| case.id.to_owned()).collect();
    none("there twice", twice);
}

#[test]
fn each_case_says_and_expects_something() {
    none("without a title", cases_where(|case| case.title.trim().is_empty()));
    none("expects nothing", cases_where(|case| case.expect.checks().is_empty()));
    none("does nothing", cases_where(|case| case.steps().steps.is_empty()));
}
