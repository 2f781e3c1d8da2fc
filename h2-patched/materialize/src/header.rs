//! The header of a patch: why it exists, what proves it, when it dies.
//!
//! `Field: value` lines in a fixed order; a value goes on in lines that start with a space, and a
//! paragraph break is a line of ` .`. There is one way to write a header, so that reading and
//! writing it changes nothing.

use std::fmt;

use crate::Error;

/// What kind of change a patch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Upstream does something wrong.
    Fix,
    /// Upstream is within the rules, and the fork chooses otherwise.
    Policy,
    /// The same behaviour for less.
    Perf,
    /// Nothing that runs changes.
    Build,
}

impl Class {
    const ALL: [(Class, &'static str); 4] =
        [(Class::Fix, "fix"), (Class::Policy, "policy"), (Class::Perf, "perf"), (Class::Build, "build")];

    /// As written in a header.
    pub fn as_str(self) -> &'static str {
        let (_, name) = Class::ALL[self as usize];
        name
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What kind of thing a [`Proof`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofKind {
    /// A case of the conformance catalogue: it does not pass on upstream and passes on the fork.
    Case,
    /// A property test.
    Property,
    /// A bench row.
    Bench,
    /// A test function or a file of tests.
    Tests,
}

impl ProofKind {
    const ALL: [(ProofKind, &'static str); 4] = [
        (ProofKind::Case, "case"),
        (ProofKind::Property, "property"),
        (ProofKind::Bench, "bench"),
        (ProofKind::Tests, "tests"),
    ];
}

/// One entry of `Proven-by`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What it names.
    pub kind: ProofKind,
    /// The name.
    pub name: String,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, kind) = ProofKind::ALL[self.kind as usize];
        write!(f, "{kind}:{}", self.name)
    }
}

/// One entry of `Without`: code that is replaced to switch the effect of the patch off.
///
/// It is for a patch that later patches and modules are built on, so that it cannot be taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch {
    /// A file below `src` or `modules`, after all patches.
    pub file: String,
    /// Code that the file has in one place.
    pub code: String,
    /// What takes its place.
    pub replacement: String,
}

impl Switch {
    fn parse(line: &str) -> Option<Switch> {
        let (file, rest) = line.split_once(": «")?;
        let (code, replacement) = rest.strip_suffix('»')?.split_once("» becomes «")?;
        let is_one = !code.is_empty() && !code.contains('»') && !replacement.contains('«');
        let [file, code, replacement] = [file, code, replacement].map(str::to_owned);
        is_one.then_some(Switch { file, code, replacement })
    }

    /// Returns the text of the file with the replacement. The code has to be there once.
    pub fn apply(&self, text: &str) -> Result<String, Error> {
        match text.matches(&self.code).count() {
            1 => Ok(text.replacen(&self.code, &self.replacement, 1)),
            count => Err(Error::new(format!(
                "field Without: expected «{}» once in {}, found it {count} times",
                self.code, self.file
            ))),
        }
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: «{}» becomes «{}»", self.file, self.code, self.replacement)
    }
}

/// A patch's header. Texts keep their line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// One line that says what the patch does.
    pub subject: String,
    /// What kind of change it is.
    pub class: Class,
    /// The problem, in a paragraph that a maintainer would accept.
    pub why: String,
    /// The section of the specification, or `none`.
    pub spec: String,
    /// `repository#number`, or `none`.
    pub upstream_issue: String,
    /// The slugs of the patches without which it does not work. May be empty.
    pub needs: Vec<String>,
    /// What fails without the patch and passes with it.
    pub proven_by: Vec<Proof>,
    /// What switches its effect off, where later patches are built on it. Its proofs then fail. May
    /// be empty.
    pub without: Vec<Switch>,
    /// Globs of case ids whose frames change because of this patch without being its proof. May be
    /// empty.
    pub changes: Vec<String>,
    /// Behaviour a user could notice.
    pub risk: String,
    /// Whether upstream was asked, and if not, why.
    pub forwarded: String,
    /// When the patch is no longer needed.
    pub drop_when: String,
}

/// The fields in the order in which they are written.
const FIELDS: [&str; 12] = [
    "Subject",
    "Class",
    "Why",
    "Spec",
    "Upstream-Issue",
    "Needs",
    "Proven-by",
    "Without",
    "Changes",
    "Risk",
    "Forwarded",
    "Drop-when",
];

