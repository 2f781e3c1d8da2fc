//! What `verify` and `evidence` make of the conformance runner's answers. The runner is played by a
//! script in the place of cargo, so that these tests need no catalogue and no release build.
#![cfg(unix)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use h2_materialize::header::ProofKind;
use h2_materialize::Series;
use support::{git, stderr, stdout, Copy};

/// Writes the script; it answers `compare` and a run of one subject with `results`, `explain` with
/// a fixed text, and compiles everything.
fn play_cargo(copy: &Copy, results: &str) -> PathBuf {
    let script = copy.beside("cargo");
    fs::write(copy.beside("results.json"), results).unwrap();
    let text = format!(
        "#!/bin/sh\n\
         for last; do :; done\n\
         case \"$*\" in\n\
         *\" compare \"* | *\" --subject \"*) cp '{}' \"$last\"; exit 1 ;;\n\
         build* | check* | *--no-run*) exit 0 ;;\n\
         *\" explain \"*) echo 'both transcripts' ;;\n\
         *) exit 3 ;;\n\
         esac\n",
        copy.beside("results.json").display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

fn xtask(copy: &Copy, cargo: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).current_dir(copy.root()).args(args).env("CARGO", cargo).output().unwrap()
}

/// Results in which every case that the copy's patches name has these outcomes.
fn results(copy: &Copy, upstream: &str, patched: &str, unclaimed: u64) -> String {
    let series = Series::load(&copy.root().join("h2-patched/patches")).unwrap();
    let proofs = series.patches.iter().flat_map(|patch| &patch.header.proven_by);
    let cases: Vec<String> = proofs
        .filter(|proof| proof.kind == ProofKind::Case)
        .map(|proof| {
            format!(
                r#"{{"id":"{}","results":{{"upstream":{{"outcome":"{upstream}"}},"patched":{{"outcome":"{patched}"}}}}}}"#,
                proof.name
            )
        })
        .collect();
    format!(r#"{{"cases":[{}],"summary":{{"unclaimed":{unclaimed}}}}}"#, cases.join(","))
}

#[test]
fn each_question_is_answered_by_the_runner() {
    let copy = Copy::new();
    git(&copy.root(), &["init", "--quiet"]);
    let slug = "report-initial-window-too-large";
    for (upstream, patched, line) in [
        ("pass", "fail", "ok       alone report-initial-window-too-large: without any other patch: 2 case(s) pass"),
        ("fail", "fail", "FAILED   alone report-initial-window-too-large: none of its 2 case(s) passes on the release with it"),
        ("pass", "fail", "ok       without report-initial-window-too-large: 2 proof(s) fail without it"),
        ("pass", "pass", "FAILED   without report-initial-window-too-large: case:settings/initial-window-too-large passes without it"),
    ] {
        let cargo = play_cargo(&copy, &results(&copy, upstream, patched, 0));
        let output = xtask(&copy, &cargo, &["verify", "--each", slug]);
        let said = stdout(&output);
        assert!(said.lines().any(|said| said.starts_with(line)), "{line} is not in\n{said}{}", stderr(&output));
        assert_eq!(output.status.success(), !said.contains("FAILED"), "{said}");
    }
    // `ablate` asks one of the two.
    let cargo = play_cargo(&copy, &results(&copy, "fail", "fail", 0));
    let output = xtask(&copy, &cargo, &["ablate", slug]);
    assert_eq!(stdout(&output).lines().last(), Some("1 answer(s) as the headers say, 0 not, 0 open"));
}

#[test]
fn mutants_runs_the_ignored_tests_and_passes_their_status_on() {
    let copy = Copy::new();
    let cargo = copy.beside("cargo");
    for code in [0, 1, 101] {
        fs::write(&cargo, format!("#!/bin/sh\necho \"$*\"\nexit {code}\n")).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        for (command, test) in
            [("mutants", "every_mutation_is_caught"), ("power", "every_mutation_is_found_by_a_fuzz_target")]
        {
            let output = xtask(&copy, &cargo, &[command]);
            assert_eq!(output.status.code(), Some(code));
            let expected = format!("test --package xtask --test mutants -- --ignored --exact {test} --nocapture\n");
            assert_eq!(stdout(&output), expected);
            assert_eq!(stderr(&output).contains("the mutation tests did not pass"), code != 0);
        }
    }
}

/// Makes one patch of the copy claim a case.
fn claim_a_case(copy: &Copy) {
    let file = copy.root().join("h2-patched/patches/build/skip-unpublished-fixtures.patch");
    let text = fs::read_to_string(&file).unwrap();
    let claiming: Vec<&str> = text
        .lines()
        .map(|line| match line.starts_with("Proven-by:") {
            true => "Proven-by: case:made-up/case",
            false => line,
        })
        .collect();
    fs::write(&file, claiming.join("\n") + "\n").unwrap();
    copy.do_xtask(&["index"]);
}

#[test]
fn verify_holds_the_claims_against_the_comparison() {
    let copy = Copy::new();
    git(&copy.root(), &["init", "--quiet"]);
    claim_a_case(&copy);
    let verify = |results: &str| {
        let output = xtask(&copy, &play_cargo(&copy, results), &["verify"]);
        let said = stdout(&output);
        let claims = said.lines().find(|line| line.contains(" claims: ")).unwrap().to_owned();
        (output.status.code(), claims)
    };

    let (code, claims) = verify(&results(&copy, "fail", "pass", 0));
    assert!(claims.starts_with("ok"), "{claims}");
    assert_eq!(code, Some(0));
    for (results, complaint) in [
        (results(&copy, "pass", "pass", 0), "case:made-up/case passes on upstream"),
        (results(&copy, "fail", "fail", 0), "case:made-up/case does not pass on the fork"),
        (results(&copy, "fail", "pass", 3), "3 difference(s)"),
        (r#"{"cases":[],"summary":{"unclaimed":0}}"#.into(), "case:made-up/case is not in the catalogue"),
        ("{}".into(), "not in the agreed form"),
    ] {
        let (code, claims) = verify(&results);
        assert!(claims.starts_with("FAILED") && claims.contains(complaint), "{claims}");
        assert_eq!(code, Some(1));
    }
}

#[test]
fn evidence_is_complete() {
    let copy = Copy::new();
    claim_a_case(&copy);
    let out = copy.beside("evidence");
    let args = ["evidence", "skip-unpublished-fixtures", "--out", out.to_str().unwrap()];
    let output = xtask(&copy, &play_cargo(&copy, ""), &args);
    assert!(output.status.success(), "{}", stderr(&output));

    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    assert!(read("skip-unpublished-fixtures.diff").contains("\n mod fuzz;\n"), "context");
    for heading in ["# ", "## Problem", "## Solution", "## Validation"] {
        assert!(read("pull-request.md").contains(heading), "{heading}");
    }
    assert_eq!(read("transcripts/made-up-case.txt"), "both transcripts\n");
}
