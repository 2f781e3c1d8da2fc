//! The conformance comparison, run as a command and read from its JSON.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use h2_materialize::header::ProofKind;
use h2_materialize::{Series, WORKTREE};
use serde::Deserialize;

use crate::failure::Failure;
use crate::repo::{read, tempdir, Repo};

/// The part of `results.json` that is needed here.
#[derive(Debug, Deserialize)]
pub(crate) struct Results {
    cases: Vec<CaseResult>,
    summary: Summary,
}

#[derive(Debug, Deserialize)]
struct CaseResult {
    id: String,
    results: BTreeMap<String, SubjectResult>,
}

#[derive(Debug, Deserialize)]
struct SubjectResult {
    outcome: String,
}

#[derive(Debug, Deserialize)]
struct Summary {
    unclaimed: u64,
}

/// The conformance runner with `arguments` to come.
pub(crate) fn runner(repo: &Repo) -> Command {
    let mut command = repo.cargo();
    command.args(["run", "--quiet", "--release", "--package", "h2-conformance", "--"]);
    command
}

/// Runs every case on both subjects.
pub(crate) fn run(repo: &Repo) -> Result<Results, Failure> {
    run_on(repo, None)
}

/// Runs every case on both subjects, the fork being compiled from `worktree` where one is given.
pub(crate) fn run_on(repo: &Repo, worktree: Option<&Path>) -> Result<Results, Failure> {
    let scratch = tempdir()?;
    let file = scratch.path().join("results.json");
    let mut command = runner(repo);
    command.args(["compare", "--quiet", "--format", "json", "--out"]).arg(&file);
    if let Some(worktree) = worktree {
        // Apart from the usual target directory, which is for the fork of the series only.
        command.env(WORKTREE, worktree).env("CARGO_TARGET_DIR", repo.root.join("target/ablate"));
    }
    let output = command.output().map_err(|cause| Failure::io("run cargo", &cause))?;
    // 1 says that a subject fell short, which the results tell better; anything else is a broken
    // runner.
    if !matches!(output.status.code(), Some(0 | 1)) || !file.exists() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let reason = stderr.lines().last().unwrap_or("no message").trim();
        return Err(Failure::new(format!(
            "`cargo run --release -p h2-conformance -- compare` broke ({}): {reason}",
            output.status
        )));
    }
    parse(&read(&file)?)
}

fn parse(json: &str) -> Result<Results, Failure> {
    serde_json::from_str(json).map_err(|error| Failure::new(format!("results.json is not in the agreed form: {error}")))
}

/// Every claim of the series that the results do not bear out.
pub(crate) fn broken_claims(series: &Series, results: &Results) -> Vec<String> {
    let mut broken = Vec::new();
    for patch in &series.patches {
        let proofs = patch.header.proven_by.iter();
        for proof in proofs.filter(|proof| proof.kind == ProofKind::Case) {
            let what = match results.cases.iter().find(|case| case.id == proof.name) {
                None => Some("is not in the catalogue".to_owned()),
                Some(case) => unproven(case),
            };
            if let Some(what) = what {
                broken.push(format!("{}: {proof} {what}", patch.slug));
            }
        }
    }
    if results.summary.unclaimed > 0 {
        broken.push(format!(
            "{} difference(s) between upstream and fork that no patch claims (`cargo run --release -p h2-conformance` lists them)",
            results.summary.unclaimed
        ));
    }
    broken
}

fn unproven(case: &CaseResult) -> Option<String> {
    let outcome = |subject: &str| {
        let result = case.results.get(subject);
        result.map_or("no result", |result| result.outcome.as_str())
    };
    match (outcome("upstream"), outcome("patched")) {
        ("no result", _) => Some("has no result on upstream".to_owned()),
        ("pass", _) => Some("passes on upstream, so it proves nothing".to_owned()),
        (_, "pass") => None,
        (_, other) => Some(format!("does not pass on the fork: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use h2_materialize::series::parse_patch;

    const PATCH: &str = "\
Subject: s
Class: fix
Why: w
Spec: none
Upstream-Issue: none
Proven-by: case:a/b tests:t
Risk: none
Forwarded: no, because
Drop-when: never

--- a/src/x.rs
+++ b/src/x.rs
@@ -1 +1 @@
-a
+b
";

    fn complaints(id: &str, upstream: &str, patched: &str, unclaimed: u64) -> Vec<String> {
        let series = Series {
            patches: vec![parse_patch("slug", h2_materialize::series::Tier::Fixes, PATCH.to_owned()).unwrap()],
            tree_sha256: String::new(),
        };
        let result = |outcome: &str| format!(r#"{{"outcome":"{outcome}","ending":"clean","millis":1}}"#);
        let json = format!(
            r#"{{"cases":[{{"id":"{id}","results":{{"upstream":{},"patched":{}}}}}],"summary":{{"unclaimed":{unclaimed},"differences":1}}}}"#,
            result(upstream),
            result(patched)
        );
        broken_claims(&series, &parse(&json).unwrap())
    }

    #[test]
    fn a_proof_fails_on_upstream_and_passes_on_the_fork() {
        for upstream in ["fail", "weak", "observed", "inconclusive"] {
            assert!(complaints("a/b", upstream, "pass", 0).is_empty());
        }
    }

    #[test]
    fn everything_else_is_a_broken_claim() {
        for (id, upstream, patched, unclaimed, complaint) in [
            ("a/c", "fail", "pass", 0, "case:a/b is not in the catalogue"),
            ("a/b", "pass", "pass", 0, "passes on upstream"),
            ("a/b", "fail", "weak", 0, "does not pass on the fork: weak"),
            ("a/b", "fail", "pass", 2, "2 difference(s)"),
        ] {
            let broken = complaints(id, upstream, patched, unclaimed);
            assert_eq!(broken.len(), 1, "{broken:?}");
            assert!(broken[0].contains(complaint), "{broken:?}");
        }
    }

    #[test]
    fn another_form_is_not_taken_for_an_answer() {
        assert!(parse("{}").is_err());
        assert!(parse(r#"{"cases":[],"summary":{}}"#).is_err());
    }
}
