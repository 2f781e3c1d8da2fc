//! Unified diffs without context, read and applied strictly.
//!
//! The base is pinned byte for byte, so there is nothing to search for: a hunk applies at the lines
//! it names to the bytes it names, or not at all.

use std::fmt;

use crate::manifest::is_relative;
use crate::{Error, Tree};

/// What one patch does to the files of a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    /// The files it changes, in the order of the text.
    pub files: Vec<FilePatch>,
}

/// What a patch does to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePatch {
    /// The file, relative to the root of the tree.
    pub path: String,
    /// The hunks of the file, from top to bottom.
    pub hunks: Vec<Hunk>,
}

/// Lines that give way to other lines. Lines carry their line feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The hunk's own line in the patch file, for messages.
    pub line_in_patch: usize,
    /// Lines of the old file that come before it.
    pub old_offset: usize,
    /// Lines of the new file that come before it.
    pub new_offset: usize,
    /// The lines that go.
    pub removed: Vec<Vec<u8>>,
    /// The lines that come.
    pub added: Vec<Vec<u8>>,
}

impl Patch {
    /// Reads a diff; `first_line` is the number of its first line in the patch file.
    pub fn parse(text: &[u8], first_line: usize) -> Result<Patch, Error> {
        let mut reader = Reader { lines: text.split_inclusive(|byte| *byte == b'\n').collect(), next: 0, first_line };
        let mut patch = Patch::default();
        while reader.peek().is_some() {
            let file = reader.file()?;
            if patch.files.iter().any(|other| other.path == file.path) {
                return Err(reader.fault(format_args!("{} appears twice", file.path)));
            }
            patch.files.push(file);
        }
        if patch.files.is_empty() {
            return Err(reader.fault("expected a diff that starts with `--- a/`, found none"));
        }
        Ok(patch)
    }

    /// Applies it to the tree. On an error the tree is unchanged.
    pub fn apply(&self, tree: &mut Tree) -> Result<(), Error> {
        let mut changed = Vec::new();
        for file in &self.files {
            let old = tree.files.get(&file.path).ok_or_else(|| {
                Error::new(format!("{}: no such file in the release (own modules belong in modules/)", file.path))
            })?;
            changed.push((file.path.clone(), file.apply(old)?));
        }
        tree.files.extend(changed);
        Ok(())
    }
}

impl FilePatch {
    fn apply(&self, old: &[u8]) -> Result<Vec<u8>, Error> {
        let old: Vec<&[u8]> = old.split_inclusive(|byte| *byte == b'\n').collect();
        let mut new: Vec<&[u8]> = Vec::with_capacity(old.len());
        let mut done = 0;
        for (index, hunk) in self.hunks.iter().enumerate() {
            let fault = |what: fmt::Arguments<'_>| {
                Error::new(format!(
                    "{} hunk {} (line {} of the patch): {what}",
                    self.path,
                    index + 1,
                    hunk.line_in_patch
                ))
            };
            let end = hunk.old_offset + hunk.removed.len();
            if hunk.old_offset < done {
                return Err(fault(format_args!("it overlaps the hunk before it")));
            }
            if end > old.len() {
                return Err(fault(format_args!("it reaches to line {end}, but the file has {} lines", old.len())));
            }
            new.extend(&old[done..hunk.old_offset]);
            if new.len() != hunk.new_offset {
                return Err(fault(format_args!(
                    "its new side says line {}, but the lines above it make it {}",
                    hunk.new_offset + 1,
                    new.len() + 1
                )));
            }
            for (offset, expected) in hunk.removed.iter().enumerate() {
                let number = hunk.old_offset + offset;
                let found = old[number];
                if found != expected.as_slice() {
                    return Err(fault(format_args!(
                        "at line {} expected {}, found {}",
                        number + 1,
                        quoted(expected),
                        quoted(found)
                    )));
                }
            }
            new.extend(hunk.added.iter().map(Vec::as_slice));
            done = end;
        }
        new.extend(&old[done..]);
        Ok(new.concat())
    }
}

