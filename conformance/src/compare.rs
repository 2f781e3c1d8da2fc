//! Compares two subjects: what differs, and which patch claims it.

use crate::claims::{Claims, Patch};
use crate::judge::Outcome;
use crate::problem::Problem;
use crate::run::Run;
use crate::suite::Played;
use crate::transcript::{EventKind, Transcript};

/// How two runs of one case differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The second subject's outcome is better.
    Better,
    /// The first subject does not have what the case asks for, and the second one does.
    Added,
    /// The second subject is worse. No patch can excuse that.
    Worse,
    /// The outcome is the same, but what was sent, called or answered is not.
    Frames,
}

impl Class {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Class::Better => "better",
            Class::Added => "added",
            Class::Worse => "worse",
            Class::Frames => "frames",
        }
    }
}

/// A case on which two subjects differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub case: &'static str,
    pub class: Class,
    /// The patches that own up to it.
    pub patches: Vec<&'static Patch>,
    /// The first thing that happened on the one but not on the other.
    pub first: Divergence,
}

/// Where two transcripts part: what each has there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    pub before: String,
    pub after: String,
}

/// One case on the two subjects of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    pub case: &'static str,
    pub before: &'a Run,
    pub after: &'a Run,
    /// The case asks for what the first subject does not have.
    pub not_available: bool,
}

/// How good an outcome is; less is better. Only the order of the outcomes themselves counts:
/// endings and reasons are details of the frames.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Pass => 0,
        Outcome::Weak => 1,
        Outcome::Fail => 2,
        Outcome::Inconclusive => 3,
    }
}

/// How two runs differ. Times do not count.
#[must_use]
pub fn class(before: &Run, after: &Run) -> Option<Class> {
    match rank(after.verdict.outcome).cmp(&rank(before.verdict.outcome)) {
        std::cmp::Ordering::Less => Some(Class::Better),
        std::cmp::Ordering::Greater => Some(Class::Worse),
        std::cmp::Ordering::Equal if before.transcript.timeless().eq(after.transcript.timeless()) => None,
        std::cmp::Ordering::Equal => Some(Class::Frames),
    }
}

