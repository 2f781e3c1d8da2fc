//! `edit` and `refresh`: the series as commits and back.

mod support;

use std::fs;
use std::path::Path;

use support::{git, stderr, Copy};

const MESSAGE: &str = "\
new-patch: Say something else

Group: Wording
Class: policy
Why: the message is unclear
Spec: none
Upstream-Issue: none
Proven-by: tests:round_trip
Risk: none
Forwarded: no, because this is a test
Drop-when: never
";

/// Replaces the first line of the file that holds `from`; returns the line.
fn change_line(file: &Path, from: &str, to: &str) -> String {
    let text = fs::read_to_string(file).unwrap();
    let line = text.lines().find(|line| line.contains(from)).unwrap().to_owned();
    fs::write(file, text.replacen(&line, to, 1)).unwrap();
    line
}

fn commit(dir: &Path, message: &str) {
    git(dir, &["add", "--all"]);
    git(dir, &["commit", "--quiet", "--cleanup=verbatim", "-m", message]);
}

#[test]
fn without_a_change_nothing_changes() {
    let copy = Copy::new();
    let before = copy.series();
    let dir = copy.beside("edit");
    let dir = dir.to_str().unwrap();
    copy.do_xtask(&["edit", dir]);
    let said = copy.do_xtask(&["refresh", dir]);
    assert!(said.contains("the series is as it was"), "{said}");
    assert_eq!(copy.series(), before);
}

#[test]
fn what_was_changed_in_the_series_meanwhile_is_not_lost() {
    let copy = Copy::new();
    let edit = copy.beside("edit");
    let dir = edit.to_str().unwrap();
    copy.do_xtask(&["edit", dir]);
    let (name, text) = copy.series().into_iter().find(|(name, _)| name.ends_with(".patch")).unwrap();
    let file = copy.root().join("h2-patched/patches").join(&name);
    fs::write(&file, text.replacen("Risk: ", "Risk: who knows, ", 1)).unwrap();
    let before = copy.series();
    let refused = copy.xtask(&["refresh", dir]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("the series has changed since"), "{}", stderr(&refused));
    assert_eq!(copy.series(), before);
}

#[test]
fn a_new_commit_becomes_a_patch_that_quotes_nothing_else() {
    let copy = Copy::new();
    let before = copy.series();
    let edit = copy.beside("edit");
    let dir = edit.to_str().unwrap();
    copy.do_xtask(&["edit", dir]);
    let old = change_line(&edit.join("src/error.rs"), "pub struct Error", "pub struct Error { // here");
    commit(&edit, MESSAGE);
    copy.do_xtask(&["refresh", dir]);

    let after = copy.series();
    assert!(after["series"].ends_with("\n# Wording\nnew-patch\n"));
    assert_ne!(after["tree.sha256"], before["tree.sha256"]);
    let (_, diff) = after["new-patch.patch"].split_once("\n\n").unwrap();
    let lines: Vec<&str> = diff.lines().collect();
    assert_eq!(lines[..2], ["--- a/src/error.rs", "+++ b/src/error.rs"]);
    assert!(lines[2].ends_with(" @@"), "{}", lines[2]);
    assert_eq!(lines[3..], [format!("-{old}").as_str(), "+pub struct Error { // here"]);
    for name in before.keys().filter(|name| name.ends_with(".patch")) {
        assert_eq!(after[name], before[name]);
    }

    // What refresh wrote is a series: it verifies, shows, and comes back from another round as it is.
    let said = copy.do_xtask(&["verify", "--skip-compare"]);
    assert!(said.contains("SKIPPED  claims"), "{said}");
    assert!(copy.do_xtask(&["show", "new-patch"]).contains(&format!("\n-{old}\n")));

    // Dropping the commit takes the patch out again.
    git(&edit, &["reset", "--quiet", "--hard", "HEAD^"]);
    copy.do_xtask(&["refresh", dir]);
    assert_eq!(copy.series(), before);
}

