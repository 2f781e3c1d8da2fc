//! What the suite reads from outside: recordings, files of expectations and of requirements.

use crate::expectations::Expectations;
use crate::recording::Recording;
use crate::spec;

/// Reads a text as each of the files.
///
/// # Panics
/// If a recording that can be read is another one when it was written and is read again.
pub fn reports(text: &str) {
    if let Ok(recording) = Recording::parse(text) {
        let text = recording.text();
        let again = Recording::parse(&text).map(|recording| recording.text());
        assert_eq!(again, Ok(text), "a recording changes when it is written");
    }
    let expectations = Expectations::parse(text);
    let _ = (expectations.entries().len(), expectations.faults().len());
    let _ = spec::parse(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_of_the_catalogue_are_read_as_they_were_written() {
        for case in crate::catalog::all() {
            reports(&case.recording().text());
        }
        for text in ["", "{", "a/b fail", "[[requirement]]", "\u{0}"] {
            reports(text);
        }
    }
}
