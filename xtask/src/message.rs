//! A patch's header as the message of its commit, and back.
//!
//! The first line is `slug: subject`, as a log shows it; then an empty line, the theme, and the other fields.

use h2_materialize::series::is_slug;
use h2_materialize::Header;

/// A patch's name, theme and header, as a commit carries them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) slug: String,
    pub(crate) group: String,
    pub(crate) header: Header,
}

impl Message {
    /// The commit message.
    pub(crate) fn to_text(&self) -> String {
        let header = self.header.to_string();
        // The subject is one line and comes first.
        let fields = header.split_once('\n').map_or("", |(_, fields)| fields);
        format!("{}: {}\n\nGroup: {}\n{fields}", self.slug, self.header.subject, self.group)
    }

    /// Reads a commit message; the error says what is wrong, not where.
    pub(crate) fn parse(text: &str) -> Result<Message, String> {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let (slug, subject) = first
            .split_once(": ")
            .filter(|(slug, _)| is_slug(slug))
            .ok_or_else(|| format!("expected a first line `slug: subject`, found {first:?}"))?;
        let (group, fields) = rest
            .trim_start()
            .strip_prefix("Group: ")
            .and_then(|rest| rest.split_once('\n'))
            .ok_or("expected `Group: THEME` below the first line")?;
        let header = format!("Subject: {subject}\n{}", fields.trim_end());
        Ok(Message {
            slug: slug.to_owned(),
            group: group.trim().to_owned(),
            header: Header::parse(&header).map_err(|error| error.to_string())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
a-slug: Do the thing

Group: Credit and slots
Class: fix
Why: First line
 .
 second paragraph
Spec: none
Upstream-Issue: none
Proven-by: tests:some_test
Risk: none
Forwarded: no, because it is new
Drop-when: upstream does it
";

    #[test]
    fn reading_and_writing_changes_nothing() {
        let message = Message::parse(TEXT).unwrap();
        assert_eq!(message.group, "Credit and slots");
        assert_eq!(message.header.subject, "Do the thing");
        assert_eq!(message.to_text(), TEXT);
    }

    #[test]
    fn says_what_is_missing() {
        for (text, complaint) in [
            ("Fix it\n".to_owned(), "`slug: subject`, found \"Fix it\""),
            ("a: b\n\nClass: fix\n".to_owned(), "`Group: THEME`"),
            (TEXT.replace("Risk: none\n", ""), "missing field Risk"),
        ] {
            let error = Message::parse(&text).unwrap_err();
            assert!(error.contains(complaint), "{error}");
        }
    }
}