#[test]
fn commits_that_cannot_become_patches_are_named() {
    let copy = Copy::new();
    let before = copy.series();
    let edit = copy.beside("edit");
    let dir = edit.to_str().unwrap();
    copy.do_xtask(&["edit", dir]);
    let fails_with = |complaint: &str| {
        let sentence = stderr(&copy.xtask(&["refresh", dir]));
        assert_eq!(sentence.lines().count(), 1, "{sentence}");
        assert!(sentence.contains(complaint), "{sentence}");
        git(&edit, &["reset", "--quiet", "--hard", "HEAD^"]);
    };

    change_line(&edit.join("src/error.rs"), "pub struct Error", "// gone");
    commit(&edit, "Fix something\n");
    fails_with("expected a first line `slug: subject`");

    change_line(&edit.join("src/error.rs"), "pub struct Error", "// gone");
    commit(&edit, &MESSAGE.replace("Risk: none\n", ""));
    fails_with("missing field Risk");

    fs::write(edit.join("src/new.rs"), "// new\n").unwrap();
    commit(&edit, MESSAGE);
    fails_with("own modules belong in h2-patched/modules");

    change_line(&edit.join("src/error.rs"), "pub struct Error", "// gone");
    commit(&edit, &MESSAGE.replace("new-patch", "unpublished-fixtures"));
    fails_with("two commits are named unpublished-fixtures");

    assert_eq!(copy.series(), before);
}

/// The way out that the build's message names when a patch was edited by hand.
#[test]
fn a_patch_edited_by_hand_is_mended() {
    let copy = Copy::new();
    let before = copy.series();
    let file = copy.root().join("h2-patched/patches/unpublished-fixtures.patch");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("+#[cfg(any())]", "+#[cfg(all(test, any()))]")).unwrap();
    let sentence = copy.xtask(&["verify", "--skip-compare"]);
    assert!(!sentence.status.success());

    let dir = copy.beside("edit");
    let dir = dir.to_str().unwrap();
    copy.do_xtask(&["edit", dir]);
    copy.do_xtask(&["refresh", dir]);
    copy.do_xtask(&["verify", "--skip-compare"]);
    assert_ne!(copy.series()["tree.sha256"], before["tree.sha256"]);
}

#[test]
fn verify_names_what_drifted() {
    let copy = Copy::new();
    let package = copy.root().join("h2-patched");
    for (file, from, to, complaint) in [
        ("Cargo.toml", "bytes = \"1\"", "bytes = \"1.4\"", "manifest: h2-patched/Cargo.toml: [dependencies] has bytes"),
        (
            "patches/unpublished-fixtures.patch",
            "Risk: none",
            "Risk:   none",
            "export: patches/unpublished-fixtures.patch",
        ),
        ("patches/unpublished-fixtures.patch", "Risk: none", "Risk: some", "index: PATCHES.md"),
        ("patches/unpublished-fixtures.patch", "Proven-by: tests:", "Proven-by: tests:no_", "is not to be found"),
    ] {
        let file = package.join(file);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&file, text.replacen(from, to, 1)).unwrap();
        let output = copy.xtask(&["verify", "--skip-compare"]);
        assert_eq!(output.status.code(), Some(1));
        let said = support::stdout(&output);
        assert!(said.lines().any(|line| line.starts_with("FAILED") && line.contains(complaint)), "{said}");
        fs::write(&file, text).unwrap();
    }
    copy.do_xtask(&["verify", "--skip-compare"]);
}

#[test]
fn roll_rebases_on_another_release() {
    let copy = Copy::new();
    let dir = copy.beside("roll");
    let said = copy.do_xtask(&["roll", "0.4.20", dir.to_str().unwrap()]);
    assert!(said.contains("the series on h2 0.4.20"), "{said}");
    let manifest = fs::read_to_string(dir.join(".git/upstream.sha256")).unwrap();
    let known = fs::read_to_string(copy.root().join("h2-patched/upstream.sha256")).unwrap();
    assert_eq!(manifest, known);
}
