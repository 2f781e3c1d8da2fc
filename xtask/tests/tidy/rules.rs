//! The rules, each with the places that are exempt and the reason.

use std::path::Path;

use crate::source::{self, Line};
use crate::words::{LAWFUL, REPLACED};

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;
const COMMENT_COLUMNS: usize = 100;

/// Words that no doc comment begins with.
const DOC_OPENINGS: &[&str] = &["It", "Its", "Of", "So many", "That", "Those", "Who", "Whose"];

/// Files that may be longer, and why.
const LONG_FILES: &[(&str, &str)] = &[
    ("PATCHES.md", "it is generated"),
    ("h2-patched/patches/policy/send-scheduler.patch", "it replaces the users of one module of upstream at once"),
];

/// Files whose functions may be longer, and why.
const LONG_FUNCTIONS: &[(&str, &str)] = &[
    ("conformance/src/catalog/", "a function is the table of a topic's cases"),
    ("conformance/tests/sockets/main.rs", "a function is a table of cases"),
];

/// Checks one file. Each finding is a line that says where, what was expected, and what came.
pub(crate) fn check(path: &str, text: &str) -> Vec<String> {
    let mut findings = length(path, text);
    if path.ends_with(".rs") {
        let lines = source::lines(text);
        findings.extend(wide_comments(path, text));
        findings.extend(long_functions(path, text));
        findings.extend(doc_openings(path, text));
        findings.extend(unwraps(path, text, &lines));
        findings.extend(lines.iter().enumerate().flat_map(|(at, line)| {
            let of_code = replaced(path, at + 1, &line.code, Text::Code);
            of_code.into_iter().chain(replaced(path, at + 1, &line.comment, Text::Prose))
        }));
    } else if path.ends_with(".patch") {
        findings.extend(patch(path, text));
    } else {
        findings
            .extend(text.lines().enumerate().flat_map(|(at, line)| replaced(path, at + 1, &prose(line), Text::Prose)));
    }
    findings
}

/// Exemptions of files that are gone.
pub(crate) fn stale(root: &Path) -> Vec<String> {
    let exempt = LONG_FILES.iter().chain(LONG_FUNCTIONS).map(|(path, _)| *path);
    let lawful = LAWFUL.iter().map(|(path, ..)| *path);
    let gone = exempt.chain(lawful).filter(|path| !root.join(path).exists());
    gone.map(|path| format!("{path}: expected a file, because an exemption names it, found none")).collect()
}

fn length(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    if lines <= FILE_LINES || is_listed(LONG_FILES, path) {
        return Vec::new();
    }
    vec![format!("{path}:{lines}: expected a file of at most {FILE_LINES} lines, found {lines}")]
}

fn is_listed(list: &[(&str, &str)], path: &str) -> bool {
    list.iter().any(|(listed, _)| path.starts_with(listed))
}

fn wide_comments(path: &str, text: &str) -> Vec<String> {
    // A row of a table and an address cannot be broken.
    let is_comment = |line: &str| {
        let comment = line.trim_start();
        let text = comment.trim_start_matches(['/', '!']).trim_start();
        comment.starts_with("//") && !text.starts_with('|') && text.contains(' ')
    };
    let lines = text.lines().enumerate().filter(|(_, line)| is_comment(line));
    let wide = lines.map(|(at, line)| (at + 1, line.chars().count())).filter(|(_, width)| *width > COMMENT_COLUMNS);
    wide.map(|(at, width)| format!("{path}:{at}: expected a comment within {COMMENT_COLUMNS} columns, found {width}"))
        .collect()
}

/// A doc comment begins with what the item is or does, and not with a word that refers to it.
fn doc_openings(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut before = "";
    for (at, line) in (1..).zip(text.lines().map(str::trim_start)) {
        let opening = DOC_OPENINGS.iter().find(|words| {
            let text = line.strip_prefix("/// ").or(line.strip_prefix("//! "));
            text.is_some_and(|text| text.starts_with(&format!("{words} ")))
        });
        let begins = !before.starts_with("///") && !before.starts_with("//!");
        if let Some(opening) = opening.filter(|_| begins) {
            findings.push(format!("{path}:{at}: expected what the item is or does, found {opening:?}"));
        }
        before = line;
    }
    findings
}

