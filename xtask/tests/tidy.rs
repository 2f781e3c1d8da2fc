//! Rules of style for the whole repository: sizes of files and functions, the width of comments,
//! `unwrap`, and words.
//!
//! The test reads every Rust, Markdown and patch file that is tracked, and prints a line for each
//! place that breaks a rule.

mod support;

#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/words.rs"]
mod words;

use std::fs;

use support::{git, repository, stdout};

#[test]
fn the_repository_is_tidy() {
    let root = repository();
    let listed = stdout(&git(&root, &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]));
    assert!(!listed.is_empty(), "expected a git repository at {}, found no tracked files", root.display());
    let mut findings = Vec::new();
    for path in listed.split('\0').filter(|path| is_ours(path)) {
        // A file that is deleted may still be in the index.
        if let Ok(text) = fs::read_to_string(root.join(path)) {
            findings.extend(rules::check(path, &text));
        }
    }
    findings.extend(rules::stale(&root));
    assert!(findings.is_empty(), "{} places are not tidy:\n{}", findings.len(), findings.join("\n"));
}

fn is_ours(path: &str) -> bool {
    [".rs", ".md", ".patch"].iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::rules::check;

    #[track_caller]
    fn finds(path: &str, text: &str, expected: &[&str]) {
        let found = check(path, text);
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}: expected {expected}");
        }
    }

    #[test]
    fn a_long_file_and_a_long_function_are_found() {
        let body = "    work();\n".repeat(80);
        finds("a.rs", &format!("fn long() {{\n{body}}}\n"), &["a.rs:1: expected a function of at most 70 lines"]);
        finds("a.rs", &"work!();\n".repeat(501), &["a.rs:501: expected a file of at most 500 lines"]);
    }

    #[test]
    fn a_wide_comment_is_found_and_wide_code_is_left_to_rustfmt() {
        finds("a.rs", &format!("// {}\n", "word ".repeat(20)), &["a.rs:1: expected a comment within 100 columns"]);
        finds("a.rs", &format!("/// | {} |\n", "cell | ".repeat(20)), &[]);
        finds("a.rs", &format!("const A: &str = \"{}\";\n", "x".repeat(100)), &[]);
    }

    #[test]
    fn unwrap_is_found_outside_of_tests() {
        let code = "fn one() {\n    two().unwrap();\n}\n";
        finds("src/a.rs", code, &["src/a.rs:2: expected `expect`"]);
        finds("tests/a.rs", code, &[]);
        finds("src/a.rs", &format!("#[cfg(test)]\nmod tests {{\n{code}}}\n"), &[]);
        finds("src/a.rs", "/// Not `.unwrap()`.\nfn one() {}\n", &[]);
    }

    #[test]
    fn words_are_found_in_identifiers_and_comments_and_not_in_strings() {
        finds("a.rs", "fn next_lane() {}\n", &["a.rs:1: expected \"send queue\" and not \"lane\""]);
        finds("a.rs", "struct LaneTable;\n", &["\"lane\""]);
        finds("a.rs", "// In line waits somebody.\n", &["\"in line\"", "\"somebody\""]);
        finds("a.rs", "const PLANE: &str = \"lane\";\n", &[]);
        finds("a.rs", "const RAW: &str = r#\"\"lane\"\n// lane\n\"#;\nfn f<'a>(_: &'a str, _: char) {}\n", &[]);
    }

    #[test]
    fn a_doc_comment_that_does_not_name_its_item_is_found() {
        finds("a.rs", "/// Its name.\nconst A: u8 = 1;\n", &["a.rs:1: expected what the item is or does"]);
        finds("a.rs", "/// The name.\n/// Its use.\nconst A: u8 = 1;\n", &[]);
    }

    #[test]
    fn added_lines_of_patches_are_checked_and_removed_ones_are_not() {
        let patch = "Subject: x\n\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1 +1,2 @@\n-// Nobody.\n+// Nobody.\n";
        finds("a.patch", patch, &["a.patch:7: expected"]);
        finds("a.md", "Nobody reads `nobody`.\n", &["a.md:1: expected"]);
    }
}
