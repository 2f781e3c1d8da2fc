//! The one error type: a sentence for a person.

use std::fmt;

/// Why the fork could not be materialised, as one line: what was expected, what was found where,
/// what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    sentence: String,
}

impl Error {
    /// An error that reads as `sentence`; line breaks become spaces, because cargo shows one line.
    pub fn new(sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        let sentence = sentence.split('\n').map(str::trim).collect::<Vec<_>>();
        Error { sentence: sentence.join(" ").trim().to_owned() }
    }

    /// A file system failure, with what was attempted.
    pub fn io(attempt: impl fmt::Display, cause: &std::io::Error) -> Self {
        Error::new(format!("cannot {attempt}: {cause}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Error {}