impl Header {
    /// Reads a header.
    pub fn parse(text: &str) -> Result<Header, Error> {
        let mut fields = Fields::read(text)?;
        let header = Header {
            subject: fields.take("Subject")?,
            class: parse_class(&fields.take("Class")?)?,
            why: fields.take("Why")?,
            spec: fields.take("Spec")?,
            upstream_issue: fields.take("Upstream-Issue")?,
            needs: fields.take_list("Needs"),
            proven_by: parse_proofs(&fields.take("Proven-by")?)?,
            without: parse_switches(&fields.take_optional("Without").unwrap_or_default())?,
            changes: fields.take_list("Changes"),
            risk: fields.take("Risk")?,
            forwarded: fields.take("Forwarded")?,
            drop_when: fields.take("Drop-when")?,
        };
        if header.subject.contains('\n') {
            return Err(Error::new("field Subject: expected one line, found several"));
        }
        Ok(header)
    }
}

impl fmt::Display for Header {
    /// The one way to write this header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proofs: Vec<String> = self.proven_by.iter().map(Proof::to_string).collect();
        field(f, "Subject", &self.subject)?;
        field(f, "Class", self.class.as_str())?;
        field(f, "Why", &self.why)?;
        field(f, "Spec", &self.spec)?;
        field(f, "Upstream-Issue", &self.upstream_issue)?;
        if !self.needs.is_empty() {
            field(f, "Needs", &self.needs.join("\n"))?;
        }
        field(f, "Proven-by", &proofs.join("\n"))?;
        if !self.without.is_empty() {
            let switches: Vec<String> = self.without.iter().map(Switch::to_string).collect();
            field(f, "Without", &switches.join("\n"))?;
        }
        if !self.changes.is_empty() {
            field(f, "Changes", &self.changes.join("\n"))?;
        }
        field(f, "Risk", &self.risk)?;
        field(f, "Forwarded", &self.forwarded)?;
        field(f, "Drop-when", &self.drop_when)
    }
}

fn field(f: &mut fmt::Formatter<'_>, name: &str, value: &str) -> fmt::Result {
    for (index, line) in value.split('\n').enumerate() {
        match (index, line) {
            (0, line) => writeln!(f, "{name}: {line}")?,
            (_, "") => writeln!(f, " .")?,
            (_, line) => writeln!(f, " {line}")?,
        }
    }
    Ok(())
}

/// Field names and values as they are in the text.
struct Fields {
    found: Vec<(&'static str, String)>,
}

impl Fields {
    fn read(text: &str) -> Result<Fields, Error> {
        let mut found: Vec<(&'static str, String)> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let fault = |what: String| Error::new(format!("header line {}: {what}", index + 1));
            if let Some(more) = line.strip_prefix(' ') {
                let (_, value) = found.last_mut().ok_or_else(|| fault("a continued line before any field".into()))?;
                let more = more.trim();
                value.push('\n');
                value.push_str(if more == "." { "" } else { more });
                continue;
            }
            let (name, value) =
                line.split_once(':').ok_or_else(|| fault(format!("expected `Field: value`, found {line:?}")))?;
            let name = FIELDS.into_iter().find(|known| *known == name).ok_or_else(|| {
                let known = FIELDS.join(", ");
                fault(format!("unknown field {name}; the fields are {known}"))
            })?;
            if found.iter().any(|(other, _)| *other == name) {
                return Err(fault(format!("field {name} appears twice")));
            }
            found.push((name, value.trim().to_owned()));
        }
        Ok(Fields { found })
    }

    fn take_optional(&mut self, name: &str) -> Option<String> {
        let index = self.found.iter().position(|(other, _)| *other == name)?;
        Some(self.found.swap_remove(index).1)
    }

    /// The words of a field that may be left out.
    fn take_list(&mut self, name: &str) -> Vec<String> {
        let value = self.take_optional(name).unwrap_or_default();
        words(&value).map(str::to_owned).collect()
    }

