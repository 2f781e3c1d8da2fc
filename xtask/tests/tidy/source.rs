//! Rust sources, split into code and comments line by line.

/// A line of a Rust source.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// The code, without the content of strings.
    pub(crate) code: String,
    /// The text of the comment, without its slashes.
    pub(crate) comment: String,
}

/// What a character belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Code,
    LineComment,
    /// A comment, and the number of comments around it.
    BlockComment(usize),
    Text,
    /// A raw string, and the number of its hashes.
    RawText(usize),
}

/// Splits the source into lines of code and comment.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    let mut within = Within::Code;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        let mut length = next.len_utf8();
        if next == '\n' {
            if within == Within::LineComment {
                within = Within::Code;
            }
            lines.push(Line::default());
        } else {
            match within {
                Within::Code => (within, length) = code(rest, line),
                Within::LineComment => line.comment.push(next),
                Within::BlockComment(depth) if rest.starts_with("*/") => {
                    within = if depth == 0 { Within::Code } else { Within::BlockComment(depth - 1) };
                    length = 2;
                }
                Within::BlockComment(depth) if rest.starts_with("/*") => {
                    within = Within::BlockComment(depth + 1);
                    length = 2;
                }
                Within::BlockComment(_) => line.comment.push(next),
                Within::Text if next == '\\' => length += rest[1..].chars().next().map_or(0, char::len_utf8),
                Within::Text if next == '"' => within = Within::Code,
                Within::RawText(hashes) if rest[1..].starts_with(&"#".repeat(hashes)) && next == '"' => {
                    within = Within::Code;
                    length += hashes;
                }
                Within::Text | Within::RawText(_) => {}
            }
        }
        rest = &rest[length..];
    }
    lines
}

/// Takes one token of code: returns what follows it, and its length in bytes.
fn code(rest: &str, line: &mut Line) -> (Within, usize) {
    if rest.starts_with("//") {
        let slashes = rest.bytes().take_while(|byte| *byte == b'/').count();
        return (Within::LineComment, slashes);
    }
    if rest.starts_with("/*") {
        return (Within::BlockComment(0), 2);
    }
    let is_word = line.code.ends_with(|before: char| before.is_alphanumeric() || before == '_');
    let raw = rest.trim_start_matches('b');
    if let Some(raw) = raw.strip_prefix('r').filter(|_| !is_word) {
        let hashes = raw.bytes().take_while(|byte| *byte == b'#').count();
        if raw[hashes..].starts_with('"') {
            return (Within::RawText(hashes), rest.len() - raw.len() + hashes + 1);
        }
    }
    let next = rest.chars().next().expect("there is a rest");
    match next {
        '"' => return (Within::Text, 1),
        '\'' => {
            if let Some(length) = character(rest) {
                return (Within::Code, length);
            }
        }
        _ => {}
    }
    line.code.push(next);
    (Within::Code, next.len_utf8())
}

/// The length of a character literal. A quote that begins a lifetime has none.
fn character(rest: &str) -> Option<usize> {
    let content = rest[1..].chars().next()?;
    if content == '\\' {
        return rest[3..].find('\'').map(|end| end + 4);
    }
    let end = 1 + content.len_utf8();
    rest[end..].starts_with('\'').then_some(end + 1)
}

/// The words of an identifier or a sentence, in lower case: `next_queue` and `NextQueue` have two.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for next in text.chars() {
        if next.is_uppercase() && before.is_lowercase() || !next.is_alphanumeric() {
            words.push(String::new());
        }
        if next.is_alphanumeric() {
            words.last_mut().expect("there is a last word").extend(next.to_lowercase());
        }
        before = next;
    }
    words.retain(|word| !word.is_empty());
    words
}
