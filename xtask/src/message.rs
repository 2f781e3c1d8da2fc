//! A patch's header as the message of its commit, and back.
//!
//! The first line is `slug: subject`, as a log shows it; then an empty line, the tier, and the
//! other fields.

use h2_materialize::series::{is_slug, Tier};
use h2_materialize::Header;

/// A patch's name, tier and header, as a commit carries them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) slug: String,
    pub(crate) tier: Tier,
    pub(crate) header: Header,
}

impl Message {
    /// The commit message.
    pub(crate) fn to_text(&self) -> String {
        let header = self.header.to_string();
        // The subject is one line and comes first.
        let fields = header.split_once('\n').map_or("", |(_, fields)| fields);
        format!("{}: {}\n\nTier: {}\n{fields}", self.slug, self.header.subject, self.tier)
    }

    /// Reads a commit message; the error says what is wrong, not where.
    pub(crate) fn parse(text: &str) -> Result<Message, String> {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let (slug, subject) = first
            .split_once(": ")
            .filter(|(slug, _)| is_slug(slug))
            .ok_or_else(|| format!("expected a first line `slug: subject`, found {first:?}"))?;
        let (tier, fields) = rest
            .trim_start()
            .strip_prefix("Tier: ")
            .and_then(|rest| rest.split_once('\n'))
            .and_then(|(tier, fields)| Some((Tier::parse(tier.trim())?, fields)))
            .ok_or_else(|| format!("expected `Tier: NAME` below the first line; the tiers are {}", Tier::names()))?;
        let header = format!("Subject: {subject}\n{}", fields.trim_end());
        Ok(Message { slug: slug.to_owned(), tier, header: Header::parse(&header).map_err(|error| error.to_string())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
a-slug: Do the thing

Tier: fixes
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
        assert_eq!(message.tier, Tier::Fixes);
        assert_eq!(message.header.subject, "Do the thing");
        assert_eq!(message.to_text(), TEXT);
    }

    #[test]
    fn says_what_is_missing() {
        for (text, complaint) in [
            ("Fix it\n".to_owned(), "`slug: subject`, found \"Fix it\""),
            ("a: b\n\nClass: fix\n".to_owned(), "`Tier: NAME`"),
            (TEXT.replace("Tier: fixes", "Tier: nice"), "the tiers are build, fixes"),
            (TEXT.replace("Risk: none\n", ""), "missing field Risk"),
        ] {
            let error = Message::parse(&text).unwrap_err();
            assert!(error.contains(complaint), "{error}");
        }
    }
}
