//! Standard output.

use std::fmt;
use std::io::{self, ErrorKind, Write};

use crate::failure::Failure;

/// Prints `text`. A reader that closed standard output has read enough.
pub(crate) fn print(text: impl fmt::Display) -> Result<(), Failure> {
    match write!(io::stdout().lock(), "{text}") {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => Err(Failure::unheard(&cause)),
        _ => Ok(()),
    }
}

/// Prints a line.
pub(crate) fn say(line: impl fmt::Display) -> Result<(), Failure> {
    print(format_args!("{line}\n"))
}
