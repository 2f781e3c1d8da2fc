//! Bad input to `cargo xtask`: one line that names what is allowed, exit code 2.

mod support;

use std::fs;

use support::{assert_refused, git, repository, xtask_in, Copy};

fn refused(args: &[&str], parts: &[&str]) {
    assert_refused(&xtask_in(&repository(), args), parts);
}

#[test]
fn command_line() {
    refused(&["frobnicate"], &["expected one of edit, refresh", "--help"]);
    refused(&[], &["expected a command"]);
    refused(&["edit"], &["expected DIR"]);
    refused(&["edit", ""], &["expected DIR"]);
    refused(&["evidence", "skip-unpublished-fixtures", "--out", ""], &["expected DIR"]);
    refused(&["verify", "--fast"], &["--fast"]);
}

#[test]
fn unknown_patch() {
    for command in ["show", "evidence"] {
        refused(&[command, "no-such-patch"], &["\"no-such-patch\"", "the patches are", "skip-unpublished-fixtures"]);
    }
}

#[test]
fn outside_the_repository() {
    let elsewhere = tempfile::tempdir().unwrap();
    assert_refused(
        &xtask_in(elsewhere.path(), &["index"]),
        &["inside the fork's repository", "h2-patched/patches/series"],
    );
}

#[test]
fn directories_that_hold_something() {
    let taken = tempfile::tempdir().unwrap();
    fs::write(taken.path().join("file"), "mine").unwrap();
    let dir = taken.path().to_str().unwrap();
    refused(&["edit", dir], &[dir, "holds something"]);
    refused(&["vendor", dir], &[dir, "holds something"]);
    assert_eq!(fs::read_to_string(taken.path().join("file")).unwrap(), "mine");
}

#[test]
fn work_trees_that_refresh_does_not_take() {
    let copy = Copy::new();
    let before = copy.series();
    let other = copy.beside("other");
    fs::create_dir_all(&other).unwrap();
    git(&other, &["init", "--quiet"]);
    for dir in [&other, &copy.beside("nowhere"), &copy.root()] {
        assert_refused(&copy.xtask(&["refresh", dir.to_str().unwrap()]), &["made by `cargo xtask edit`"]);
    }

    let edit = copy.beside("edit");
    let dir = edit.to_str().unwrap();
    copy.do_xtask(&["edit", dir]);
    fs::write(edit.join("src/lib.rs"), "mod x;\n").unwrap();
    assert_refused(&copy.xtask(&["refresh", dir]), &["to be committed", "src/lib.rs", "discard"]);
    assert_eq!(copy.series(), before);
}