    fn take(&mut self, name: &str) -> Result<String, Error> {
        match self.take_optional(name) {
            None => Err(Error::new(format!("missing field {name}"))),
            Some(value) if value.trim().is_empty() => Err(Error::new(format!("field {name} is empty"))),
            Some(value) => Ok(value),
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty())
}

fn parse_class(text: &str) -> Result<Class, Error> {
    let known = Class::ALL.into_iter().find(|(_, name)| *name == text);
    known
        .map(|(class, _)| class)
        .ok_or_else(|| Error::new(format!("field Class: expected fix, policy, perf or build, found {text:?}")))
}

fn parse_proofs(text: &str) -> Result<Vec<Proof>, Error> {
    words(text)
        .map(|entry| {
            let parts = entry.split_once(':').and_then(|(kind, name)| {
                let known = ProofKind::ALL.into_iter().find(|(_, known)| *known == kind);
                known.filter(|_| !name.is_empty()).map(|(kind, _)| Proof { kind, name: name.to_owned() })
            });
            parts.ok_or_else(|| {
                Error::new(format!(
                    "field Proven-by: expected case:ID, property:NAME, bench:NAME or tests:NAME, found {entry:?}"
                ))
            })
        })
        .collect()
}

fn parse_switches(text: &str) -> Result<Vec<Switch>, Error> {
    text.lines()
        .map(|line| {
            Switch::parse(line).ok_or_else(|| {
                Error::new(format!("field Without: expected `FILE: «CODE» becomes «CODE»`, found {line:?}"))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "\
Subject: Do the thing
Class: fix
Why: First line
 second line
 .
 second paragraph
Spec: RFC 9113 5.1
Upstream-Issue: none
Needs: other-thing
 third-thing
Proven-by: case:settings/ack-with-payload
 tests:some_test
Without: modules/x.rs: «if self.is_on()» becomes «if false»
 src/y.rs: «act();» becomes «»
Changes: flow/*
Risk: none
Forwarded: no, because it is new
Drop-when: upstream does it
";

    #[test]
    fn reading_and_writing_changes_nothing() {
        let header = Header::parse(FULL).unwrap();
        assert_eq!(header.why, "First line\nsecond line\n\nsecond paragraph");
        assert_eq!(header.proven_by[1].kind, ProofKind::Tests);
        assert_eq!(header.needs, ["other-thing", "third-thing"]);
        assert_eq!(header.changes, ["flow/*"]);
        assert_eq!(header.to_string(), FULL);
    }

    #[test]
    fn a_switch_replaces_code_that_is_there_once() {
        let header = Header::parse(FULL).unwrap();
        let [first, second] = &header.without[..] else { panic!("{:?}", header.without) };
        assert_eq!(first.file, "modules/x.rs");
        assert_eq!(first.apply("if self.is_on() {}").unwrap(), "if false {}");
        assert_eq!(second.apply("act(); rest").unwrap(), " rest");
        let error = second.apply("act(); act();").unwrap_err().to_string();
        assert_eq!(error, "field Without: expected «act();» once in src/y.rs, found it 2 times");
        assert!(first.apply("").is_err());
    }

    #[test]
    fn proofs_may_be_separated_by_commas() {
        let text = FULL.replace("payload\n tests", "payload, tests");
        assert_eq!(Header::parse(&text).unwrap(), Header::parse(FULL).unwrap());
    }

    #[test]
    fn only_lists_that_may_be_empty_may_be_left_out() {
        for field in FIELDS {
            let mut lines = Vec::new();
            let mut dropping = false;
            for line in FULL.lines() {
                dropping = line.starts_with(&format!("{field}:")) || (dropping && line.starts_with(' '));
                if !dropping {
                    lines.push(line);
                }
            }
            let result = Header::parse(&lines.join("\n"));
            if ["Needs", "Without", "Changes"].contains(&field) {
                assert!(result.is_ok());
            } else {
                let error = result.unwrap_err().to_string();
                assert_eq!(error, format!("missing field {field}"));
            }
        }
    }

    #[test]
    fn every_class_and_proof_kind_reads_as_it_is_written() {
        for (class, _) in Class::ALL {
            assert_eq!(parse_class(class.as_str()).unwrap(), class);
        }
        for (kind, _) in ProofKind::ALL {
            let proof = Proof { kind, name: "x/y".into() };
            assert_eq!(parse_proofs(&proof.to_string()).unwrap(), [proof]);
        }
    }

    #[test]
    fn bad_values_say_what_is_allowed() {
        for (from, to, complaint) in [
            ("Class: fix", "Class: nice", "expected fix, policy, perf or build"),
            ("case:settings", "kase:settings", "found \"kase:settings"),
            ("Risk: none", "Risk:", "field Risk is empty"),
            ("Risk: none", "Rsik: none", "unknown field Rsik"),
            ("Risk: none", "Risk: none\nRisk: none", "appears twice"),
            ("Subject: Do", " x\nSubject: Do", "before any field"),
            ("the thing", "the\n thing", "Subject: expected one line"),
            ("» becomes «»", "»", "expected `FILE: «CODE» becomes «CODE»`"),
            ("«act();»", "«»", "found \"src/y.rs: «» becomes «»\""),
        ] {
            let error = Header::parse(&FULL.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains(complaint), "{error}");
        }
    }
}