/// Walks the lines of a diff.
struct Reader<'a> {
    lines: Vec<&'a [u8]>,
    next: usize,
    first_line: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a [u8]> {
        self.lines.get(self.next).copied()
    }

    fn line_number(&self) -> usize {
        self.first_line + self.next
    }

    fn fault(&self, what: impl fmt::Display) -> Error {
        Error::new(format!("line {} of the patch: {what}", self.line_number()))
    }

    /// The line that starts with `prefix`, without prefix and line feed.
    fn expect(&mut self, prefix: &str) -> Result<&'a str, Error> {
        let line = self.peek();
        let text = line
            .and_then(|line| line.strip_suffix(b"\n"))
            .and_then(|line| std::str::from_utf8(line).ok())
            .and_then(|line| line.strip_prefix(prefix));
        match text {
            Some(text) => {
                self.next += 1;
                Ok(text)
            }
            None => Err(self.fault(format_args!(
                "expected `{prefix}`, found {}",
                line.map_or_else(|| "the end".to_owned(), quoted)
            ))),
        }
    }

    fn file(&mut self) -> Result<FilePatch, Error> {
        let old = self.expect("--- ")?;
        let path = old.strip_prefix("a/").filter(|path| is_relative(path));
        let Some(path) = path else {
            self.next -= 1;
            return Err(self.fault(format_args!(
                "expected `--- a/` and a path inside the tree, found `{old}` \
                 (a patch neither creates nor deletes files: own modules belong in modules/)"
            )));
        };
        let new = self.expect("+++ ")?;
        if new.strip_prefix("b/") != Some(path) {
            self.next -= 1;
            return Err(self.fault(format_args!(
                "expected `+++ b/{path}`, found `+++ {new}` (a patch renames and deletes nothing)"
            )));
        }
        let mut hunks = vec![self.hunk()?];
        while self.peek().is_some_and(|line| line.starts_with(b"@@")) {
            hunks.push(self.hunk()?);
        }
        Ok(FilePatch { path: path.to_owned(), hunks })
    }

    fn hunk(&mut self) -> Result<Hunk, Error> {
        let line_in_patch = self.line_number();
        let ranges = self.expect("@@ ")?;
        let Some((old, new)) = parse_ranges(ranges) else {
            self.next -= 1;
            return Err(self.fault(format_args!(
                "expected `@@ -LINE,COUNT +LINE,COUNT @@` and nothing after it, found `@@ {ranges}`"
            )));
        };
        let hunk = Hunk {
            line_in_patch,
            old_offset: old.offset,
            new_offset: new.offset,
            removed: self.body(b'-', old.count)?,
            added: self.body(b'+', new.count)?,
        };
        if hunk.removed == hunk.added {
            return Err(self.fault("the hunk above changes nothing"));
        }
        match self.peek().and_then(|line| line.first()) {
            Some(b' ' | b'\n') => {
                Err(self.fault("a context line; patches carry none (`cargo xtask refresh` writes them so)"))
            }
            Some(b'\\') => Err(self.fault("a missing line feed at the end of a file; add it")),
            _ => Ok(hunk),
        }
    }

    fn body(&mut self, sign: u8, count: usize) -> Result<Vec<Vec<u8>>, Error> {
        let mut lines = Vec::new();
        while lines.len() < count {
            match self.peek() {
                Some(line) if line.first() == Some(&sign) && line.ends_with(b"\n") => {
                    lines.push(line[1..].to_vec());
                    self.next += 1;
                }
                Some(line) if line.starts_with(b" ") => {
                    return Err(self.fault("a context line; patches carry none (`cargo xtask refresh` writes them so)"))
                }
                other => {
                    return Err(self.fault(format_args!(
                        "expected {} more `{}` line(s), found {}",
                        count - lines.len(),
                        char::from(sign),
                        other.map_or_else(|| "the end".to_owned(), quoted)
                    )))
                }
            }
        }
        Ok(lines)
    }
}

/// One side of a hunk: how many lines come before it, and how many it has.
struct Range {
    offset: usize,
    count: usize,
}

fn parse_ranges(text: &str) -> Option<(Range, Range)> {
    let (old, new) = text.strip_suffix(" @@")?.split_once(' ')?;
    Some((parse_range(old.strip_prefix('-')?)?, parse_range(new.strip_prefix('+')?)?))
}

/// `LINE` or `LINE,COUNT`. With a count of 0 the line is the one before the gap, otherwise the
/// first of the lines.
fn parse_range(text: &str) -> Option<Range> {
    let (line, count) = match text.split_once(',') {
        Some((line, count)) => (number(line)?, number(count)?),
        None => (number(text)?, 1),
    };
    let offset = if count == 0 { line } else { line.checked_sub(1)? };
    Some(Range { offset, count })
}

fn number(text: &str) -> Option<usize> {
    // `parse` alone would also take a leading `+`.
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// A line for a message: quoted, and cut when it is long.
fn quoted(line: &[u8]) -> String {
    const SHOWN: usize = 100;
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches('\n');
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{:?} ...", &text[..cut]),
        None => format!("{text:?}"),
    }
}