/// A function ends with the first brace below it that has the same indentation, because the sources
/// are formatted.
fn long_functions(path: &str, text: &str) -> Vec<String> {
    if is_listed(LONG_FUNCTIONS, path) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (at, line) in (1..).zip(text.lines()) {
        let indentation = line.len() - line.trim_start().len();
        if is_function(line) && !line.ends_with(['}', ';']) {
            open.push((indentation, at));
        } else if line.trim() == "}" {
            if let Some((_, begin)) = pop_at(&mut open, indentation) {
                let length = at - begin + 1;
                if length > FUNCTION_LINES {
                    findings.push(format!(
                        "{path}:{begin}: expected a function of at most {FUNCTION_LINES} lines, found {length}"
                    ));
                }
            }
        }
    }
    findings
}

/// Takes the last function if it has this indentation.
fn pop_at(open: &mut Vec<(usize, usize)>, indentation: usize) -> Option<(usize, usize)> {
    open.last().is_some_and(|(depth, _)| *depth == indentation).then(|| open.pop()).flatten()
}

fn is_function(line: &str) -> bool {
    let before = line.split("fn ").next().filter(|before| before.len() < line.len());
    before.is_some_and(|before| {
        let words = before.split_whitespace();
        words.into_iter().all(|word| {
            word.starts_with("pub")
                || word.starts_with('"')
                || "async const extern unsafe in".contains(word)
                || word.ends_with(')')
        })
    })
}

fn unwraps(path: &str, text: &str, lines: &[Line]) -> Vec<String> {
    if is_test(path) {
        return Vec::new();
    }
    // Unit tests are the last module of a file.
    let tests = text.find("#[cfg(test)]\nmod tests {").map_or(usize::MAX, |at| text[..at].lines().count());
    let code = lines.iter().enumerate().take(tests).filter(|(_, line)| line.code.contains(".unwrap()"));
    code.map(|(at, _)| format!("{path}:{}: expected `expect` with an invariant, found `unwrap`", at + 1)).collect()
}

fn is_test(path: &str) -> bool {
    let folders = ["tests", "examples", "benches"];
    let in_folder = path.rsplit('/').skip(1).any(|folder| folders.contains(&folder));
    in_folder && !path.starts_with("benches/src") || path.ends_with("_tests.rs")
}

/// Checks the header of a patch and its added lines.
fn patch(path: &str, text: &str) -> Vec<String> {
    let header = text.lines().take_while(|line| !line.starts_with("--- ")).count();
    let mut findings = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let number = at + 1;
        if at < header {
            findings.extend(replaced(path, number, &prose(line), Text::Prose));
        } else if let Some(added) = line.strip_prefix('+').filter(|line| !line.starts_with("++ ")) {
            for line in source::lines(added) {
                findings.extend(replaced(path, number, &line.code, Text::Code));
                findings.extend(replaced(path, number, &line.comment, Text::Prose));
            }
        }
    }
    findings
}

/// The sentences of a line of Markdown, without quoted code, ids of cases and paths.
fn prose(line: &str) -> String {
    let text = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    text.split_whitespace().filter(|word| !word.contains('/')).collect::<Vec<_>>().join(" ")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    Code,
    Prose,
}

/// Finds words that the glossary replaced. Phrases are looked for in sentences only.
fn replaced(path: &str, number: usize, text: &str, kind: Text) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let words = source::words(text);
    let sentence = format!(" {} ", words.join(" "));
    let is_used = |phrase: &str| match phrase.contains(' ') {
        true => kind == Text::Prose && sentence.contains(&format!(" {phrase} ")),
        false => words.iter().any(|word| word == phrase),
    };
    let is_lawful = |phrase: &str| LAWFUL.iter().any(|(at, word, _)| *word == phrase && path.starts_with(at));
    let found = REPLACED.iter().filter(|(phrase, _)| is_used(phrase) && !is_lawful(phrase));
    found.map(|(phrase, instead)| format!("{path}:{number}: expected {instead:?} and not {phrase:?}")).collect()
}
