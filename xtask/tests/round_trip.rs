//! `edit` and `refresh`: the series as commits and back.

mod support;

use std::fs;
use std::path::Path;

use support::{git, stderr, Copy};

const MESSAGE: &str = "\
new-patch: Say something else

Tier: speed
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
    assert_eq!(after["series"], format!("{}new-patch\n", before["series"]));
    assert_ne!(after["tree.sha256"], before["tree.sha256"]);
    let (_, diff) = after["speed/new-patch.patch"].split_once("\n\n").unwrap();
    let lines: Vec<&str> = diff.lines().collect();
    assert_eq!(lines[..2], ["--- a/src/error.rs", "+++ b/src/error.rs"]);
    assert!(lines[2].ends_with(" @@"), "{}", lines[2]);
    assert_eq!(lines[3..], [format!("-{old}").as_str(), "+pub struct Error { // here"]);
    for name in before.keys().filter(|name| name.ends_with(".patch")) {
        assert_eq!(after[name], before[name]);
    }

    // What refresh wrote is a series: it verifies, shows, and comes back from another round as it
    // is.
    let said = copy.do_xtask(&["verify", "--skip-compare"]);
    assert!(said.contains("SKIPPED  claims") && said.contains("SKIPPED  tiers"), "{said}");
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

    change_line(&edit.join("src/error.rs"), "pub struct Error", "// gone");
    commit(&edit, &MESSAGE.replace("Tier: speed", "Tier: fixes"));
    fails_with("(new-patch) is of tier fixes, but comes after a later tier");

    fs::write(edit.join("src/new.rs"), "// new\n").unwrap();
    commit(&edit, MESSAGE);
    fails_with("own modules belong in h2-patched/modules");

    change_line(&edit.join("src/error.rs"), "pub struct Error", "// gone");
    commit(&edit, &MESSAGE.replace("new-patch", "skip-unpublished-fixtures"));
    fails_with("two commits are named skip-unpublished-fixtures");

    assert_eq!(copy.series(), before);
}

/// The way out that the build's message names when a patch was edited by hand.
#[test]
fn a_patch_edited_by_hand_is_mended() {
    let copy = Copy::new();
    let before = copy.series();
    let file = copy.root().join("h2-patched/patches/build/skip-unpublished-fixtures.patch");
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
            "patches/build/skip-unpublished-fixtures.patch",
            "Risk: none",
            "Risk:   none",
            "export: patches/build/skip-unpublished-fixtures.patch",
        ),
        ("patches/build/skip-unpublished-fixtures.patch", "Risk: none", "Risk: some", "index: PATCHES.md"),
        (
            "patches/build/skip-unpublished-fixtures.patch",
            "Proven-by: tests:",
            "Proven-by: tests:no_",
            "is not to be found",
        ),
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
fn roll_rebases_on_a_checkout() {
    let copy = Copy::new();
    let release = copy.beside("release");
    let dir = copy.beside("roll");
    let arguments = ["roll", release.to_str().unwrap(), dir.to_str().unwrap()];
    let refused = copy.xtask(&arguments);
    assert!(stderr(&refused).contains("expected a published version or the directory of a checkout"));

    // The checkout is the release with one line changed that a patch changes as well.
    let edit = copy.beside("edit");
    copy.do_xtask(&["edit", edit.to_str().unwrap()]);
    git(&edit, &["checkout", "--quiet", "pristine"]);
    fs::create_dir_all(&release).unwrap();
    fs::rename(edit.join("src"), release.join("src")).unwrap();
    let refused = copy.xtask(&arguments);
    assert!(stderr(&refused).contains("does not have that package"), "{}", stderr(&refused));
    fs::write(release.join("Cargo.toml"), "[package]\nname = \"h2\"\nversion = \"0.4.99\"\n").unwrap();
    change_line(&release.join("src/client.rs"), "pending: Option<", "    pending: Option<Other>,");

    let stopped = copy.xtask(&arguments);
    assert_eq!(stopped.status.code(), Some(1));
    let sentence = stderr(&stopped);
    assert!(sentence.contains("remember-last-request-by-id does not apply to h2 0.4.99"), "{sentence}");
    assert!(sentence.contains(" patches do before it): CONFLICT") && sentence.contains("src/client.rs"), "{sentence}");
    assert!(fs::read_to_string(dir.join(".git/upstream.sha256")).unwrap().contains("release h2 0.4.99"));
}