/// The first place at which two records differ.
#[must_use]
pub fn divergence(before: &Transcript, after: &Transcript) -> Divergence {
    // The columns of a log line mean nothing inside a sentence.
    let said = |kind: Option<&EventKind>| {
        let line = kind.map_or("nothing more".into(), ToString::to_string);
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (mut one, mut other) = (before.timeless(), after.timeless());
    loop {
        match (one.next(), other.next()) {
            (Some(a), Some(b)) if a == b => {}
            (a, b) => return Divergence { before: said(a), after: said(b) },
        }
    }
}

/// All differences, in the order of the cases, with the patches that own up to them.
#[must_use]
pub fn differences(pairs: &[Pair<'_>], claims: Claims) -> Vec<Difference> {
    pairs.iter().filter_map(|pair| difference(pair, claims)).collect()
}

fn difference(pair: &Pair<'_>, claims: Claims) -> Option<Difference> {
    let class = match class(pair.before, pair.after)? {
        Class::Better if pair.not_available => Class::Added,
        class => class,
    };
    let patches = match class {
        Class::Better | Class::Added => claims.proved_by(pair.case).collect(),
        Class::Worse => Vec::new(),
        Class::Frames => claims.about(pair.case),
    };
    let first = divergence(&pair.before.transcript, &pair.after.transcript);
    Some(Difference { case: pair.case, class, patches, first })
}

/// What is wrong with the differences: those that are for the worse, and those that no patch
/// claims.
#[must_use]
pub fn faults_of_differences(pairs: &[Pair<'_>], differences: &[Difference]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for difference in differences {
        let case = difference.case;
        let outcomes = pairs.iter().find(|pair| pair.case == case);
        match (difference.class, outcomes) {
            (Class::Worse, Some(pair)) => problems.push(Problem::Worse {
                case,
                before: pair.before.verdict.outcome,
                after: pair.after.verdict.outcome,
            }),
            _ if difference.patches.is_empty() => problems.push(Problem::Unclaimed {
                case,
                better: matches!(difference.class, Class::Better | Class::Added),
                before: difference.first.before.clone(),
                after: difference.first.after.clone(),
            }),
            _ => {}
        }
    }
    problems
}

/// What is wrong with the claims. `is_known` tells whether a case is in the catalogue; where only
/// part of it was played (`whole` is false), claims about the rest are left alone.
#[must_use]
pub fn faults_of_claims(
    claims: Claims,
    pairs: &[Pair<'_>],
    differences: &[Difference],
    is_known: &dyn Fn(&str) -> bool,
    whole: bool,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for patch in claims.0 {
        for case in patch.proven_by {
            if !is_known(case) {
                problems.push(Problem::ClaimOfUnknownCase { patch: patch.slug, case });
            }
            let Some(pair) = pairs.iter().find(|pair| pair.case == *case) else { continue };
            if pair.before.verdict.outcome == Outcome::Pass {
                problems.push(Problem::ClaimPassesUpstream { patch: patch.slug, case });
            }
            let outcome = pair.after.verdict.outcome;
            if outcome != Outcome::Pass {
                problems.push(Problem::ClaimFailsOnFork { patch: patch.slug, case, outcome });
            }
        }
        for pattern in patch.changes.iter().filter(|_| whole) {
            if !differences.iter().any(|difference| crate::glob::matches(pattern, difference.case)) {
                problems.push(Problem::StaleChange { patch: patch.slug, pattern });
            }
        }
    }
    problems
}

/// What a repetition shows: results that are not what they were. Times do not count.
#[must_use]
pub fn unsteady(case: &'static str, subject: &str, first: &Played, again: &Played) -> Option<Problem> {
    let (before, after) = match (first, again) {
        (Played::Ran(a), Played::Ran(b)) if a.verdict != b.verdict => {
            let said = |run: &Run| {
                let verdict = &run.verdict;
                format!("{} ({}) {}", verdict.outcome.name(), verdict.ending.name(), verdict.reason)
                    .trim_end()
                    .to_owned()
            };
            (said(a), said(b))
        }
        (Played::Ran(a), Played::Ran(b)) if !a.transcript.timeless().eq(b.transcript.timeless()) => {
            let Divergence { before, after } = divergence(&a.transcript, &b.transcript);
            (before, after)
        }
        (Played::Ran(_), Played::Skipped(_)) => ("played".into(), "skipped".into()),
        (Played::Skipped(_), Played::Ran(_)) => ("skipped".into(), "played".into()),
        _ => return None,
    };
    Some(Problem::Unsteady { case, subject: subject.to_owned(), before, after })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::run;
    use Outcome::{Fail, Inconclusive, Pass, Weak};

    const CLAIMS: Claims = Claims(&[
        Patch { slug: "mends", subject: "", class: "fix", proven_by: &["a/mended"], changes: &["b/*"] },
        Patch { slug: "also", subject: "", class: "fix", proven_by: &[], changes: &["b/moved"] },
    ]);

    fn kinds(problems: &[Problem]) -> Vec<&'static str> {
        problems.iter().map(Problem::kind).collect()
    }

    /// Classes, patches and problems of one case with these runs; every id is known.
    fn compared(case: &'static str, before: &Run, after: &Run) -> (Vec<(Class, Vec<&'static str>)>, Vec<&'static str>) {
        let pairs = [Pair { case, before, after, not_available: false }];
        let found = differences(&pairs, CLAIMS);
        let faults = faults_of_differences(&pairs, &found);
        let found = found.into_iter().map(|d| (d.class, d.patches.iter().map(|patch| patch.slug).collect())).collect();
        (found, kinds(&faults))
    }

    #[test]
    fn the_outcome_classes_a_difference_before_the_frames_do() {
        assert_eq!(class(&run(Pass, 1), &run(Pass, 1)), None);
        assert_eq!(class(&run(Pass, 1), &run(Pass, 2)), Some(Class::Frames));
        assert_eq!(class(&run(Fail, 1), &run(Fail, 2)), Some(Class::Frames));
        for (worse, better) in [(Weak, Pass), (Fail, Weak), (Inconclusive, Fail)] {
            assert_eq!(class(&run(worse, 1), &run(better, 1)), Some(Class::Better));
            assert_eq!(class(&run(better, 1), &run(worse, 1)), Some(Class::Worse));
        }
    }

    #[test]
    fn time_is_no_difference() {
        let (before, mut after) = (run(Pass, 1), run(Pass, 1));
        after.transcript.events[0].at += std::time::Duration::from_secs(1);
        assert_eq!(class(&before, &after), None);
        assert_eq!(unsteady("a/b", "x", &Played::Ran(before), &Played::Ran(after)), None);
    }

    #[test]
    fn each_class_needs_its_own_kind_of_claim() {
        let (bad, good) = (run(Fail, 1), run(Pass, 2));
        assert_eq!(compared("a/mended", &bad, &good), (vec![(Class::Better, vec!["mends"])], vec![]));
        // A glob of changes does not prove anything.
        assert_eq!(compared("b/moved", &bad, &good), (vec![(Class::Better, vec![])], vec!["unclaimed"]));
        let moved = run(Pass, 3);
        assert_eq!(compared("b/moved", &good, &moved), (vec![(Class::Frames, vec!["mends", "also"])], vec![]));
        assert_eq!(compared("c/moved", &good, &moved), (vec![(Class::Frames, vec![])], vec!["unclaimed"]));
        // Nothing excuses what is worse.
        assert_eq!(compared("a/mended", &good, &bad), (vec![(Class::Worse, vec![])], vec!["worse"]));
    }

    fn claims_with(
        before: &Run,
        after: &Run,
        case: &'static str,
        known: &'static [&str],
        whole: bool,
    ) -> Vec<&'static str> {
        let pairs = [Pair { case, before, after, not_available: false }];
        let found = differences(&pairs, CLAIMS);
        kinds(&faults_of_claims(CLAIMS, &pairs, &found, &|case| known.contains(&case), whole))
    }

    #[test]
    fn claims_have_to_hold() {
        let (bad, good) = (run(Fail, 1), run(Pass, 2));
        let known: &[&str] = &["a/mended", "b/moved"];
        assert!(claims_with(&bad, &good, "a/mended", known, false).is_empty());
        assert_eq!(claims_with(&good, &good, "a/mended", known, false), ["claim-passes-upstream"]);
        assert_eq!(claims_with(&bad, &run(Weak, 2), "a/mended", known, false), ["claim-fails-on-fork"]);
        assert_eq!(claims_with(&bad, &good, "b/moved", &["b/moved"], false), ["claim-of-unknown-case"]);
    }

    #[test]
    fn a_glob_without_a_difference_is_stale_when_all_was_played() {
        let good = run(Pass, 1);
        let known: &[&str] = &["a/mended", "b/moved"];
        assert_eq!(claims_with(&good, &good, "b/moved", known, true), ["stale-change", "stale-change"]);
        assert!(claims_with(&good, &good, "b/moved", known, false).is_empty());
        assert_eq!(claims_with(&good, &run(Pass, 2), "b/other", known, true), ["stale-change"]);
    }

    #[test]
    fn what_changes_on_repetition_is_unsteady() {
        let unsteady = |a: Run, b: Run| unsteady("a/b", "x", &Played::Ran(a), &Played::Ran(b)).map(|p| p.to_string());
        assert_eq!(unsteady(run(Pass, 1), run(Pass, 1)), None);
        assert!(unsteady(run(Pass, 1), run(Fail, 1)).unwrap().contains("first pass (clean), then fail (clean) canned"));
        assert!(unsteady(run(Pass, 1), run(Pass, 2)).unwrap().contains("request on stream 2"));
    }
}
