//! Upstream's `lib.rs` in two parts: what can be included in a crate root, and the crate's
//! documentation.
//!
//! `include!` takes items, but neither inner attributes nor inner docs. Those are at the top of
//! the file; they are blanked, not cut, so that every line keeps its number in messages and
//! debuggers.

use crate::Error;

/// A crate root in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrateRoot {
    /// The items, at their original lines.
    pub body: String,
    /// The crate's documentation as Markdown.
    pub docs: String,
}

/// Takes the leading inner docs and inner attributes off `lib`.
pub fn split(lib: &str) -> Result<CrateRoot, Error> {
    let mut root = CrateRoot { body: String::with_capacity(lib.len()), docs: String::new() };
    let mut lines = lib.lines().enumerate().peekable();
    while let Some((_, line)) = lines.peek() {
        let line = line.trim();
        if let Some(doc) = line.strip_prefix("//!") {
            root.docs.push_str(doc.strip_prefix(' ').unwrap_or(doc));
            root.docs.push('\n');
        } else if line.starts_with("#![") {
            blank_attribute(&mut lines, &mut root.body)?;
            continue;
        } else if !line.is_empty() && !line.starts_with("//") {
            break;
        }
        lines.next();
        root.body.push('\n');
    }
    for (index, line) in lines {
        if line.starts_with("#![") || line.starts_with("//!") {
            return Err(Error::new(format!(
                "src/lib.rs line {}: an inner attribute or doc below the first item cannot be included; \
                 move it to the top of the file",
                index + 1
            )));
        }
        root.body.push_str(line);
        root.body.push('\n');
    }
    Ok(root)
}

/// Blanks one attribute, which may span lines: it ends where its brackets balance.
fn blank_attribute<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>, body: &mut String) -> Result<(), Error> {
    let mut depth = 0;
    let mut start = None;
    for (index, line) in lines {
        start.get_or_insert(index + 1);
        body.push('\n');
        for c in line.chars() {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
        }
        if depth == 0 {
            return Ok(());
        }
    }
    Err(Error::new(format!(
        "src/lib.rs line {}: the inner attribute never ends; close its bracket",
        start.unwrap_or(0)
    )))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn takes_docs_and_attributes_and_keeps_line_numbers() {
        let lib = "//! Title\n//!\n//!  indented\n\n#![deny(\n    missing_docs,\n)]\n// note\n#![allow(a)]\n\nmod x;\n/// d\nfn f() {}\n";
        let root = split(lib).unwrap();
        assert_eq!(root.docs, "Title\n\n indented\n");
        assert_eq!(root.body.lines().count(), lib.lines().count());
        assert_eq!(root.body.lines().nth(10), Some("mod x;"));
        assert!(root.body.lines().take(10).all(str::is_empty));
        assert!(root.body.ends_with("mod x;\n/// d\nfn f() {}\n"));
    }

    #[test]
    fn refuses_what_cannot_be_included() {
        let late = split("mod x;\n#![allow(a)]\n").unwrap_err().to_string();
        assert!(late.starts_with("src/lib.rs line 2:"), "{late}");
        let open = split("#![allow(\n").unwrap_err().to_string();
        assert!(open.starts_with("src/lib.rs line 1:"), "{open}");
    }
}
