//! The reader and applier of patches takes one thing only: exact lines at exact places.

use h2_materialize::{Patch, Tree};

fn tree(text: &str) -> Tree {
    let mut tree = Tree::default();
    tree.files.insert("src/a.rs".into(), text.into());
    tree
}

fn diff(hunks: &str) -> String {
    format!("--- a/src/a.rs\n+++ b/src/a.rs\n{hunks}")
}

fn apply(base: &str, hunks: &str) -> Result<String, String> {
    let mut tree = tree(base);
    let patch = Patch::parse(diff(hunks).as_bytes(), 1).map_err(|error| error.to_string())?;
    let outcome = patch.apply(&mut tree);
    let text = String::from_utf8(tree.files["src/a.rs"].clone()).unwrap();
    match outcome {
        Ok(()) => Ok(text),
        Err(error) => {
            assert_eq!(text, base, "a refused patch leaves the file alone");
            Err(error.to_string())
        }
    }
}

#[test]
fn replaces_inserts_and_deletes() {
    let base = "1\n2\n3\n4\n5\n";
    for (hunks, want) in [
        ("@@ -2 +2 @@\n-2\n+two\n", "1\ntwo\n3\n4\n5\n"),
        ("@@ -2 +2,2 @@\n-2\n+a\n+b\n", "1\na\nb\n3\n4\n5\n"),
        ("@@ -0,0 +1 @@\n+0\n", "0\n1\n2\n3\n4\n5\n"),
        ("@@ -5,0 +6,2 @@\n+6\n+7\n", "1\n2\n3\n4\n5\n6\n7\n"),
        ("@@ -1,5 +0,0 @@\n-1\n-2\n-3\n-4\n-5\n", ""),
        ("@@ -2,2 +1,0 @@\n-2\n-3\n", "1\n4\n5\n"),
        ("@@ -1,0 +2 @@\n+x\n@@ -3 +3,0 @@\n-3\n@@ -5 +5 @@\n-5\n+five\n", "1\nx\n2\n4\nfive\n"),
    ] {
        assert_eq!(apply(base, hunks).as_deref(), Ok(want), "{hunks}");
    }
}

#[test]
fn keeps_carriage_returns_and_the_unfinished_last_line() {
    assert_eq!(apply("a\r\nb\r\nc", "@@ -1 +1 @@\n-a\r\n+x\r\n").as_deref(), Ok("x\r\nb\r\nc"));
    assert!(apply("a\r\n", "@@ -1 +1 @@\n-a\n+x\n").is_err());
    assert!(apply("a", "@@ -1 +1 @@\n-a\n+x\n").is_err());
}

/// `patch` and `git apply` would place these hunks; here they are refused, with the place and both
/// texts.
#[test]
fn no_offset_no_fuzz() {
    for (hunks, complaint) in [
        ("@@ -2 +2 @@\n-1\n+one\n", r#"src/a.rs hunk 1 (line 3 of the patch): at line 2 expected "1", found "2""#),
        ("@@ -2 +2 @@\n-2 \n+two\n", r#"at line 2 expected "2 ", found "2""#),
        (
            "@@ -1,0 +2 @@\n+x\n@@ -3 +3 @@\n-3\n+three\n",
            "hunk 2 (line 5 of the patch): its new side says line 3, but the lines above it make it 4",
        ),
        ("@@ -9 +9 @@\n-9\n+nine\n", "it reaches to line 9, but the file has 3 lines"),
        ("@@ -2 +2 @@\n-2\n+b\n@@ -1 +1 @@\n-1\n+a\n", "hunk 2 (line 6 of the patch): it overlaps the hunk before it"),
    ] {
        let error = apply("1\n2\n3\n", hunks).unwrap_err();
        assert!(error.contains(complaint), "{error}");
        assert_eq!(error.lines().count(), 1);
    }
}

#[test]
fn refuses_every_other_form_of_diff() {
    let hunk = "@@ -1 +1 @@\n-1\n+x\n";
    let whole = |old: &str, new: &str| format!("--- {old}\n+++ {new}\n{hunk}");
    for (text, complaint) in [
        (String::new(), "found none"),
        ("diff --git a/x b/x\n".into(), "expected `--- `"),
        ("GIT binary patch\n".into(), "expected `--- `"),
        ("rename from a\n".into(), "expected `--- `"),
        (whole("/dev/null", "b/src/a.rs"), "neither creates nor deletes"),
        (whole("a/src/a.rs", "/dev/null"), "renames and deletes nothing"),
        (whole("a/src/a.rs", "b/src/b.rs"), "renames and deletes nothing"),
        (whole("a/../a.rs", "b/../a.rs"), "a path inside the tree"),
        (whole("a//etc/x", "b//etc/x"), "a path inside the tree"),
        (whole("a/c:/x", "b/c:/x"), "a path inside the tree"),
        (diff(""), "line 3 of the patch: expected `@@ `, found the end"),
        (diff("@@ -1 +1 @@ fn heading()\n-1\n+x\n"), "nothing after it"),
        (diff("@@ -1 +x @@\n-1\n+x\n"), "expected `@@ -LINE,COUNT"),
        (diff("@@ -0 +1 @@\n-1\n+x\n"), "expected `@@ -LINE,COUNT"),
        (diff("@@ -1,2 +1,2 @@\n 1\n-2\n+x\n"), "a context line"),
        (diff("@@ -1 +1 @@\n-1\n+x\n 2\n"), "a context line"),
        (diff("@@ -1,2 +1 @@\n-1\n+x\n"), "expected 1 more `-` line(s)"),
        (diff("@@ -1 +1,2 @@\n-1\n+x\n"), "expected 1 more `+` line(s)"),
        (diff("@@ -1 +1 @@\n-1\n+x\n+y\n"), "expected `--- `"),
        (diff("@@ -1 +1 @@\n-1\n+x"), "expected 1 more `+` line(s)"),
        (diff("@@ -1 +1 @@\n-1\n+1\n"), "changes nothing"),
        (diff("@@ -1 +1 @@\n-1\n+x\n\\ No newline at end of file\n"), "a missing line feed"),
        (diff(hunk).repeat(2), "src/a.rs appears twice"),
    ] {
        let error = Patch::parse(text.as_bytes(), 1).unwrap_err().to_string();
        assert!(error.contains(complaint), "{text}\n{error}");
    }
}

#[test]
fn refuses_a_file_that_the_release_does_not_have() {
    let patch = Patch::parse(diff("@@ -1 +1 @@\n-1\n+x\n").as_bytes(), 1).unwrap();
    let error = patch.apply(&mut Tree::default()).unwrap_err().to_string();
    assert!(error.starts_with("src/a.rs: no such file"), "{error}");
}
