//! How a subcommand ends badly.

use std::fmt;

/// One sentence for a person, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) sentence: String,
    pub(crate) exit_code: u8,
}

impl Failure {
    /// What was asked for cannot be: an unknown name, a directory that is not what it should be.
    pub(crate) fn input(sentence: impl Into<String>) -> Failure {
        Failure { sentence: sentence.into(), exit_code: 2 }
    }

    /// What was asked for was done and the answer is no, or it broke on the way.
    pub(crate) fn new(sentence: impl Into<String>) -> Failure {
        Failure { sentence: sentence.into(), exit_code: 1 }
    }

    /// Standard output does not take what there is to say.
    pub(crate) fn unheard(cause: &std::io::Error) -> Failure {
        Failure { sentence: format!("cannot write to standard output: {cause}"), exit_code: 3 }
    }

    /// A file system failure, with what was attempted.
    pub(crate) fn io(attempt: impl fmt::Display, cause: &std::io::Error) -> Failure {
        Failure::new(format!("cannot {attempt}: {cause}"))
    }
}

impl From<h2_materialize::Error> for Failure {
    fn from(error: h2_materialize::Error) -> Failure {
        Failure::new(error.to_string())
    }
}
